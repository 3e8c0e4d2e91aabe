"""Reading moods from pictures."""

from __future__ import annotations

import numpy as np
import pytest

from haiga.core.moods import MOODS
from haiga.core.nouns import Picture
from haiga.roles.moods.sight import read_picture_mood


def plain(rgb: tuple[int, int, int]) -> Picture:
    return np.full((40, 60, 3), rgb, np.uint8)


def restless(rgb: tuple[int, int, int]) -> Picture:
    """A picture full of slanted strokes in a colour and its shade."""
    y, x = np.mgrid[:90, :90]
    strokes = ((x + y) // 4 % 2)[..., None]
    return (np.array(rgb) * (0.45 + 0.55 * strokes)).astype(np.uint8)


def test_a_light_empty_sky_is_glad_and_calm_and_a_dark_one_is_not() -> None:
    light, dark = read_picture_mood(plain((205, 222, 240))), read_picture_mood(plain((28, 28, 34)))
    assert light.valence > 0.4 > -0.4 > dark.valence
    assert light.arousal < -0.3
    assert MOODS[light.name].valence > 0 > MOODS[dark.name].valence


def test_red_strokes_stir_more_than_a_grey_wall() -> None:
    stirring = read_picture_mood(restless((220, 50, 30)))
    assert stirring.arousal > read_picture_mood(plain((130, 130, 130))).arousal + 0.5
    assert MOODS[stirring.name].arousal > 0


def test_the_reason_says_what_decided_and_among_what() -> None:
    reason = read_picture_mood(plain((28, 28, 34))).reason
    assert reason.startswith("darker than")
    assert "of 100 paintings" in reason
    assert "which is gloomy" in reason
    assert "which is calm" in reason


def test_only_the_moods_allowed_are_given() -> None:
    allowed = ("love", "fear")
    for rgb in ((250, 250, 250), (10, 10, 10), (200, 30, 30)):
        assert read_picture_mood(plain(rgb), allowed).name in allowed


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (2, 3)])
def test_the_smallest_picture_has_a_mood(shape: tuple[int, int]) -> None:
    mood = read_picture_mood(np.full((*shape, 3), 99, np.uint8))
    assert mood.name in MOODS
    assert mood.reason
