"""What is asked of a restyled picture, in the features of the teacher.

Style: the statistics of Huang & Belongie 2017, eq. 13, relative to the style's own. Content:
the cosine of deep features, place by place.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

STYLE_LAYERS = (0, 1, 3, 5)
"""Layers of the teacher whose statistics make a style: conv1, pw1, pw3, pw5."""
CONTENT_LAYER = 6


def statistics(feature: Tensor) -> Tensor:
    """Each channel's mean and deviation of (B, C, H, W): (B, 2 C)."""
    mean = feature.mean((2, 3))
    centred = feature - mean[:, :, None, None]
    deviation = (centred.square().mean((2, 3)) + 1e-8).sqrt()
    return torch.cat([mean, deviation], 1)


def style_distance(made: Sequence[Tensor], style: Sequence[Tensor]) -> Tensor:
    """Mean over layers of the squared error of channel statistics, relative to the style's: (B,).

    `made` and `style` hold one (B, C, H, W) a layer; their sizes may differ.
    """
    parts = []
    for a, b in zip(made, style, strict=True):
        ours, theirs = statistics(a), statistics(b)
        parts.append((ours - theirs).square().sum(1) / theirs.square().sum(1))
    return torch.stack(parts).mean(0)


def content_cosine(made: Tensor, content: Tensor) -> Tensor:
    """Cosine between features (B, C, H, W), place by place, its mean: (B,)."""
    return F.cosine_similarity(made, content, dim=1, eps=1e-6).mean((1, 2))


def structure_cosine(made: Tensor, content: Tensor) -> Tensor:
    """Cosine of features (B, C, H, W) without what is even over the picture: (B,).

    Which channel is strong where, whatever its mean and deviation: lines stay where they were.
    """
    ours, theirs = (
        F.normalize((x - x.mean((2, 3), keepdim=True)).flatten(2), dim=2) for x in (made, content)
    )
    weight = theirs.new_ones(()) * (content.flatten(2).std(2) > 1e-3)  # (B, C), dead ones out
    return ((ours * theirs).sum(2) * weight).sum(1) / weight.sum(1).clamp_min(1)


def restlessness(made: Tensor, content: Tensor) -> Tensor:
    """Mean change from pixel to pixel where the content is even: (B,).

    What a style's statistics would put there is grain; strokes belong where forms are.
    """
    out = made.new_zeros(len(made))
    for axis in (2, 3):
        change = made.diff(dim=axis).abs().mean(1)
        there = content.diff(dim=axis).abs().mean(1)
        out = out + (change * torch.exp(-there / 0.02)).mean((1, 2))
    return out
