"""Near duplicates are found in all their forms, and what only looks alike is left apart."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from haiga.core.nouns import Picture
from haiga.features.eye import Eye
from haiga.features.looks import looks_of
from haiga.features.near_duplicates import Group, near_groups


def scene(seed: int, width: int = 240, height: int = 180) -> Image.Image:
    """Soft shapes of many colours with fine grain: no two seeds alike."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (width, height), tuple(int(v) for v in rng.integers(0, 256, 3)))
    pen = ImageDraw.Draw(image)
    for _ in range(40):
        x, y = int(rng.integers(-20, width)), int(rng.integers(-20, height))
        w, h = (int(v) for v in rng.integers(8, 70, 2))
        pen.ellipse((x, y, x + w, y + h), fill=tuple(int(v) for v in rng.integers(0, 256, 3)))
    return image.filter(ImageFilter.GaussianBlur(1.2))


def saved(image: Image.Image, quality: int = 30) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def hues_turned(image: Image.Image, turn: int) -> Image.Image:
    hue, saturation, value = image.convert("HSV").split()
    turned = ((np.asarray(hue).astype(int) + turn) % 256).astype(np.uint8)
    return Image.merge("HSV", (Image.fromarray(turned), saturation, value)).convert("RGB")


@pytest.fixture(scope="module")
def eye() -> Eye:
    return Eye()


@pytest.fixture(scope="module")
def others() -> list[Image.Image]:
    return [scene(seed) for seed in range(100, 160)]


def groups_of(images: list[Image.Image], eye: Eye) -> list[Group]:
    pictures: list[Picture] = [np.asarray(image) for image in images]
    return near_groups(looks_of(pictures, eye), lambda place: pictures[place])


KINDS = {
    "the same pixels as": lambda image: image.copy(),
    "re-encoded from": saved,
    "resized from": lambda image: image.resize((image.width // 4, image.height // 4)),
    "mirrored from": ImageOps.mirror,
    "recoloured from": lambda image: hues_turned(image, 90),
    "cropped from": lambda image: image.crop((50, 20, 50 + 168, 20 + 126)),
    "mirrored and cropped from": lambda image: ImageOps.mirror(image.crop((9, 40, 177, 166))),
}


@pytest.mark.parametrize("few", [True, False])
@pytest.mark.parametrize("why", KINDS)
def test_each_kind_of_relative_is_found_and_named(
    why: str, few: bool, eye: Eye, others: list[Image.Image]
) -> None:
    first = scene(1)
    rest = others[:3] if few else others  # of few pictures all pairs are looked at
    (group,) = groups_of([first, *rest, KINDS[why](first)], eye)
    (member,) = group.members
    assert {group.representative, member.place} == {0, 1 + len(rest)}
    assert member.why == why


def test_a_family_is_one_group_and_its_largest_stands_for_it(eye: Eye) -> None:
    large = scene(1, 480, 360)
    family = [large.resize((120, 90)), saved(large), large, ImageOps.mirror(large)]
    (group,) = groups_of([*family, scene(2), scene(3)], eye)
    assert group.representative == 1  # of those of one size the first: no weights are told
    assert {group.representative, *(member.place for member in group.members)} == {0, 1, 2, 3}


def test_of_two_of_one_size_the_heavier_file_stands_for_both(eye: Eye) -> None:
    pictures = [np.asarray(saved(scene(1))), np.asarray(scene(1))]
    looks = looks_of(pictures, eye)
    for weights, best in (([9_000, 80_000], 1), ([80_000, 9_000], 0)):
        (group,) = near_groups(looks, lambda place: pictures[place], file_bytes=weights)
        assert group.representative == best


def test_a_rank_comes_before_size_and_the_whole_before_a_cut_blown_up(eye: Eye) -> None:
    whole = scene(1, 480, 360)
    cut = whole.crop((60, 40, 440, 330)).resize((760, 580))
    pictures = [np.asarray(image) for image in (cut, whole, scene(2, 480, 360))]
    looks = looks_of(pictures, eye)
    (group,) = near_groups(looks, lambda place: pictures[place])
    assert (group.representative, group.members[0].why) == (1, "cropped from")
    (group,) = near_groups(looks, lambda place: pictures[place], ranks=[(1, 0), (0, 9), (9, 9)])
    assert (group.representative, group.members[0].why) == (0, "the uncropped form of")


def test_a_mirrored_one_does_not_stand_for_more_that_are_not(eye: Eye) -> None:
    large = scene(1, 480, 360)
    family = [ImageOps.mirror(large), large.resize((400, 300)), saved(large.resize((240, 180)))]
    (group,) = groups_of(family, eye)
    assert group.representative == 1
    (group,) = groups_of(family[:2], eye)
    assert group.representative == 0  # of two nobody can say which is mirrored


def test_two_frames_of_a_film_are_two_pictures(eye: Eye) -> None:
    frames = []
    for step in range(3):
        frame = scene(1)
        figure = scene(9, 60, 90)  # walks through the picture
        frame.paste(figure, (20 + 45 * step, 60))
        frames.append(saved(frame, 90))
    assert groups_of(frames, eye) == []


def test_two_fruits_on_white_pages_are_two_pictures(eye: Eye) -> None:
    pages = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        page = Image.new("RGB", (192, 260), (250, 246, 238))
        pen = ImageDraw.Draw(page)
        pen.rectangle((0, 0, 191, 259), outline=(10, 10, 10), width=5)
        fruit = scene(seed, 90, 90).resize((90, 90))
        mask = Image.new("L", (90, 90), 0)
        ImageDraw.Draw(mask).ellipse((0, 0, 89, 89), fill=255)
        page.paste(fruit, (50 + int(rng.integers(-3, 4)), 80), mask)
        pages.append(saved(page, 90))
    assert groups_of(pages, eye) == []


def test_flat_pictures_are_one_only_where_they_are_the_same(eye: Eye) -> None:
    flat = [Image.new("RGB", (64, 64), colour) for colour in ("red", "#fe0000", "blue", "red")]
    (group,) = groups_of(flat, eye)
    assert {group.representative, group.members[0].place} == {0, 3}


def test_no_picture_and_one_picture_have_no_duplicates(eye: Eye) -> None:
    assert groups_of([], eye) == []
    assert groups_of([scene(1)], eye) == []
