"""Pictures and styles for the stylist's tests: real ones, drawn here."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from haiga.core.nouns import Picture, Style
from haiga.roles.stylists.brush import BrushStylist


def landscape(width: int = 192, height: int = 192) -> Picture:
    """A soft landscape as a painter hands it over: small, then enlarged."""
    image = Image.new("RGB", (64, 64), (150, 185, 215))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 36, 64, 64), fill=(70, 100, 60))
    draw.ellipse((40, 8, 52, 20), fill=(250, 240, 200))
    draw.polygon([(0, 40), (18, 18), (36, 40)], fill=(90, 95, 120))
    draw.line((8, 63, 30, 36), fill=(190, 160, 110), width=4)
    small = image.filter(ImageFilter.GaussianBlur(1))
    return np.asarray(small.resize((width, height), Image.Resampling.LANCZOS)).copy()


def artwork(main: tuple[int, int, int], second: tuple[int, int, int], seed: int = 0) -> Picture:
    """An artwork in two colours with rough, slanted strokes."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (120, 120), main)
    draw = ImageDraw.Draw(image)
    for _ in range(160):
        x, y = rng.integers(0, 120, 2)
        colour = tuple(int(v) for v in np.clip(np.array(second) + rng.integers(-30, 30, 3), 0, 255))
        draw.line((x, y, x + 24, y + 9), fill=colour, width=4)
    return np.asarray(image).copy()


@pytest.fixture(name="landscape", scope="session")
def landscape_maker() -> Callable[..., Picture]:
    return landscape


@pytest.fixture(name="artwork", scope="session")
def artwork_maker() -> Callable[..., Picture]:
    return artwork


@pytest.fixture(scope="session")
def stylist() -> BrushStylist:
    return BrushStylist()


@pytest.fixture(scope="session")
def bank(stylist: BrushStylist) -> tuple[Style, ...]:
    return tuple(stylist.styles())


@pytest.fixture(scope="session")
def one_of_each_medium(bank: tuple[Style, ...]) -> list[Style]:
    from haiga.roles.stylists.code import MEDIA, unpacked

    return [next(s for s in bank if unpacked(s.code, s.id).medium == m) for m in MEDIA]
