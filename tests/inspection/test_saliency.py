"""Where a class was seen, said and shown as it lies."""

from __future__ import annotations

import numpy as np
import pytest

from haiga.inspection import saliency


def spot(row: int, column: int) -> np.ndarray:
    evidence = np.zeros((9, 9), np.float32)
    evidence[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2] = 1.0
    return evidence


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        (1, 1, "in the upper left"),
        (4, 4, "in the middle"),
        (7, 7, "in the lower right"),
        (4, 1, "in the middle left"),
        (7, 4, "in the lower middle"),
    ],
)
def test_a_spot_is_said_to_be_where_it_is(row: int, column: int, said: str) -> None:
    assert saliency.place_words(spot(row, column)) == said


def test_what_is_everywhere_or_in_all_corners_is_not_given_a_place() -> None:
    assert saliency.place_words(np.ones((8, 8), np.float32)) == "all over"
    corners = np.zeros((9, 9), np.float32)
    corners[[0, 0, 8, 8], [0, 8, 0, 8]] = 1
    assert saliency.place_words(corners) == "in several places"


def test_the_colours_named_are_those_of_the_place() -> None:
    picture = np.full((90, 90, 3), (246, 246, 244), np.uint8)
    picture[:30, :30] = (190, 40, 40)
    places = np.zeros((9, 9), bool)
    places[:3, :3] = True
    assert saliency.colour_words(picture, places) == "red"


def test_what_is_covered_takes_the_mean_colour_of_the_rest() -> None:
    pixels = np.full((3, 32, 32), -1, np.float32)
    pixels[:, :16] = 1
    places = np.zeros((4, 4), bool)
    places[:2] = True
    out = saliency.covered(pixels, places)
    assert np.all(out == -1)
    assert np.all(pixels[:, :16] == 1)


def test_the_shown_place_keeps_its_colours_and_the_rest_is_pale() -> None:
    picture = np.full((60, 60, 3), (200, 20, 20), np.uint8)
    out = saliency.overlaid(picture, spot(1, 1))
    assert abs(int(out[5, 5, 0]) - 200) < 12
    assert int(out[55, 55, 1]) > 150
