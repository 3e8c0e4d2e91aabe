"""The network that follows any artwork."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from haiga.core.errors import UserError
from haiga.core.nouns import Picture
from haiga.roles.stylists import network
from haiga.roles.stylists.network import NetworkStylist


@pytest.fixture(scope="module", name="painter")
def network_stylist() -> NetworkStylist:
    return NetworkStylist()


def followed(
    painter: NetworkStylist, picture: Picture, artwork: Picture, s: float = 1.0
) -> Picture:
    style = painter.read_style(artwork)
    return painter.restyle([picture], styles=[style], strength=s, seeds=[0])[0]


def test_it_takes_on_the_colours_of_an_artwork_that_it_has_never_seen(
    painter: NetworkStylist, landscape: Callable[..., Picture], artwork: Callable[..., Picture]
) -> None:
    style = artwork((200, 60, 40), (240, 150, 60))
    made = followed(painter, landscape(), style)
    far = np.abs(landscape().mean((0, 1)) - style.mean((0, 1))).mean()
    assert np.abs(made.mean((0, 1)) - style.mean((0, 1))).mean() < 0.4 * far


def test_more_strength_brings_it_nearer(
    painter: NetworkStylist, landscape: Callable[..., Picture], artwork: Callable[..., Picture]
) -> None:
    picture, style = landscape(), artwork((40, 60, 160), (90, 150, 220))
    changes = [
        np.abs(followed(painter, picture, style, s).astype(int) - picture).mean()
        for s in (0.0, 0.15, 0.5, 1.0)
    ]
    assert changes[0] == 0
    assert changes == sorted(changes)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (3, 7), (1, 500), (61, 130), (200, 9)])
def test_any_size_comes_back_as_it_went_in(
    painter: NetworkStylist, artwork: Callable[..., Picture], height: int, width: int
) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    assert followed(painter, picture, artwork((90, 90, 40), (20, 20, 20))).shape == picture.shape


def test_borders_are_painted_as_the_middle_is(
    painter: NetworkStylist, artwork: Callable[..., Picture]
) -> None:
    even = np.full((197, 231, 3), (120, 150, 180), np.uint8)
    even[90:110, 100:130] = (60, 40, 30)  # strokes around it reach some 45 px
    made = followed(painter, even, artwork((200, 170, 60), (30, 60, 90))).astype(int)
    border = np.concatenate([made[0], made[-1], made[:, 0], made[:, -1]])
    assert np.abs(border - np.median(made.reshape(-1, 3), 0)).max() < 12


def test_after_a_flat_colour_the_picture_can_still_be_seen(
    painter: NetworkStylist, landscape: Callable[..., Picture]
) -> None:
    flat = np.full((64, 64, 3), (180, 60, 50), np.uint8)
    made = followed(painter, landscape(), flat)
    assert made.std() > 8
    assert np.abs(made.mean((0, 1)) - (180, 60, 50)).mean() < 45


def test_a_picture_beyond_the_limit_keeps_its_own_detail(
    painter: NetworkStylist,
    landscape: Callable[..., Picture],
    artwork: Callable[..., Picture],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(network, "MOST_PX", 96 * 96)
    picture = landscape(260, 200).copy()
    picture[100, ::2] = 255  # finer than the smaller copy shows
    style = artwork((40, 60, 160), (90, 150, 220))
    made = followed(painter, picture, style).astype(int)
    assert made.shape == picture.shape
    assert np.abs(np.diff(made[100, 20:240], axis=0)).mean() > 40
    small = np.asarray(Image.fromarray(picture).resize((110, 84), Image.Resampling.BOX))
    there = followed(painter, small, style).mean((0, 1))
    assert np.abs(made.mean((0, 1)) - there).max() < 12


def test_a_code_of_another_stylist_is_refused(
    painter: NetworkStylist, landscape: Callable[..., Picture]
) -> None:
    style = replace(painter.read_style(landscape()), code=(0.1, 0.2))
    with pytest.raises(UserError, match="2 numbers"):
        painter.restyle([landscape()], styles=[style], strength=0.5, seeds=[0])


def test_the_bank_s_code_is_the_one_the_network_reads(painter: NetworkStylist) -> None:
    codes = {len(style.code) for style in painter.styles()[:20]}
    assert codes == {len(painter.encode(np.zeros((8, 8, 3), np.uint8)))}
