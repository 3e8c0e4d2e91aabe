"""Losses between pictures, (B, 3, H, W) in [-1, 1]."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from haiga.training.nets.teacher import Teacher


def laplacian_l1(a: Tensor, b: Tensor, levels: int = 2) -> Tensor:
    """L1 over a Laplacian pyramid (Bojanowski et al. 2018, GLO, section 2.2)."""
    difference = a - b
    total = difference.new_zeros(())
    for _ in range(levels):
        small = F.avg_pool2d(difference, 2)
        band = difference - F.interpolate(small, scale_factor=2.0, mode="nearest")
        total = total + band.abs().mean()
        difference = small
    return total + difference.abs().mean()


def chroma_l1(a: Tensor, b: Tensor) -> Tensor:
    """L1 of the opponent colours, red against blue and green against both, of 4x smaller pictures.

    Plain L1 over RGB is nearly blind to hue, and old paintings hold little green:
    an early autoencoder drew leaves grey until green was weighted so.
    """
    red, green, blue = F.avg_pool2d(a - b, 4).unbind(1)
    return (0.5 * (red - blue).abs() + (2 * green - red - blue).abs()).mean()


def perceptual(teacher: Teacher, a: Tensor, b: Tensor, layers: Sequence[int] = (1, 3, 5)) -> Tensor:
    """Squared error of channel-normalised teacher features (Zhang et al. 2018, LPIPS, eq. 1)."""
    chosen = tuple(layers)
    with torch.no_grad():
        targets = teacher(b, chosen)
    total = a.new_zeros(())
    for feature, target in zip(teacher(a, chosen), targets, strict=True):
        unit_a = F.normalize(feature.float(), dim=1)
        unit_b = F.normalize(target.float(), dim=1)
        total = total + (unit_a - unit_b).square().sum(1).mean()
    return total / len(chosen)
