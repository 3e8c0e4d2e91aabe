"""Other views of a picture, so that a classifier learns what is shown and not how."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image, ImageEnhance
from torch import Tensor
from torch.nn import functional as F

from haiga.core.nouns import Picture

LEAST_AREA = 0.55
"""A part that is cut out has at least so much of the picture."""
JITTER = 0.2
"""Light, contrast and strength of colour are changed by up to this share."""


def cut_out(larger: Picture, size_px: int, rng: np.random.Generator, *, mirror: bool) -> Picture:
    """A random part of a picture at `size_px` a side, in another light, maybe mirrored."""
    side = larger.shape[0]
    area, shape = rng.uniform(LEAST_AREA, 1.0), np.exp(rng.uniform(-0.15, 0.15))
    width = min(1.0, float(np.sqrt(area) * shape)) * side
    height = min(1.0, float(np.sqrt(area) / shape)) * side
    left, top = rng.uniform(0, side - width), rng.uniform(0, side - height)
    image = Image.fromarray(larger).resize(
        (size_px, size_px), Image.Resampling.BICUBIC, (left, top, left + width, top + height)
    )
    for change in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        image = change(image).enhance(rng.uniform(1 - JITTER, 1 + JITTER))
    out = np.asarray(image)
    return np.ascontiguousarray(out[:, ::-1]) if mirror and rng.random() < 0.5 else out


def batch_cut_out(
    larger: npt.NDArray[np.uint8], size_px: int, rng: np.random.Generator, *, mirror: bool
) -> Tensor:
    """Random parts of a batch (B, L, L, 3) as input (B, 3, S, S) in [-1, 1], in other lights.

    Faster than `cut_out`, for networks learned from nothing; cuts down to a third of the area.
    """
    count = len(larger)
    x = torch.from_numpy(larger).permute(0, 3, 1, 2).float() / 127.5 - 1
    scale = np.sqrt(rng.uniform(0.35, 1.0, count))
    stretch = np.exp(rng.uniform(-0.2, 0.2, (count, 2)))
    sides = np.minimum(1.0, scale[:, None] * stretch)  # (B, 2)
    shift = rng.uniform(-1, 1, (count, 2)) * (1 - sides)
    flip = np.where(rng.random(count) < 0.5, -1.0, 1.0) if mirror else np.ones(count)
    theta = np.zeros((count, 2, 3), np.float32)
    theta[:, 0, 0], theta[:, 1, 1] = sides[:, 0] * flip, sides[:, 1]
    theta[:, :, 2] = shift
    grid = F.affine_grid(torch.from_numpy(theta), [count, 3, size_px, size_px], align_corners=False)
    x = F.grid_sample(x, grid, mode="bilinear", padding_mode="reflection", align_corners=False)
    light = torch.from_numpy(rng.uniform(-JITTER, JITTER, (count, 3, 1, 1)).astype(np.float32))
    grey = x.mean(1, keepdim=True)
    x = grey + (x - grey) * (1 + light[:, 1:2])
    return (x * (1 + light[:, 2:3]) + light[:, :1]).clamp(-1, 1)
