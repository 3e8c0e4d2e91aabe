"""Oil on canvas: opaque strokes from broad to fine, thick enough to catch the light."""

from __future__ import annotations

import numpy as np
from PIL import Image

from haiga.core.nouns import Picture
from haiga.features.colour import Floats, srgb
from haiga.features.fields import blurred, noise
from haiga.roles.stylists.brushes import brush
from haiga.roles.stylists.sitting import Sitting
from haiga.roles.stylists.strokes import Layer, blank_canvas, lay, stepped
from haiga.roles.stylists.study import sharpened, study_of

# Width and length in units, spacing, spread of lightness and of hue, tolerated error (sum of
# three 8-bit differences), least share of places that get a stroke, and how many angles and
# variants of the stamp are made; from broad to fine.
_LAYERS = (
    (64, 200, 0.36, 0.020, 0.010, 0, 1.0, 10, 1),
    (36, 128, 0.40, 0.026, 0.012, 22, 0.45, 12, 2),
    (18, 70, 0.40, 0.022, 0.010, 30, 0.06, 16, 2),
    (9, 36, 0.40, 0.018, 0.008, 40, 0.0, 16, 3),
    (5, 20, 0.42, 0.014, 0.006, 62, 0.0, 16, 3),
)


def paint_oil(sitting: Sitting) -> Picture:
    """The painting, (height, width, 3)."""
    code, rng, unit = sitting.code, sitting.rng, sitting.unit
    lab = sharpened(sitting.lab, 0.85)
    flow = 0.25 + 0.6 * (1 - code.coherence)
    study = study_of(lab, sitting.scale, rng, flow=flow, lean=code.lean)
    size = lab.shape[1], lab.shape[0]
    aim = srgb(lab).astype(np.int16)
    under = lab.reshape(-1, 3).mean(axis=0) * np.array([0.75, 1.1, 1.1], np.float32)
    r, g, b = (int(v) for v in srgb(under))
    canvas = blank_canvas(sitting.width, sitting.height, (r, g, b))
    broad = 0.75 + 0.6 * code.coarseness
    dryness = stepped(0.25 + 6 * code.texture, 0.15, 0.65)
    for i, layer_plan in enumerate(_LAYERS):
        width, length, spacing, light, hue, tolerance, least, angles, variants = layer_plan
        grown = broad if i < 3 else 1.0
        wide = max(1, round(width * grown * unit))
        long = max(3, round(length * grown * unit))
        hairs = brush(wide, long, dryness=dryness, angles=angles, variants=variants)
        wanted = None
        if tolerance:
            wanted = _missing(canvas, aim, size, wide / study.scale * 0.4, tolerance, least)
        layer = Layer(
            hairs,
            spacing,
            lightness=light,
            hue=hue,
            turn=0.10 + 0.22 * sitting.vigour * (1 - code.coherence),
            wanted=wanted,
            sample_px=wide / study.scale * 0.3,
            pull=0.30 * sitting.vigour if i < 4 else 0.0,
        )
        lay(canvas, study, layer, rng, sitting.palette)
    return _lit(canvas, sitting)


def _missing(
    canvas: Image.Image,
    aim: np.ndarray[tuple[int, int, int], np.dtype[np.int16]],
    size: tuple[int, int],
    reach_px: float,
    tolerance: float,
    least: float,
) -> Floats:
    """Where the canvas is still wrong, (h, w) in [least, 1]."""
    now = np.asarray(canvas.resize(size, Image.Resampling.BOX))[..., :3].astype(np.int16)
    error = blurred(np.abs(now - aim).sum(axis=-1).astype(np.float32), reach_px)
    missing: Floats = np.clip((error - 0.5 * tolerance) / tolerance, least, 1)
    return missing


def _lit(canvas: Image.Image, sitting: Sitting) -> Picture:
    """The canvas in light from the upper left: ridges of paint, and the weave where it is thin."""
    width, height = sitting.width, sitting.height
    paint = np.asarray(canvas.getchannel(3)).astype(np.float32) * np.float32(1 / 255)
    slope = np.zeros_like(paint)
    slope[1:, 1:] = paint[1:, 1:] - paint[:-1, :-1]
    slope[1:, :] += 0.5 * (paint[1:, :] - paint[:-1, :])
    # White paint is thin here: ridges all over a bare ground would read as a filter.
    light = np.asarray(canvas.getchannel(1)).astype(np.float32) * np.float32(1 / 255)
    thick = (0.20 + 2.5 * min(0.06, sitting.code.texture)) * np.clip(1.9 - 1.5 * light, 0.4, 1)
    shade = np.clip(slope * thick, -0.12, 0.15)
    shade += _weave(sitting.rng, width, height) * (np.float32(0.016) * (1.3 - paint))
    rgb = np.asarray(canvas)[..., :3].astype(np.float32)
    rgb *= 1 + shade[..., None]
    rgb += np.maximum(shade, 0)[..., None] * np.float32(26)
    return np.clip(rgb, 0, 255).astype(np.uint8)


def _weave(rng: np.random.Generator, width: int, height: int, period_px: float = 3.3) -> Floats:
    """Linen: two crossing sets of threads that wander a little, about −1 … 1."""
    x = np.arange(width, dtype=np.float32)[None]
    y = np.arange(height, dtype=np.float32)[:, None]
    k = np.float32(2 * np.pi / period_px)
    drift = noise(rng, width, height, 60)
    threads: Floats = np.float32(0.5) * (np.sin(k * x + drift) + np.sin(k * y - drift))
    return threads
