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
    or a photograph has not. The outermost rim is left out: scans end in shadow.
    """
    height, width = picture.shape[:2]
    rim, depth = min(height, width) // 40, max(1, min(height, width) // 14)
    inner = picture[rim : height - rim, rim : width - rim]
    ring = np.concatenate(
        [
            inner[:depth].reshape(-1, 3),
            inner[-depth:].reshape(-1, 3),
            inner[:, :depth].reshape(-1, 3),
            inner[:, -depth:].reshape(-1, 3),
        ]
    )
    middle = np.median(ring, axis=0).astype(np.float32) / np.float32(255)
    alike = np.abs(ring / np.float32(255) - middle).max(axis=1) < 0.11
    if middle.mean() < LIGHT_GROUND or middle.min() < 0.5 or alike.mean() < 0.55:
        return None
    return np.asarray(middle, np.float32)


def light_through(picture: Picture, ground: Field | None) -> Field:
    """(3, H, W) float32: what a picture lets through of the paper's light, 1 where unpainted."""
    dark = np.moveaxis(picture, 2, 0).astype(np.float32)
    if ground is None:
        dark *= np.float32(-1 / 255)
        dark += 1
    else:
        dark *= np.float32(-1 / 255) / ground[:, None, None]
        dark += 1
        np.maximum(dark, 0, out=dark)
        # stains and the shadows of the scanned page go, pale washes thin out softly
        dark *= smoothstep((dark.max(axis=0) - np.float32(0.035)) * np.float32(1 / 0.13))
    return 1 - np.float32(DEEPEST) * dark


def ink_painting(picture: Picture, share: float) -> Picture:
    """The picture as ink on paper: colour given up by `share`, its lights opened to bare paper."""
    colour = picture.astype(np.float32)
    light = colour @ np.array([0.299, 0.587, 0.114], np.float32)
    dark, bright = (float(level) for level in np.percentile(light[::4, ::4], (1, 96)))
    # a picture of one tone has nothing to open
    reach = max(bright - dark, 60.0)
    opened = np.clip((light - np.float32(dark)) * np.float32(235 / reach) + 20, 0, 255)
    lift = np.where(light > 1, opened / np.maximum(light, 1), 1)[:, :, None]
    ink = opened[:, :, None] + (255 - opened[:, :, None]) * np.array(
        [0.022, 0.010, 0.0], np.float32
    )
    mixed = colour * lift * np.float32(1 - share) + ink * np.float32(share)
    return np.asarray(np.clip(mixed + np.float32(0.5), 0, 255), np.uint8)


def edge_cover(
    kind: str, height: int, width: int, rng: np.random.Generator, *, melting: bool = False
) -> Field:
    """(H, W) float32 in [0, 1]: how much of the picture reaches the paper at each place.

    `melting` for a picture on an unpainted ground, whose border fades away however
    it was to end: an edge around nothing would draw a frame.
    """
    if melting:
        feather = 0.07 * min(height, width)
        return smoothstep((_inside(height, width, feather * 1.6) - 0.25 * feather) / feather)
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


def _wander(rng: np.random.Generator, height: int, width: int, cells: tuple[float, ...]) -> Field:
    """Layered noise bent into (-2, 2), so that no edge reaches the picture's border."""
    noise = layered_noise(rng, height, width, cells)
    return np.asarray(noise / np.sqrt(1 + np.float32(0.25) * noise * noise), np.float32)


def _soft(height: int, width: int, rng: np.random.Generator) -> Field:
    """A wash that ends in damp paper: an edge that wanders a little, here crisper, there softer."""
    side = min(height, width)
    feather = 0.042 * side
    wander = _wander(rng, height, width, (side / 3, side / 9, side / 25, side / 80, side / 240))
    damp = np.clip(1 + 0.32 * smooth_noise(rng, height, width, side / 4), 0.45, 1.7)
    inside = _inside(height, width, feather * 1.9)
    start = feather * (0.40 + 0.20 * wander)
    return smoothstep((inside - start) / (0.75 * feather * damp))


def _brushed(height: int, width: int, rng: np.random.Generator) -> Field:
    """Broad strokes from side to side, their ends ragged and dry, above and below calmer."""
    side = min(height, width)
    reach = 0.085 * side
    strokes = np.clip(stretched_noise(rng, height, width, side / 5, width * 2.0), -1.5, 1.5)
    tufts = np.clip(stretched_noise(rng, height, width, max(side / 45, 1), side * 0.9), -1.8, 1.8)
    hairs = np.clip(stretched_noise(rng, height, width, max(side / 330, 1), side / 3), -2, 2)
    x = np.arange(width, dtype=np.float32)
    y = np.arange(height, dtype=np.float32)
    across = (np.minimum(x, width - 1 - x) / np.float32(reach)).astype(np.float32)[None, :]
    down = (np.minimum(y, height - 1 - y) / np.float32(reach)).astype(np.float32)[:, None]
    # the bristles leave the paper one by one: each hair ends at a length of its own
    ends = across - np.float32(0.62) - np.float32(0.20) * strokes - np.float32(0.10) * tufts
    swing = np.clip(stretched_noise(rng, height, width, side, side / 3), -1.5, 1.5)
    brim = (down - np.float32(0.34) - np.float32(0.12) * swing) * np.float32(1.5)
    wet: Field = np.minimum(ends, brim)
    grain = np.clip(smooth_noise(rng, height, width, max(side / 400, 1)), -2, 2)
    dry = np.float32(0.17) * hairs + np.float32(0.05) * grain
    cover = smoothstep((wet + dry) * np.float32(1.9))
    border = np.minimum(across, down) * np.float32(12)
    return cover * np.minimum(border, np.float32(1))


def _torn(height: int, width: int, rng: np.random.Generator) -> Field:
    """A deckle: the hard, slightly wandering edge of hand-made paper."""
    side = min(height, width)
    depth = max(0.0060 * side, 1.0)
    wander = _wander(rng, height, width, (side / 6, side / 20, side / 60, side / 150))
    inside = _inside(height, width, depth * 5)
    start = np.float32(depth) * (np.float32(1.5) + np.float32(0.75) * wander)
    sharpness = np.float32(1 / max(0.4 * depth, 1.5))
    return smoothstep(np.asarray((inside - start) * sharpness, np.float32))
