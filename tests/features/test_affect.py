"""The feeling of a picture's colours."""

from __future__ import annotations

import numpy as np

from haiga.features.affect import Affect, picture_affect
from haiga.features.colour import oklab


def feeling(rgb: tuple[int, int, int]) -> Affect:
    return picture_affect(oklab(np.full((8, 8, 3), rgb, np.uint8)), 0.01)


def test_bright_colours_please_more_than_dark_ones() -> None:
    assert feeling((150, 190, 230)).valence > feeling((30, 40, 60)).valence


def test_saturated_colours_excite_more_than_grey_ones() -> None:
    assert feeling((210, 40, 40)).arousal > feeling((120, 120, 120)).arousal


def test_blue_pleases_more_than_yellow_green_of_the_same_lightness() -> None:
    assert feeling((90, 140, 220)).valence > feeling((140, 150, 40)).valence


def test_values_stay_within_bounds_for_black_white_and_pure_colours() -> None:
    for rgb in ((0, 0, 0), (255, 255, 255), (255, 0, 0), (0, 255, 0), (0, 0, 255)):
        affect = feeling(rgb)
        assert all(-1 <= v <= 1 for v in (affect.valence, affect.arousal, affect.dominance))
