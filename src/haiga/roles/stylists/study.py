"""The study a painting is made from: its colours and edge directions on a small grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from haiga.core.nouns import Picture
from haiga.features.colour import Floats, oklab
from haiga.features.fields import blurred, edge_tensor, noise

STUDY_PX = 384
"""Longest side of a study. What the painter knows of a picture is coarser than this."""


@dataclass(frozen=True)
class Study:
    """Colours (h, w, 3) OKLab, edge direction in [0, π) and coherence in [0, 1], both (h, w).

    `coherence` is 1 along one straight contour and 0 where slopes go every way.
    `scale` is pixels of the picture per pixel of the study.
    """

    lab: Floats
    direction: Floats
    coherence: Floats
    scale: float


def study_colours(picture: Picture) -> Floats:
    """The picture's OKLab colours at study size, (h, w, 3)."""
    height, width = picture.shape[:2]
    scale = max(1.0, max(height, width) / STUDY_PX)
    size = (max(1, round(width / scale)), max(1, round(height / scale)))
    image = Image.fromarray(picture)
    if image.size != size:
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    return oklab(np.asarray(image))


def sharpened(lab: Floats, amount: float, reach_px: int = 3) -> Floats:
    """Soft edges made firm: each channel moves towards its local least or greatest value.

    A toggle mapping (Kramer and Bruckner 1975), softened: unlike unsharp
    masking it cannot overshoot, so it leaves no halos. `amount` in [0, 1].
    """
    if amount <= 0 or min(lab.shape[:2]) < 3:
        return lab
    out = np.empty_like(lab)
    for c in range(3):
        channel = lab[..., c]
        low = _extreme(channel, reach_px, np.minimum)
        high = _extreme(channel, reach_px, np.maximum)
        span = high - low
        t = (channel - low) / np.maximum(span, 1e-4)
        t = np.clip((t - 0.5) * 2.4 + 0.5, 0, 1)
        firm = low + span * t * t * (3 - 2 * t)
        out[..., c] = channel + amount * (firm - channel)
    return out


def _extreme(field: Floats, reach_px: int, pick: np.ufunc) -> Floats:
    """Least or greatest value within `reach_px` pixels, a square window."""
    for axis in (0, 1):
        n = field.shape[axis]
        result = field.copy()
        for shift in range(1, min(reach_px, n - 1) + 1):
            a = [slice(None), slice(None)]
            b = [slice(None), slice(None)]
            a[axis], b[axis] = slice(shift, None), slice(None, n - shift)
            ahead, behind = tuple(a), tuple(b)
            result[behind] = pick(result[behind], field[ahead])
            result[ahead] = pick(result[ahead], field[behind])
        field = result
    return field


def study_of(
    lab: Floats,
    scale: float,
    rng: np.random.Generator,
    *,
    flow: float = 0.35,
    lean: tuple[float, float] = (0.0, 0.0),
) -> Study:
    """A study with directions; even areas follow a slow wind.

    The wind is level, drawn towards `lean` (cos 2θ, sin 2θ, length up to 1);
    `flow` in [0, 1] is how far it may turn away from there.
    """
    height, width = lab.shape[:2]
    reach = max(1.0, max(height, width) / 130)
    strength, along, across = edge_tensor(blurred(lab[..., 0], reach * 0.8), reach)
    wind = noise(rng, width, height, max(height, width) / 2.5) * np.float32(flow * 0.9)
    wind += noise(rng, width, height, max(height, width) / 7) * np.float32(flow * 0.35)
    wind += np.float32(0.5 * np.arctan2(lean[1], lean[0] + 0.35))
    level = np.float32(1.2e-5)
    along = along + level * np.cos(2 * wind)
    across = across + level * np.sin(2 * wind)
    direction = (0.5 * np.arctan2(across, along)) % np.float32(np.pi)
    coherence = np.hypot(along, across) / np.maximum(strength + level, 1e-9)
    return Study(lab, direction, np.clip(coherence, 0, 1), scale)


def pyramid_level(lab: Floats, radius_px: float) -> Floats:
    """The colours smoothed over about `radius_px` pixels."""
    if radius_px < 0.75:
        return lab
    return np.stack([blurred(lab[..., c], radius_px) for c in range(3)], axis=-1)
