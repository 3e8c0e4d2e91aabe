"""No work is both learnt from and held out."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageOps

from haiga.core.errors import UserError
from haiga.training.pictures.store import build_store
from haiga.training.pictures.store_groups import group_pictures, hold_out, look_at

from .stored import patches, written


def grouped(
    images: list[Image.Image], columns: list[dict[str, str]] | None = None,
    keys: list[str] | None = None,
) -> list[set[int]]:  # fmt: skip
    """The places of the pictures in each group."""
    looks = [look_at(np.asarray(image.convert("RGB").resize((64, 64)))) for image in images]
    names = keys or [f"{n}.png" for n in range(len(images))]
    found = group_pictures(names, columns or [{}] * len(images), looks, names)
    return [{n for n, g in enumerate(found) if g == group} for group in dict.fromkeys(found)]


def near_copies(image: Image.Image, folder: Path) -> list[Image.Image]:
    """A picture as others would have it: saved again, smaller, brighter, trimmed, mirrored."""
    image.save(folder / "a.jpg", quality=40)
    width, height = image.size
    return [
        image,
        Image.open(folder / "a.jpg"),
        image.resize((width // 3, height // 3)),
        ImageEnhance.Brightness(image).enhance(1.1),
        ImageEnhance.Contrast(image).enhance(0.85),
        ImageOps.mirror(image),
    ]


def test_near_copies_of_a_picture_are_one_group_and_other_pictures_are_not(
    tmp_path: Path,
) -> None:
    images = near_copies(patches(1, 300, 300), tmp_path)
    others = [patches(seed, 300, 300) for seed in range(2, 60)]
    groups = grouped(images + others)
    assert groups[0] == set(range(len(images)))
    assert all(len(group) == 1 for group in groups[1:])


def test_flat_pictures_are_one_only_where_they_are_the_same() -> None:
    flat = [Image.new("RGB", (64, 64), colour) for colour in ("red", "#fe0000", "blue", "red")]
    assert grouped(flat) == [{0, 3}, {1}, {2}]


def test_pictures_of_one_id_or_one_title_and_maker_are_one_group() -> None:
    images = [patches(seed) for seed in range(8)]
    columns = [
        {"id": "POM00000007", "title": "Apple", "artist": "Newton"},
        {"id": "pom00000007", "title": "Apple", "artist": "Passmore"},
        {"id": "POM00000009", "title": "Apple", "artist": "Newton"},
        {"title": "Snow", "artist": "Hokusai"},
        {"title": "snow ", "artist": "hokusai"},
        {"title": "Snow", "artist": ""},
        {"title": "Snow"},
        {},
    ]
    keys = [f"{n}.png" for n in range(7)] + ["other/POM00000009.jpg"]
    assert grouped(images, columns, keys) == [{0, 1}, {2, 7}, {3, 4}, {5}, {6}]


def test_groups_that_share_a_picture_grow_together() -> None:
    images = [patches(1), patches(2), patches(1), patches(2)]
    columns = [{"work": "a"}, {"work": "a"}, {"work": "b"}, {"work": "c"}]
    assert grouped(images, columns) == [{0, 1, 2, 3}]


def test_held_out_are_whole_groups_about_the_share_and_the_same_each_time() -> None:
    groups = [f"g{number // 3}" for number in range(300)]
    held = hold_out(groups, 0.1, seed=7)
    assert 30 <= held.sum() <= 33
    assert all(len({held[n] for n in range(g, g + 3)}) == 1 for g in range(0, 300, 3))
    assert np.array_equal(held, hold_out(groups, 0.1, seed=7))
    assert not np.array_equal(held, hold_out(groups, 0.1, seed=8))


def test_a_picture_more_does_not_move_the_others() -> None:
    groups = [f"g{number}" for number in range(100)]
    one, two = hold_out(groups, 0.1, 0), hold_out([*groups, "new"], 0.1, 0)
    assert (one != two[:100]).sum() <= 1


@pytest.mark.parametrize("sizes", [(1, 1), (50, 1), (30, 40), (99, 1, 1, 1)])
def test_at_least_one_group_is_held_out_and_most_are_learnt_from(sizes: tuple[int, ...]) -> None:
    groups = [f"g{n}" for n, size in enumerate(sizes) for _ in range(size)]
    for seed in range(20):
        held = hold_out(groups, 0.1, seed)
        assert 1 <= held.sum() <= len(groups) / 2


def test_one_group_cannot_be_parted() -> None:
    with pytest.raises(UserError, match="the 5 pictures cannot be parted"):
        hold_out(["a"] * 5, 0.1, 0)


def test_every_label_keeps_a_picture_to_learn_from() -> None:
    labels = ["rare", "rare", *("common" for _ in range(40))]
    groups = [f"g{n}" for n in range(42)]
    for seed in range(100):
        held = hold_out(groups, 0.3, seed, labels)
        kept = Counter(label for label, out in zip(labels, held, strict=True) if not out)
        assert set(kept) == {"rare", "common"}


def test_no_work_is_on_both_sides_of_a_store(tmp_path: Path) -> None:
    columns = [{"id": f"work {number // 4}"} for number in range(60)]
    read = written(tmp_path / "in", 60, columns)
    for seed in range(3):
        store = build_store(read, tmp_path / "s", size_px=16, seed=seed, tell=[].append)
        sides = {(item.group, item.held_out) for item in store.items}
        assert len(sides) == len({group for group, _ in sides}) == 15
        assert len(store.held_out) > 0
