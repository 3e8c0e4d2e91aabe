"""The feeling of a picture's colours and arrangement."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from haiga.core.nouns import Picture
from haiga.features.affect import Affect, affect_measures, affect_of
from haiga.features.colour_emotion import cielab, colour_emotion
from haiga.features.composition import composition


def feeling(rgb: tuple[int, int, int]) -> Affect:
    return affect_of(np.full((8, 8, 3), rgb, np.uint8))


def lined(*lines: tuple[int, int, int, int]) -> Picture:
    image = Image.new("RGB", (120, 120), (200, 200, 200))
    for line in lines:
        ImageDraw.Draw(image).line(line, fill=(40, 40, 40), width=3)
    return np.asarray(image).copy()


def test_bright_colours_please_more_than_dark_ones() -> None:
    assert feeling((150, 190, 230)).valence > feeling((30, 40, 60)).valence


def test_saturated_colours_excite_more_than_grey_ones() -> None:
    assert feeling((210, 40, 40)).arousal > feeling((120, 120, 120)).arousal


def test_blue_pleases_more_than_yellow_green_of_the_same_lightness() -> None:
    assert feeling((90, 140, 220)).valence > feeling((140, 150, 40)).valence


def test_slanted_lines_and_detail_stir_more_than_one_level_line() -> None:
    calm = lined((0, 60, 120, 60))
    wild = lined(*((x, 120, x + 60, 0) for x in range(-60, 120, 12)))
    assert affect_of(wild).arousal > affect_of(calm).arousal


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (2, 2)])
def test_values_stay_within_bounds_for_any_colour_and_size(size: tuple[int, int]) -> None:
    for rgb in ((0, 0, 0), (255, 255, 255), (255, 0, 0), (0, 255, 0), (0, 0, 255)):
        picture = np.full((*size, 3), rgb, np.uint8)
        affect = affect_of(picture)
        assert all(-1 <= v <= 1 for v in (affect.valence, affect.arousal, affect.dominance))
        assert np.isfinite(list(affect_measures(picture).values())).all()


def test_cielab_of_the_corners_of_srgb_is_the_published_one() -> None:
    corners = np.array([[255, 255, 255], [255, 0, 0], [0, 0, 255], [0, 0, 0]], np.uint8)
    wanted = [[100, 0, 0], [53.24, 80.09, 67.20], [32.30, 79.19, -107.86], [0, 0, 0]]
    assert cielab(corners) == pytest.approx(np.array(wanted), abs=0.02)


def test_red_is_warm_blue_cool_dark_heavy_and_vivid_active() -> None:
    def of(*rgb: int) -> tuple[float, float, float]:
        felt = colour_emotion(np.array([rgb], np.uint8))
        return felt.warm, felt.heavy, felt.active

    assert of(220, 40, 30)[0] > 1 > -1 > of(30, 60, 220)[0]
    assert of(20, 20, 20)[1] > 2 > -2 > of(255, 255, 255)[1]
    assert of(230, 30, 30)[2] > of(130, 120, 120)[2]


def test_lines_are_told_by_their_direction() -> None:
    assert composition(lined((0, 60, 120, 60))).level > 0.8
    assert composition(lined((60, 0, 60, 120))).upright > 0.8
    assert composition(lined((0, 0, 120, 120))).slanted > 0.8


def test_a_mirrored_picture_is_symmetric_and_a_light_middle_is_seen() -> None:
    glow = np.full((90, 90, 3), 60, np.uint8)
    glow[30:60, 30:60] = 230
    seen = composition(glow)
    assert seen.symmetry > 0.99
    assert seen.middle > 0.3
    half = np.full((90, 90, 3), 60, np.uint8)
    half[:, :45] = 230
    assert composition(half).symmetry < -0.9
