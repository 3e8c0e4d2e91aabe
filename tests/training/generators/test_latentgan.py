"""What the generator of latents promises beside what every recipe does."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from haiga.core.errors import BadModel, UserError
from haiga.models.card import read_card, write_card
from haiga.models.store import load_model
from haiga.roles.generators.latent import LatentGenerator
from haiga.training.generators.export import write_generator
from haiga.training.generators.latentgan import LatentGan
from haiga.training.generators.recipe import Settings, StepBatch
from haiga.training.nets.latent_gan import augmented


def small(seed: int = 0) -> LatentGan:
    return LatentGan(Settings(128, seed=seed, batch=3, width=24))


def batch(seed: int = 0) -> StepBatch:
    """A light sky over dark land, its horizon somewhere, and the next picture the same mirrored."""
    draw = np.random.default_rng(seed)
    pixels = np.full((3, 3, 128, 128), 0.6, np.float32)
    for picture in pixels:
        picture[:, int(draw.integers(40, 90)) :] = -0.5
    return StepBatch(
        torch.from_numpy(pixels),
        indexes=np.arange(3) + 3 * seed,
        flips=np.array([False, True, False]),
    )


def weights(trainee: LatentGan) -> dict[str, torch.Tensor]:
    return {
        f"{name}/{key}": value.detach().clone()
        for name, module in trainee.modules.items()
        for key, value in module.state_dict().items()
    }


def trained(trainee: LatentGan, rng: torch.Generator, steps: range) -> LatentGan:
    for step in steps:
        losses = trainee.step(batch(step), rng)
        assert all(torch.isfinite(loss) for loss in losses.values())
    return trainee


def test_other_sizes_are_refused_with_what_to_do() -> None:
    with pytest.raises(UserError, match="--size 64: the latentgan recipe draws 128 px"):
        LatentGan(Settings(64))


def test_the_same_seeds_train_the_same_networks() -> None:
    runs = [
        weights(trained(small(s), torch.Generator().manual_seed(1), range(2))) for s in (3, 3, 4)
    ]
    assert all(torch.equal(runs[0][key], runs[1][key]) for key in runs[0])
    assert any(not torch.equal(runs[0][key], runs[2][key]) for key in runs[0])


def test_a_checkpoint_holds_all_that_the_next_steps_need(tmp_path: Path) -> None:
    whole, rng = small(), torch.Generator().manual_seed(1)
    trained(whole, rng, range(9))  # past the second penalty
    kept = copy.deepcopy(
        {
            "modules": {name: net.state_dict() for name, net in whole.modules.items()},
            "optimizers": {name: o.state_dict() for name, o in whole.optimizers.items()},
            "rng": rng.get_state(),
        }
    )
    again, other = small(seed=5), torch.Generator()
    for name, net in again.modules.items():
        net.load_state_dict(kept["modules"][name])
    for name, optimizer in again.optimizers.items():
        optimizer.load_state_dict(kept["optimizers"][name])
    other.set_state(kept["rng"])
    a, b = weights(trained(whole, rng, range(9, 11))), weights(trained(again, other, range(9, 11)))
    assert all(torch.equal(a[key], b[key]) for key in a)


def test_a_picture_and_its_mirror_are_kept_apart() -> None:
    trainee = small()
    pixels = batch().pixels.clone()
    pixels[:, :, :, :64] = -0.9
    straight = StepBatch(pixels, indexes=np.arange(3), flips=np.zeros(3, bool))
    mirrored = StepBatch(pixels.flip(3), indexes=np.arange(3), flips=np.ones(3, bool))
    first, other = trainee.encode(straight), trainee.encode(mirrored)
    assert (first - other).abs().mean() > 0.3
    assert torch.equal(trainee.encode(straight), first)


def test_augmentation_is_drawn_anew_for_each_and_lets_gradients_through() -> None:
    x = torch.ones(4, 8, 16, 16, requires_grad=True)
    changed = augmented(x, torch.Generator().manual_seed(0))
    assert not torch.equal(changed[0], changed[1])
    changed.sum().backward()
    assert x.grad is not None
    assert x.grad.abs().sum() > 0


@pytest.mark.slow
def test_what_is_exported_draws_what_the_training_showed(tmp_path: Path) -> None:
    trainee = trained(small(), torch.Generator().manual_seed(1), range(2))
    folder = tmp_path / "model"
    write_generator(
        trainee, folder, recipe="latentgan", size_px=128, command="haiga train generator"
    )
    made = LatentGenerator(model=str(folder))
    latent = np.random.default_rng(0).standard_normal(made.latent).astype(np.float32)
    with torch.no_grad():
        shown = trainee.sampler(torch.from_numpy(latent[None]))[0].permute(1, 2, 0).numpy()
    (picture,) = made.generate([1], latents=[latent])
    assert picture.shape == (128, 128, 3)
    assert np.abs(picture - (shown + 1) * 127.5).mean() < 2
    assert set(made.models) == {"model/generator.onnx", "model/layout.json", "model/decoder.onnx"}


@pytest.mark.slow
def test_a_generator_may_lean_on_the_bundled_decoder_and_on_no_other(tmp_path: Path) -> None:
    trainee = small()
    folder = tmp_path / "model"
    write_generator(
        trainee, folder, recipe="latentgan", size_px=128, command="haiga train generator"
    )
    own = LatentGenerator(model=str(folder)).generate([1])[0]
    sha256 = load_model("painter").digests["painter/decoder.onnx"]
    for decoder, known in ((f"painter:{sha256}", True), ("painter:0000", False)):
        layout = json.loads((folder / "layout.json").read_text())
        (folder / "layout.json").write_text(json.dumps({**layout, "decoder": decoder}))
        card = read_card(folder)
        write_card(
            folder, name=card.name, role=card.role, title=card.title, about=card.about,
            licence=card.licence, origin=card.origin, recipe=card.recipe, commit=card.commit,
            files=["generator.onnx", "layout.json"], data=[],
        )  # fmt: skip
        leaning = LatentGenerator(model=str(folder))
        if known:
            assert np.array_equal(leaning.generate([1])[0], own)
            assert leaning.models["painter/decoder.onnx"] == sha256
        else:
            with pytest.raises(BadModel, match="another decoder"):
                leaning.generate([1])
