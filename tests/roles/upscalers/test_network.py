"""Enlarging by the bundled network: better than resampling, whole, and true to what was there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from haiga.core.errors import NoModel, UserError
from haiga.core.nouns import Picture
from haiga.roles.upscalers.network import NetworkUpscaler


@pytest.fixture(scope="module")
def drawing() -> Picture:
    """A picture of edges, curves and letters, 240 × 320 px."""
    image = Image.new("RGB", (960, 720), (236, 226, 200))
    pen = ImageDraw.Draw(image)
    for i in range(14):
        colour = (40 + 12 * i, 90, 200 - 11 * i)
        pen.ellipse((60 * i, 40 * i, 60 * i + 210, 40 * i + 160), outline=colour, width=9)
        pen.line((0, 60 * i, 960, 700 - 37 * i), fill=(120, 20 + 15 * i, 60), width=6)
        pen.text((60 * i, 650 - 45 * i), "haiga", fill=(20, 20, 30), font_size=48)
    return np.asarray(image.resize((320, 240), Image.Resampling.LANCZOS)).copy()


def reduced(picture: Picture, size: tuple[int, int]) -> Picture:
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BICUBIC)).copy()


def psnr(one: Picture, other: Picture) -> float:
    return float(10 * np.log10(255**2 / max(1e-6, ((one.astype(float) - other) ** 2).mean())))


@pytest.mark.parametrize("scale", [2, 4])
def test_it_comes_nearer_to_what_was_there_than_bicubic(drawing: Picture, scale: int) -> None:
    small = reduced(drawing, (320 // scale, 240 // scale))
    (ours,) = NetworkUpscaler().enlarge([small], size_px=320)
    plain = reduced(small, (320, 240))
    assert psnr(ours, drawing) > psnr(plain, drawing) + 0.5


@pytest.mark.parametrize("factor", [2, 3, 4, 5.5, 6, 8])
def test_made_small_again_it_is_the_picture_that_was_given(drawing: Picture, factor: float) -> None:
    small = reduced(drawing, (64, 48))
    (large,) = NetworkUpscaler().enlarge([small], size_px=round(64 * factor))
    assert large.shape == (round(48 * factor), round(64 * factor), 3)
    assert psnr(reduced(large, (64, 48)), small) > 45


def test_tiles_do_not_show(drawing: Picture) -> None:
    small = reduced(drawing, (106, 80))
    (tiled,) = NetworkUpscaler(tile_px=24).enlarge([small], size_px=424)
    (whole,) = NetworkUpscaler(tile_px=512).enlarge([small], size_px=424)
    assert np.abs(tiled.astype(int) - whole).max() <= 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (5, 1), (2, 300)])
def test_a_picture_may_be_a_single_pixel_wide(shape: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (*shape, 3)).astype(np.uint8)
    (large,) = NetworkUpscaler().enlarge([picture], size_px=4 * max(shape))
    assert large.shape == (4 * shape[0], 4 * shape[1], 3)


@pytest.mark.parametrize("scale", [2, 4])
def test_a_flat_picture_stays_flat_but_for_a_trace_in_its_corners(scale: int) -> None:
    flat = np.full((60, 80, 3), (200, 120, 40), np.uint8)
    (large,) = NetworkUpscaler().enlarge([flat], size_px=80 * scale)
    apart = np.abs(large.astype(int) - flat[0, 0])
    inside = slice(20 * scale, -20 * scale)
    assert apart[inside, inside].max() == 0
    assert apart.max() <= 4  # beyond the edge the network sees black
    assert apart.mean() < 0.1


def test_the_dial_leads_from_fidelity_to_texture_and_stays_true(drawing: Picture) -> None:
    small = reduced(drawing, (80, 60))
    full, half, none = (
        NetworkUpscaler(fidelity=f).enlarge([small], size_px=320)[0] for f in (1.0, 0.5, 0.0)
    )
    near, far = (np.abs(full.astype(float) - made).mean() for made in (half, none))
    assert 0 < near < far
    assert psnr(reduced(none, (80, 60)), small) > 45


def test_fast_makes_the_same_size_and_stays_true(drawing: Picture) -> None:
    small = reduced(drawing, (64, 48))
    (large,) = NetworkUpscaler(fast=True).enlarge([small], size_px=512)
    assert large.shape == (384, 512, 3)
    assert psnr(reduced(large, (64, 48)), small) > 45


def test_a_picture_that_is_large_enough_is_made_smaller_or_left(drawing: Picture) -> None:
    (same,) = NetworkUpscaler().enlarge([drawing], size_px=320)
    assert np.array_equal(same, drawing)
    (less,) = NetworkUpscaler().enlarge([drawing], size_px=100)
    assert less.shape == (75, 100, 3)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"fidelity": 1.5}, "fidelity"),
        ({"threads": 0}, "threads"),
        ({"tile_px": 4}, "tile_px"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, float], told: str) -> None:
    with pytest.raises(UserError, match=told):
        NetworkUpscaler(**settings)


def test_a_model_that_is_nowhere_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoModel, match="upscaler"):
        NetworkUpscaler(model="upscalre")
