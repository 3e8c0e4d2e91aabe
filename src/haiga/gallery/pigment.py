"""How a picture goes into paper: its white ground melts, its edges end as a brush leaves them."""

from __future__ import annotations

import numpy as np

from haiga.core.nouns import Picture
from haiga.gallery.noise import Field, layered_noise, smooth_noise, smoothstep, stretched_noise

LIGHT_GROUND = 0.72  # the darkest mean of a border still taken for unpainted paper
DEEPEST = 0.955  # how much light the thickest pigment keeps back


def ground_of(picture: Picture) -> Field | None:
    """The colour (3,) in [0, 1] of an unpainted page around the subject, if there is one.

    A watercolour on white has a border that is light and of one colour; an oil
    or a photograph has not.
    """
    height, width = picture.shape[:2]
    depth = max(1, min(height, width) // 24)
    ring = np.concatenate(
        [
            picture[:depth].reshape(-1, 3),
            picture[-depth:].reshape(-1, 3),
            picture[:, :depth].reshape(-1, 3),
            picture[:, -depth:].reshape(-1, 3),
        ]
    ).astype(np.float32) / np.float32(255)
    middle = np.median(ring, axis=0)
    alike = np.abs(ring - middle).max(axis=1) < 0.11
    if middle.mean() < LIGHT_GROUND or middle.min() < 0.5 or alike.mean() < 0.55:
        return None
    return np.asarray(middle, np.float32)


def light_through(picture: Picture) -> Field:
    """(H, W, 3) float32: what a picture lets through of the paper's light, 1 where unpainted."""
    light = picture.astype(np.float32) / np.float32(255)
    ground = ground_of(picture)
    if ground is not None:
        # the last few hundredths are scanner noise and the page's own stains
        light = np.minimum((light / ground + 0.035) / 1.0, 1)
    return 1 - np.float32(DEEPEST) * (1 - light)


def edge_cover(kind: str, height: int, width: int, rng: np.random.Generator) -> Field:
    """(H, W) float32 in [0, 1]: how much of the picture reaches the paper at each place."""
    if kind == "plain":
        return np.ones((height, width), np.float32)
    if kind == "brush":
        return _brushed(height, width, rng)
    if kind == "deckle":
        return _torn(height, width, rng)
    return _soft(height, width, rng)


def _inside(height: int, width: int, radius: float) -> Field:
    """Distance in pixels to the edge of the rectangle, its corners rounded; at most `radius`."""
    x = np.arange(width, dtype=np.float32)
    y = np.arange(height, dtype=np.float32)
    across = np.maximum(radius - np.minimum(x, width - 1 - x), 0)
    down = np.maximum(radius - np.minimum(y, height - 1 - y), 0)
    return np.float32(radius) - np.hypot(across[None, :], down[:, None])


def _soft(height: int, width: int, rng: np.random.Generator) -> Field:
    """A wash that ends in damp paper: a wandering, feathered edge."""
    side = min(height, width)
    feather = 0.055 * side
    wander = layered_noise(rng, height, width, (side / 5, side / 12, side / 30, side / 90))
    inside = _inside(height, width, feather * 2.6)
    return smoothstep((inside - 0.45 * feather + 0.28 * feather * wander) / feather)


def _brushed(height: int, width: int, rng: np.random.Generator) -> Field:
    """Broad strokes from side to side: ragged, dry ends left and right, softer above and below."""
    side = min(height, width)
    reach = 0.075 * side
    strokes = stretched_noise(rng, height, width, side / 14, width * 2.0)
    hairs = stretched_noise(rng, height, width, max(side / 260, 1), side / 3)
    fine = smooth_noise(rng, height, width, max(side / 120, 1))
    x = np.arange(width, dtype=np.float32)
    y = np.arange(height, dtype=np.float32)
    across = np.minimum(x, width - 1 - x)[None, :]
    down = np.minimum(y, height - 1 - y)[:, None]
    ends = (across - reach * (0.75 + 0.38 * strokes + 0.30 * hairs + 0.06 * fine)) / (0.28 * reach)
    brim = (down - 0.30 * reach * (1 + 0.55 * fine + 0.5 * hairs)) / (0.30 * reach)
    return smoothstep(ends.astype(np.float32)) * smoothstep(brim.astype(np.float32))


def _torn(height: int, width: int, rng: np.random.Generator) -> Field:
    """A deckle: the hard, slightly wandering edge of hand-made paper."""
    side = min(height, width)
    wander = layered_noise(rng, height, width, (side / 8, side / 24, side / 70, side / 160))
    depth = max(0.006 * side, 1.0)
    inside = _inside(height, width, depth * 4)
    return smoothstep((inside - 1.6 * depth + 0.75 * depth * wander) / max(0.5 * depth, 1.2))
