"""Smooth fields over pictures: blurs, noise, and the directions of edges.

Arrays are (height, width) float32. Blurs go down to a coarse grid and back
through Pillow's float resampling: fast in C, and wide blurs cost least.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

Floats = npt.NDArray[np.float32]


def resized(field: Floats, width: int, height: int) -> Floats:
    """The field resampled bicubically (averaging where it shrinks)."""
    if field.shape == (height, width):
        return field
    image = Image.fromarray(np.ascontiguousarray(field, np.float32))
    return np.asarray(image.resize((width, height), Image.Resampling.BICUBIC))


def blurred(field: Floats, radius_px: float) -> Floats:
    """The field smoothed over about `radius_px` pixels; below half a pixel it comes back as is."""
    height, width = field.shape
    if radius_px < 0.5 or min(height, width) < 2:
        return field
    small_w = max(1, round(width / max(1.0, radius_px)))
    small_h = max(1, round(height / max(1.0, radius_px)))
    image = Image.fromarray(np.ascontiguousarray(field, np.float32))
    small = image.resize((small_w, small_h), Image.Resampling.BICUBIC)
    return np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))


def noise(rng: np.random.Generator, width: int, height: int, grain_px: float) -> Floats:
    """Smooth random bumps about `grain_px` pixels across, mean 0, deviation about 1."""
    small_w = max(2, int(np.ceil(width / max(1.0, grain_px))) + 1)
    small_h = max(2, int(np.ceil(height / max(1.0, grain_px))) + 1)
    seedling = rng.standard_normal((small_h, small_w), dtype=np.float32)
    field = resized(seedling, width, height)
    return field / np.float32(0.75 if grain_px > 1 else 1.0)


def gradients(field: Floats) -> tuple[Floats, Floats]:
    """Horizontal and vertical slopes by central differences; zero at the far edges of a line."""
    gx = np.zeros_like(field)
    gy = np.zeros_like(field)
    gx[:, 1:-1] = (field[:, 2:] - field[:, :-2]) * 0.5
    gy[1:-1] = (field[2:] - field[:-2]) * 0.5
    return gx, gy


def edge_tensor(field: Floats, reach_px: float) -> tuple[Floats, Floats, Floats]:
    """The smoothed structure tensor as (strength, cos 2θ part, sin 2θ part).

    θ is the direction along edges (0 = horizontal, growing towards the bottom
    of the picture). `strength` is the squared slope; the length of the two
    parts over the strength is the coherence in [0, 1]. Weak places learn their
    direction from strong neighbours, since three reaches are added.
    """
    gx, gy = gradients(field)
    xx, yy, xy = gx * gx, gy * gy, gx * gy
    strength = xx + yy
    along, across = yy - xx, -2 * xy
    total = np.zeros_like(field), np.zeros_like(field), np.zeros_like(field)
    for reach, weight in ((1.0, 1.0), (3.0, 0.5), (9.0, 0.2)):
        for into, part in zip(total, (strength, along, across), strict=True):
            into += weight * blurred(part, reach * reach_px)
    return total
