"""The parts the eye is trained with: its network, labels, views, losses and optimizers."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from haiga.training.eye.labels import is_held_out, maker_of, read_labels, work_of
from haiga.training.eye.losses import (
    Pupil,
    alike_loss,
    layout_of,
    maker_loss,
    which_loss,
    words_loss,
)
from haiga.training.eye.optimizers import make_optimizers
from haiga.training.eye.views import as_tensor, disturbed, framed, pressed, whole
from haiga.training.nets.eye import EARLY, LATE, EyeNet
from haiga.training.picture_cache import Item


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(shape, generator=rng(seed)) * 2 - 1


def small_eye() -> EyeNet:
    return EyeNet(widths=(8, 8, 8), depths=(1, 1, 1)).eval()


def item(collection: str, file: str, text: str = "", *tags: str, held_out: bool = False) -> Item:
    return Item(collection, file, text, tags, "", "", held_out)


def test_the_eye_gives_an_early_a_late_and_a_mapped_view() -> None:
    early, late, mapped = small_eye()(noise(2, 3, 128, 128))
    assert early.shape == (2, EARLY)
    assert mapped.shape == (2, LATE, 8, 8)
    assert torch.allclose(late, mapped.mean((2, 3)))


def test_the_eye_of_the_bundle_has_two_to_four_million_parameters() -> None:
    assert 2e6 < sum(p.numel() for p in EyeNet().parameters()) < 4e6


def test_each_view_says_something_of_every_pixel() -> None:
    for view in range(2):
        pixels = noise(1, 3, 128, 128).requires_grad_()
        small_eye()(pixels)[view].square().sum().backward()
        assert pixels.grad is not None
        assert (pixels.grad[0, :, 1:-1, 1:-1].abs().sum(0) > 0).float().mean() > 0.9


def test_a_picture_is_seen_alike_in_every_batch() -> None:
    eye, pixels = small_eye(), noise(3, 3, 128, 128)
    with torch.no_grad():
        assert torch.allclose(eye(pixels)[1][1:2], eye(pixels[1:2])[1], atol=1e-5)


def test_a_watercolour_in_two_collections_is_one_work() -> None:
    small, large = {"id": "POM1", "file": "a.jpg"}, {"id": "POM1", "file": "b.jpg", "title": "x"}
    assert work_of("small", small) == work_of("large", large)
    alone = {"file": "a.jpg", "title": "Sea", "artist": None}
    assert work_of("one", alone) != work_of("two", alone)


def test_a_maker_is_one_with_dates_and_without_and_nobody_where_unknown() -> None:
    assert maker_of({"artist": "Lower, Elsie E., b. 1882"}) == maker_of(
        {"artist": "Lower, Elsie E."}
    )
    assert maker_of({"artist": "Claude Monet (French, 1840–1926)"}) == "Claude Monet"
    assert maker_of({"artist": "Unknown artist"}) == maker_of({"artist": None}) == ""


def test_no_work_is_on_both_sides_and_no_held_out_word_is_learned() -> None:
    items, records = [], {}
    for n in range(120):
        for place in ("small", "large"):
            apart = is_held_out(f"W{n}")
            items.append(item(place, f"{n}.jpg", "secret" if apart else "a red barn"))
            records[(place, f"{n}.jpg")] = {"id": f"W{n}", "file": f"{n}.jpg", "artist": "Munch"}
    labels = read_labels(items, records)
    sides: dict[int, set[bool]] = {}
    for work, apart in zip(labels.work, labels.held_out, strict=True):
        sides.setdefault(int(work), set()).add(bool(apart))
    assert all(len(side) == 1 for side in sides.values())
    assert 0.05 < labels.held_out.mean() < 0.3
    assert labels.vocabulary == ("barn", "red")
    assert labels.makers == ("Munch",)
    assert not labels.words[labels.held_out].any()
    assert (labels.maker == 0).all()


def test_a_view_is_a_mirrored_part_and_the_same_for_the_same_seed() -> None:
    crops = as_tensor(np.random.default_rng(0).integers(0, 256, (8, 48, 48, 3), dtype=np.uint8))
    once, again = framed(crops, rng(), side_px=32), framed(crops, rng(), side_px=32)
    assert torch.equal(once, again)
    assert once.shape == (8, 3, 32, 32)
    assert not torch.equal(once, framed(crops, rng(1), side_px=32))
    slope = as_tensor(
        np.tile(np.arange(0, 240, 5, dtype=np.uint8)[None, None, :, None], (32, 48, 1, 3))
    )
    turned = framed(slope, rng(), side_px=32)[:, 0, :, -1].mean(1) < 0
    left = framed(slope, rng(), side_px=32)[:, 0, :, 0].mean(1) > 0
    assert 4 < int((turned & left).sum()) < 28


def test_what_is_disturbed_stays_in_range_and_some_is_left_as_it_is() -> None:
    view = noise(64, 3, 32, 32).contiguous(memory_format=torch.channels_last)
    before = view.clone()
    seen = disturbed(view, rng())
    assert torch.equal(view, before)
    assert seen.shape == view.shape
    assert seen.min() >= -1
    assert seen.max() <= 1
    apart = (seen - view).abs().amax((1, 2, 3))
    assert 0.02 < float((apart < 1e-5).float().mean()) < 0.4
    flat = seen[:, :2].flatten(2)
    flat = flat - flat.mean(2, keepdim=True)
    agree = torch.cosine_similarity(flat[:, 0], flat[:, 1])  # of noise: 1 only where it is grey
    assert 0 < int((agree > 0.95).sum()) < 32
    assert torch.equal(seen, disturbed(view, rng()))


def test_a_pressed_picture_is_near_to_what_it_was() -> None:
    y, x = torch.meshgrid(torch.linspace(0, 1, 64), torch.linspace(0, 1, 64), indexing="ij")
    soft = torch.stack([x, y, (x + y) / 2])
    assert 0 < float((pressed(soft, 40) - soft).abs().mean()) < 0.02


def test_whole_keeps_the_mean_of_a_picture() -> None:
    crops = noise(2, 3, 144, 144)
    assert torch.allclose(whole(crops).mean((2, 3)), crops.mean((2, 3)), atol=0.01)


def test_alike_is_nothing_where_likenesses_agree_and_sees_a_collapse() -> None:
    told = torch.randn(16, 40, generator=rng())
    turn, _ = torch.linalg.qr(torch.randn(40, 40, generator=rng(1)))
    assert alike_loss(3 * told @ turn, told) < 1e-8
    collapsed = torch.ones(16, 40) + 1e-3 * torch.randn(16, 1, generator=rng(2))
    assert alike_loss(collapsed, told) > 0.3


def test_which_is_low_for_ones_own_and_chance_for_anyones() -> None:
    told = torch.eye(8)
    assert which_loss(5 * told, told) < 0.01
    assert which_loss(torch.ones(8, 8), told) == pytest.approx(math.log(8))
    assert which_loss(told.roll(1, 0), told) > 9


def test_words_are_shared_equally_and_a_picture_without_any_counts_nothing() -> None:
    words = torch.tensor([[True, True, False, False], [False] * 4])
    certain = torch.tensor([[9.0, 9.0, -9.0, -9.0], [9.0, -9.0, 9.0, -9.0]])
    assert words_loss(certain, words) == pytest.approx(math.log(2), abs=1e-4)
    assert words_loss(certain, torch.zeros_like(words)) == 0
    assert maker_loss(certain, torch.tensor([-1, -1])) == 0
    assert maker_loss(certain, torch.tensor([0, -1])) < maker_loss(certain, torch.tensor([2, -1]))


def test_the_layout_is_free_of_contrast_and_tells_a_mirror() -> None:
    view = noise(1, 3, 64, 64)
    plain, faint = layout_of(view), layout_of(0.5 * view + 0.2)
    cosine = torch.nn.functional.cosine_similarity
    assert cosine(plain, faint) == pytest.approx(1, abs=1e-5)
    assert cosine(plain, layout_of(view.flip(3))) < 0.5


def test_muon_steps_the_kernels_themselves_and_adamw_all_others_once() -> None:
    pupil = Pupil(4, 3, small_eye_of_width_32()).to(memory_format=torch.channels_last)
    optimizers = make_optimizers(pupil, rate=0.01)
    before = {name: p.detach().clone() for name, p in pupil.named_parameters()}
    for parameter in pupil.parameters():
        parameter.grad = torch.randn(parameter.shape, generator=rng())
    for optimizer in optimizers.values():
        optimizer.step()
    assert all(not torch.equal(p, before[n]) for n, p in pupil.named_parameters())
    kernel = pupil.eye.high[0].first[0].weight
    moved = (kernel.detach() - before["eye.high.0.first.0.weight"]).permute(0, 2, 3, 1).flatten(1)
    size = torch.linalg.svdvals(moved)
    assert size.max() / size.min() < 3  # Muon's step is near to orthogonal
    counted = [p for o in optimizers.values() for g in o.param_groups for p in g["params"]]
    assert sum(p.numel() for p in counted) == sum(p.numel() for p in pupil.parameters())


def small_eye_of_width_32() -> EyeNet:
    return EyeNet(widths=(32, 32, 32), depths=(1, 1, 1))
