"""A picture is found on another however it was changed, with the place where it lies."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from drawn import drawn
from PIL import Image, ImageDraw, ImageFont

from haiga.core.nouns import Picture
from haiga.inspection.alignment import Alignment, Box, Sheet, align

ORIGINAL = drawn(1)
OTHERS = [drawn(seed) for seed in range(2, 8)]


def jpeg(picture: Picture) -> Picture:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=30)
    return np.asarray(Image.open(buffer))


def resized(picture: Picture) -> Picture:
    size = picture.shape[1] // 4, picture.shape[0] // 4
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS))


def hue_shifted(picture: Picture) -> Picture:
    values = np.array(Image.fromarray(picture).convert("HSV"))
    values[..., 0] += np.uint8(90)
    return np.asarray(Image.fromarray(values, "HSV").convert("RGB"))


def lettered(picture: Picture) -> Picture:
    image = Image.fromarray(picture.copy())
    font = ImageFont.load_default(size=14)
    ImageDraw.Draw(image).text((12, 50), "winter moon over the sea", fill="white", font=font)
    return np.asarray(image)


CHANGES: dict[str, Callable[[Picture], Picture]] = {
    "exact": lambda p: p,
    "re-encoded": jpeg,
    "a quarter of the size": resized,
    "mirrored": lambda p: np.ascontiguousarray(p[:, ::-1]),
    "cropped": lambda p: p[12:96, 30:135],
    "hue shifted": hue_shifted,
    "bordered": lambda p: np.pad(p, ((12, 12), (12, 12), (0, 0)), constant_values=30),
    "lettered": lettered,
    "stretched": lambda p: np.asarray(Image.fromarray(p).resize((160, 120))),
}


def found(made: Picture, original: Picture = ORIGINAL) -> list[Alignment]:
    return align(Sheet(made), [Sheet(original), *map(Sheet, OTHERS)])


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_picture_is_found_on_its_original(change: Callable[[Picture], Picture]) -> None:
    first, *others = found(change(ORIGINAL))
    assert first.score > 0.6
    assert first.score > 0.2 + max(one.score for one in others)


def test_pictures_with_nothing_in_common_do_not_agree() -> None:
    assert max(one.score for one in found(drawn(99))) < 0.45


def test_a_crop_is_told_with_its_place_in_the_original() -> None:
    first, *_ = found(CHANGES["cropped"](ORIGINAL))
    box, wanted = first.other, Box(30 / 150, 12 / 120, 135 / 150, 96 / 120)
    for name in ("left", "top", "right", "bottom"):
        assert getattr(box, name) == pytest.approx(getattr(wanted, name), abs=0.03)
    assert first.made.area > 0.95
    assert not first.mirrored


def test_a_border_is_told_as_a_part_of_the_made_picture() -> None:
    first, *_ = found(CHANGES["bordered"](ORIGINAL))
    assert first.made.left == pytest.approx(12 / 174, abs=0.03)
    assert first.made.bottom == pytest.approx(132 / 144, abs=0.03)
    assert first.other.area > 0.9


def test_a_mirrored_crop_is_told_in_each_picture_as_that_picture_is() -> None:
    first, *_ = found(np.ascontiguousarray(ORIGINAL[:, ::-1][:90, :110]))
    assert first.mirrored
    assert first.other.left == pytest.approx(40 / 150, abs=0.03)
    assert first.other.right == pytest.approx(1, abs=0.03)


def test_a_border_on_one_side_of_a_mirrored_picture_is_told_on_that_side() -> None:
    first, *_ = found(np.pad(ORIGINAL[:, ::-1], ((0, 0), (30, 0), (0, 0)), constant_values=90))
    assert first.mirrored
    assert first.made.left == pytest.approx(30 / 180, abs=0.03)
    assert first.made.right == pytest.approx(1, abs=0.03)


def test_the_colours_left_over_are_few_for_a_change_of_colour_and_many_for_another_picture() -> (
    None
):
    first, *others = found(hue_shifted(ORIGINAL))
    assert first.residual < 0.12
    assert min(one.residual for one in others) > first.residual


def test_a_frame_that_two_pictures_share_makes_no_copy() -> None:
    framed = [np.pad(p[8:-8, 8:-8], ((8, 8), (8, 8), (0, 0))) for p in (ORIGINAL, drawn(50))]
    (alone,) = align(Sheet(framed[0]), [Sheet(framed[1])])
    assert alone.score < 0.5


def test_flat_pictures_and_tiny_ones_are_aligned_without_an_error() -> None:
    flat, tiny = np.full((60, 80, 3), 200, np.uint8), drawn(3, 8, 8)
    for one in align(Sheet(flat), [Sheet(flat), Sheet(tiny)]):
        assert 0 <= one.score < 0.5
    assert align(Sheet(flat), []) == []
