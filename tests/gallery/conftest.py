"""Paintings and poems for the sheet."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from haiga.core.nouns import Picture, Poem


@pytest.fixture
def painting() -> Picture:
    """A made-up hillside under a sky, without white borders."""
    side = 320
    rough = np.random.default_rng(5).integers(0, 60, (9, 9, 3), dtype=np.uint8)
    clouds = np.asarray(Image.fromarray(rough).resize((side, side), Image.Resampling.BICUBIC))
    down = np.linspace(0, 1, side)[:, None, None]
    sky, earth = np.array([150, 170, 190]), np.array([70, 66, 40])
    return np.clip(sky * (1 - down) + earth * down + clouds - 30, 0, 255).astype(np.uint8)


@pytest.fixture
def apple() -> Picture:
    """A red disc on the cream page of a watercolour."""
    side = 240
    y, x = np.mgrid[:side, :side] - side / 2
    page = np.full((side, side, 3), (246, 240, 222), np.uint8)
    page[np.hypot(x, y) < side * 0.25] = (170, 30, 40)
    return page


@pytest.fixture
def haiku() -> Poem:
    return Poem(("the old pond --", "a frog leaps in,", "the sound of water"), form="haiku")
