"""Smooth noise drawn from a seed: the one source of unevenness on a sheet."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

Field = npt.NDArray[np.float32]


def smooth_noise(rng: np.random.Generator, height: int, width: int, cell_px: float) -> Field:
    """(height, width) float32, mean about 0 and deviation about 1, changing over `cell_px`."""
    return stretched_noise(rng, height, width, cell_px, cell_px)


def stretched_noise(
    rng: np.random.Generator, height: int, width: int, cell_h_px: float, cell_w_px: float
) -> Field:
    """Like `smooth_noise`, changing over `cell_h_px` down and `cell_w_px` across."""
    rows = max(2, round(height / cell_h_px) + 2)
    columns = max(2, round(width / cell_w_px) + 2)
    grid = rng.standard_normal((rows, columns), dtype=np.float32)
    if (rows, columns) == (height, width):
        return grid
    enlarged = Image.fromarray(grid).resize((width, height), Image.Resampling.BICUBIC)
    # interpolation halves the variance, nearly
    return np.asarray(enlarged, np.float32) * np.float32(1.45)


def layered_noise(
    rng: np.random.Generator, height: int, width: int, cells_px: tuple[float, ...]
) -> Field:
    """A sum of smooth noises, each scale half as strong as the one before; deviation about 1.

    `cells_px` go from coarse to fine; each sum is drawn only as large as its
    scale needs and then enlarged.
    """
    total: Field | None = None
    weight, power = 1.0, 0.0
    for i, cell in enumerate(cells_px):
        last = i == len(cells_px) - 1
        shrink = 1.0 if last else max(1.0, min(cells_px[i + 1] / 2, cell / 6))
        rows, columns = max(round(height / shrink), 2), max(round(width / shrink), 2)
        layer = smooth_noise(rng, rows, columns, max(cell / shrink, 1.0)) * np.float32(weight)
        if total is not None:
            grown = Image.fromarray(total).resize((columns, rows), Image.Resampling.BILINEAR)
            layer = layer + np.asarray(grown, np.float32)
        total = layer
        power += weight * weight
        weight /= 2
    assert total is not None
    return total * np.float32(power**-0.5)


def smoothstep(value: Field) -> Field:
    """0 below 0, 1 above 1, and a smooth rise between."""
    t = np.clip(value, 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)
