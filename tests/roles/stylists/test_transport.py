"""An artwork's colours, with everything that a picture shows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from haiga.core.nouns import Picture
from haiga.features.colour import oklab
from haiga.roles.stylists.transport import STRIP_ROWS, TransportStylist, guided


def test_the_colours_come_from_the_artwork(
    landscape: Callable[..., Picture], artwork: Callable[..., Picture]
) -> None:
    stylist, picture = TransportStylist(), landscape()
    style = stylist.read_style(artwork((200, 60, 40), (240, 150, 60)))
    (made,) = stylist.restyle([picture], styles=[style], strength=1.0, seeds=[0])
    before, after = oklab(picture).mean((0, 1)), oklab(made).mean((0, 1))
    assert after[1] > before[1] + 0.03  # redder


def test_edges_stay_where_they_are(
    landscape: Callable[..., Picture], artwork: Callable[..., Picture]
) -> None:
    stylist, picture = TransportStylist(), landscape(300, 260)
    style = stylist.read_style(artwork((60, 60, 140), (200, 200, 220)))
    (made,) = stylist.restyle([picture], styles=[style], strength=1.0, seeds=[0])

    def slopes(x: Picture) -> np.ndarray:
        light = oklab(x)[..., 0]
        return np.hypot(*np.gradient(light)).ravel()

    assert np.corrcoef(slopes(picture), slopes(made))[0, 1] > 0.93


def test_a_tall_picture_shows_no_seam_between_strips(artwork: Callable[..., Picture]) -> None:
    ramp = np.linspace(40, 215, 3 * STRIP_ROWS + 40).round().astype(np.uint8)
    picture = np.repeat(np.repeat(ramp[:, None, None], 24, 1), 3, 2)
    stylist = TransportStylist()
    style = stylist.read_style(artwork((30, 90, 60), (220, 200, 90)))
    (made,) = stylist.restyle([picture], styles=[style], strength=1.0, seeds=[0])
    steps = np.abs(np.diff(made.astype(int), axis=0)).max((1, 2))
    assert steps.max() <= 3


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (700, 2)])
def test_the_thinnest_pictures_are_coloured(
    shape: tuple[int, int], artwork: Callable[..., Picture]
) -> None:
    stylist = TransportStylist()
    style = stylist.read_style(artwork((30, 90, 60), (220, 200, 90)))
    picture = np.full((*shape, 3), 120, np.uint8)
    (made,) = stylist.restyle([picture], styles=[style], strength=1.0, seeds=[0])
    assert made.shape == picture.shape


def test_the_guided_filter_gives_back_what_follows_its_guide() -> None:
    guide = np.random.default_rng(0).random((40, 50), np.float32)
    slope, offset = guided(guide, (2 * guide - 1)[..., None], 5)
    made = slope[..., 0] * guide + offset[..., 0]
    assert np.abs(made - (2 * guide - 1)).max() < 0.03


def test_the_guided_filter_smooths_what_its_guide_does_not_show() -> None:
    noise = np.random.default_rng(0).standard_normal((60, 60, 1)).astype(np.float32)
    slope, offset = guided(np.full((60, 60), 0.5, np.float32), noise, 6)
    assert (slope * 0.5 + offset).std() < 0.15
