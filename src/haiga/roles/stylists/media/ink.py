"""Ink on old paper or silk: pale washes, dry texture strokes, and a dark line where form turns."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from haiga.core.nouns import Picture
from haiga.features.colour import Floats, srgb
from haiga.features.fields import blurred, gradients, noise
from haiga.roles.stylists.brushes import brush, puddles
from haiga.roles.stylists.media.watercolour import lacking, paper_grain
from haiga.roles.stylists.sitting import Sitting
from haiga.roles.stylists.strokes import Layer, blank_canvas, lay
from haiga.roles.stylists.study import Study, pyramid_level, sharpened, study_of

# Width and length in units, spacing, opacity, dryness (below 0: a wet puddle), how much darker
# than the study, and how far strokes keep to contours.
_PASSES = (
    (110, 190, 0.36, 0.40, -1.0, 0.00, 0.0),
    (56, 96, 0.36, 0.42, -1.0, 0.01, 0.0),
    (26, 60, 0.38, 0.45, -1.0, 0.02, 0.2),
    (20, 96, 0.44, 0.55, 0.90, 0.04, 0.35),
    (10, 60, 0.42, 0.60, 0.80, 0.05, 0.6),
)


def paint_ink(sitting: Sitting) -> Picture:
    """The painting, (height, width, 3)."""
    rng, unit = sitting.rng, sitting.unit
    paper = _silk(sitting.code.ground)
    calm = pyramid_level(sitting.lab, max(sitting.lab.shape[:2]) / 110)
    lab = _inked(sharpened(0.25 * sitting.lab + 0.75 * calm, 0.9), paper, rng)
    study = study_of(lab, sitting.scale, rng, flow=0.5, lean=sitting.code.lean)
    h, w = lab.shape[:2]
    soft = pyramid_level(lab, max(h, w) / 30)
    first = Image.fromarray(srgb(paper + 0.55 * (soft - paper)))
    first = first.resize((sitting.width, sitting.height), Image.Resampling.BICUBIC)
    canvas = blank_canvas(sitting.width, sitting.height, (0, 0, 0))
    canvas = Image.merge("CMYK", (*first.split(), canvas.getchannel(3)))
    depth = np.clip((paper[0] - lab[..., 0]) / 0.45, 0, 1)
    straight = np.clip((study.coherence - 0.45) / 0.4, 0, 1)
    contour = _contours(lab[..., 0]) * np.clip(depth * 2.0, 0.1, 1) * straight
    for width, length, spacing, body, dryness, darker, lines in _PASSES:
        wide, long = max(2, round(width * unit)), max(3, round(length * unit))
        if dryness < 0:
            hairs = puddles(wide, long, rim=0.30, body=body, wobble=0.2)
        else:
            hairs = brush(wide, long, dryness=dryness, softness=0.15, raggedness=0.2, body=body)
        wanted = lacking(canvas, lab, (w, h), 0.015 + 0.4 * darker, wide / study.scale * 0.3)
        wanted = wanted * ((1 - lines) + lines * contour)
        layer = Layer(
            hairs,
            spacing,
            lightness=0.022,
            hue=0.003,
            turn=0.10,
            wanted=wanted,
            sample_px=wide / study.scale * 0.25,
        )
        lay(canvas, _darker(study, darker), layer, rng)
    _draw(canvas, study, contour, sitting)
    return _mounted(canvas, sitting, paper)


def _draw(canvas: Image.Image, study: Study, contour: Floats, sitting: Sitting) -> None:
    """The drawing itself: pointed strokes along contours, nearly black, broken where it turns."""
    unit = sitting.unit
    for width, length, spacing, deep, share in (
        (15, 84, 0.44, 0.04, 0.8),
        (7, 64, 0.46, 0.10, 0.55),
    ):
        wide, long = max(2, round(width * unit)), max(3, round(length * unit))
        hairs = brush(wide, long, dryness=0.6, softness=0.35, raggedness=0.3, body=0.6)
        layer = Layer(hairs, spacing, 0.04, 0.002, 0.06, contour * np.float32(share))
        lay(canvas, _darker(study, deep), layer, sitting.rng)


def _contours(light: Floats) -> Floats:
    """1 on the steepest twentieth of the slopes, 0 on all but the steepest fifth."""
    gx, gy = gradients(blurred(light, max(light.shape) / 190))
    slope = np.hypot(gx, gy)
    low, high = np.quantile(slope[::2, ::2], [0.82, 0.97])
    low = max(float(low), 0.006)  # an even sky has no contours, however slight its slopes
    rise: Floats = np.clip((slope - low) / max(float(high) - low, 0.008), 0, 1)
    return rise


def _silk(ground: Floats) -> Floats:
    """The artwork's ground, held light enough to read as paper and warm rather than green."""
    light = float(np.clip(ground[0] + 0.06, 0.89, 0.965))
    a = float(np.clip(ground[1], -0.004, 0.012))
    b = float(np.clip(ground[2], 0.012, 0.045))
    return np.array([light, a, b], np.float32)


def _inked(lab: Floats, paper: Floats, rng: np.random.Generator) -> Floats:
    """Colours as ink shows them: lights become paper, hue a faint tint; mist takes some away."""
    top, low = np.quantile(lab[..., 0], [0.90, 0.02])
    tone = np.clip((lab[..., 0] - low) / max(float(top - low), 0.15), 0, 1) ** np.float32(0.62)
    h, w = tone.shape
    mist = noise(rng, w, h, max(h, w) / 3) + 0.5 * noise(rng, w, h, max(h, w) / 8)
    tone += (1 - tone) * np.clip(0.45 * mist - 0.05, 0, 0.6)
    out = np.empty_like(lab)
    out[..., 0] = 0.26 + (paper[0] - 0.26) * tone
    middle = (4 * tone * (1 - tone))[..., None]  # hue shows in the half tones
    out[..., 1:] = paper[1:] * (0.1 + 0.9 * tone[..., None]) + lab[..., 1:] * (0.12 + 0.3 * middle)
    return out


def _darker(study: Study, amount: float) -> Study:
    lab = study.lab.copy()
    lab[..., 0] = np.maximum(lab[..., 0] - np.float32(amount), 0.14)
    return Study(lab, study.direction, study.coherence, study.scale)


def _mounted(canvas: Image.Image, sitting: Sitting, paper: Floats) -> Picture:
    """Ink sunk into the weave: bleeding rims, threads, and the slow stains of age."""
    rng, unit, width, height = sitting.rng, sitting.unit, sitting.width, sitting.height
    rgb = Image.merge("RGB", canvas.split()[:3])
    grey = rgb.convert("L")
    around = grey.filter(ImageFilter.GaussianBlur(max(0.6, 3.0 * unit)))
    tone = np.asarray(grey).astype(np.float32) / 255
    rim = np.clip(np.asarray(around).astype(np.float32) / 255 - tone, -0.03, 0.08)
    threads = _threads(rng, width, height, unit)
    age = noise(rng, width, height, 210 * unit) * np.float32(0.016)
    grain = paper_grain(rng, width, height, unit)
    density = 1 + 1.1 * rim + 0.09 * grain * (1 - np.abs(tone - 0.5)) + 0.06 * threads
    colour = np.asarray(rgb).astype(np.float32) * np.float32(1 / 255)
    colour *= 1 - (1 - colour) * (density - 1)[..., None]
    colour *= (1 + age + 0.008 * threads)[..., None]
    levels: Picture = (np.clip(colour, 0, 1) * 255 + 0.5).astype(np.uint8)
    return levels


def _threads(rng: np.random.Generator, width: int, height: int, unit: float) -> Floats:
    """Silk: fine threads across and down, each a little lighter or darker, about −2 … 2."""
    thick = max(1, round(1.6 * unit))
    down = np.repeat(rng.standard_normal(width // thick + 1, dtype=np.float32), thick)
    across = np.repeat(rng.standard_normal(height // thick + 1, dtype=np.float32), thick)
    patch = np.clip(0.5 + 0.5 * noise(rng, width, height, 30 * unit), 0, 1.5)
    woven: Floats = (down[None, :width] * 0.4 + across[:height, None] * 0.5) * patch
    return woven
