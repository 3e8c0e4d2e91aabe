"""The honesty check of enlargements: each figure against what is known."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from haiga.core.nouns import Picture
from haiga.inspection.enlargement import delta_e, honesty, seam


def bicubic(picture: Picture, scale: int = 2) -> Picture:
    size = (picture.shape[1] * scale, picture.shape[0] * scale)
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BICUBIC)).copy()


@pytest.fixture
def picture() -> Picture:
    noise = np.random.default_rng(4).integers(60, 200, (30, 40, 3)).astype(np.uint8)
    return np.asarray(Image.fromarray(noise).resize((400, 300), Image.Resampling.BICUBIC)).copy()


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        ((0, 0, 0), (255, 255, 255), 100.0),
        ((255, 0, 0), (0, 255, 0), 170.57),  # Lab (53.24, 80.09, 67.20), (87.73, -86.18, 83.18)
        ((128, 128, 128), (128, 128, 128), 0.0),
    ],
)
def test_colour_differences_are_those_of_the_literature(
    one: tuple[int, int, int], other: tuple[int, int, int], wanted: float
) -> None:
    a, b = (np.array(colour, np.uint8).reshape(1, 1, 3) for colour in (one, other))
    assert delta_e(a, b).item() == pytest.approx(wanted, abs=0.1)


def test_a_faithful_enlargement_has_no_fault(picture: Picture) -> None:
    found = honesty(picture, bicubic(picture), tile_px=64, enlarge=bicubic)
    assert found.back_psnr > 45
    assert found.colour_shift < 0.5
    assert found.seam == 0
    assert found.faults == []


def test_an_enlargement_of_another_colour_is_found_out(picture: Picture) -> None:
    tinted = bicubic(picture)
    tinted[:, :, 0] += 30
    found = honesty(picture, tinted, tile_px=0, enlarge=bicubic)
    assert found.back_psnr == pytest.approx(20 * np.log10(255 / (30 / 3**0.5)), abs=0.2)
    assert found.colour_shift > 5
    assert len(found.faults) == 2


def test_a_seam_is_found_out(picture: Picture) -> None:
    tiled = bicubic(picture)
    tiled[300:, :] += 9  # 300 rows of small pixels in tiles of 150
    assert seam(picture, tiled, 150, bicubic) == 9
    assert honesty(picture, tiled, tile_px=150, enlarge=bicubic).seam == 9
    assert seam(picture, tiled, 400, bicubic) == 0  # one tile: there is no seam to look for
