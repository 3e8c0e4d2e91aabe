"""The laws of `Upscaler`."""

from typing import Any

import numpy as np
import pytest

from haiga.core.errors import BadPicture, UserError
from haiga.core.nouns import Picture, check_picture


def test_the_longer_side_has_the_size_asked_for(upscaler: Any, pictures: list[Picture]) -> None:
    for before, after in zip(pictures, upscaler.enlarge(pictures, size_px=256), strict=True):
        height, width, _ = check_picture(after).shape
        assert max(height, width) == 256
        assert abs(height / width - before.shape[0] / before.shape[1]) < 0.02


def test_a_result_does_not_depend_on_its_batch(upscaler: Any, pictures: list[Picture]) -> None:
    together = upscaler.enlarge(pictures, size_px=200)
    for i, picture in enumerate(pictures):
        (alone,) = upscaler.enlarge([picture], size_px=200)
        assert np.array_equal(together[i], alone)


def test_the_picture_given_is_not_touched(upscaler: Any, pictures: list[Picture]) -> None:
    before = [picture.copy() for picture in pictures]
    upscaler.enlarge(pictures, size_px=200)
    assert all(np.array_equal(b, p) for b, p in zip(before, pictures, strict=True))


def test_the_mean_colour_stays(upscaler: Any, pictures: list[Picture]) -> None:
    for before, after in zip(pictures, upscaler.enlarge(pictures, size_px=256), strict=True):
        drift = after.mean(axis=(0, 1)) - before.mean(axis=(0, 1))
        assert np.abs(drift).max() < 4


def test_nothing_asked_is_nothing_enlarged(upscaler: Any) -> None:
    assert upscaler.enlarge([], size_px=64) == []


def test_a_size_below_one_is_refused(upscaler: Any, pictures: list[Picture]) -> None:
    with pytest.raises(UserError, match="size_px"):
        upscaler.enlarge(pictures, size_px=0)


def test_an_array_that_is_no_picture_is_refused(upscaler: Any) -> None:
    with pytest.raises(BadPicture):
        upscaler.enlarge([np.zeros((8, 8))], size_px=64)
