"""Landscapes in another light look as the words say, and untrue words go."""

from __future__ import annotations

import numpy as np
import pytest

from haiga.training.lights import LIGHTS, ON_PAPER, relit, words_in


@pytest.fixture(scope="module")
def landscape() -> np.ndarray:
    """A blue sky over olive hills with darker trees, (48, 48, 3) uint8."""
    rng = np.random.default_rng(4)
    picture = np.zeros((48, 48, 3), np.float64)
    picture[:22] = (110, 140, 190)
    picture[22:] = (120, 115, 60)
    picture[18:34, 10:16] = (40, 50, 25)
    return (picture + rng.normal(0, 8, picture.shape)).clip(0, 255).astype(np.uint8)


def light_of(picture: np.ndarray) -> float:
    return float(picture.mean())


def spread_of(picture: np.ndarray) -> float:
    return float((picture.max(-1).astype(float) - picture.min(-1)).mean())


def warmth_of(picture: np.ndarray) -> float:
    return float((picture[..., 0].astype(float) - picture[..., 2]).mean())


@pytest.mark.parametrize("depth", [0.1, 1.0])
def test_snow_is_brighter_and_less_saturated(landscape: np.ndarray, depth: float) -> None:
    made = relit(landscape, "snow", depth)
    assert light_of(made) > light_of(landscape) + 20
    assert spread_of(made) < 0.6 * spread_of(landscape)


@pytest.mark.parametrize("depth", [0.1, 1.0])
def test_night_is_darker_and_bluer(landscape: np.ndarray, depth: float) -> None:
    made = relit(landscape, "night", depth)
    assert light_of(made) < 0.6 * light_of(landscape)
    assert made[..., 2].mean() > made[..., 0].mean()


@pytest.mark.parametrize("depth", [0.1, 1.0])
def test_sunset_is_warmer(landscape: np.ndarray, depth: float) -> None:
    assert warmth_of(relit(landscape, "sunset", depth)) > warmth_of(landscape) + 40


def test_mist_takes_away_more_of_the_far_than_of_the_near(landscape: np.ndarray) -> None:
    made = relit(landscape, "mist", 0.6)
    kept = [made[part].std() / landscape[part].std() for part in (slice(0, 24), slice(36, 48))]
    assert kept[0] < kept[1] < 1.05


def test_autumn_and_spring_colour_the_ground_and_leave_a_blue_sky(landscape: np.ndarray) -> None:
    for light, channel in (("autumn", 0), ("spring", 1)):
        made = relit(landscape, light, 0.5).astype(float)
        ground = made[36:].mean((0, 1)) - landscape[36:].mean((0, 1))
        assert ground[channel] == max(ground)
        sky = np.abs(made[:10].mean((0, 1)) - landscape[:10].mean((0, 1)))
        assert sky.max() < 12


@pytest.mark.parametrize("light", LIGHTS)
def test_the_drawing_stays(landscape: np.ndarray, light: str) -> None:
    made = relit(landscape, light, 0.5)
    assert made.shape == landscape.shape
    assert made.dtype == np.uint8
    trees, hills = made[24:34, 11:15].mean(), made[24:34, 24:].mean()
    assert trees < hills, "the trees are still darker than the hills"


def test_words_that_another_light_makes_untrue_are_left_out() -> None:
    own, scene = words_in("night", (("summer", "river"), ("sunset", "tree", "sky")))
    assert own == ("river",)
    assert scene == ("tree", "sky")


def test_no_light_makes_its_first_word_untrue_of_another_light_silently() -> None:
    assert set(ON_PAPER) <= set(LIGHTS)
    assert all(light.words for light in LIGHTS.values())
