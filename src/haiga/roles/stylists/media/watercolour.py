"""Watercolour: wet washes from light to dark on grained paper, edges dried dark.

Pigment effects after Bousseau et al., "Interactive watercolor rendering with
temporal coherence and abstraction" (NPAR 2006): a density d turns a colour C
into C (1 - (1 - C)(d - 1)); d comes from turbulence in the water, from pigment
settling in the paper's hollows, and from the rim of each wash.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from haiga.core.nouns import Picture
from haiga.features.colour import Floats, srgb
from haiga.features.fields import blurred, noise
from haiga.roles.stylists.brushes import brush, puddles
from haiga.roles.stylists.sitting import Sitting
from haiga.roles.stylists.strokes import Layer, blank_canvas, lay
from haiga.roles.stylists.study import Study, pyramid_level, sharpened, study_of

# Width and length in units, spacing, opacity, tolerated lightness, whether a pointed brush.
_GLAZES = (
    (120, 190, 0.36, 0.42, 0.00, False),
    (62, 100, 0.36, 0.46, 0.02, False),
    (30, 52, 0.38, 0.50, 0.03, False),
    (14, 40, 0.38, 0.62, 0.03, True),
    (7, 26, 0.40, 0.75, 0.04, True),
    (4, 16, 0.42, 0.85, 0.07, True),
)


def paint_watercolour(sitting: Sitting) -> Picture:
    """The painting, (height, width, 3)."""
    rng, unit = sitting.rng, sitting.unit
    paper = paper_of(sitting.code.ground)
    lab = _transparent(sharpened(sitting.lab, 0.9), paper)
    study = study_of(lab, sitting.scale, rng, flow=0.6, lean=sitting.code.lean)
    canvas = _first_wash(sitting, lab, paper)
    size = lab.shape[1], lab.shape[0]
    for width, length, spacing, body, tolerance, pointed in _GLAZES:
        wide, long = max(2, round(width * unit)), max(3, round(length * unit))
        if pointed:
            hairs = brush(
                wide, long, dryness=0.3, softness=0.05, raggedness=0.1, rim=0.35, body=body
            )
        else:
            hairs = puddles(wide, long, rim=0.45, body=body)
        wanted = lacking(canvas, lab, size, tolerance, wide / study.scale * 0.3)
        layer = Layer(
            hairs,
            spacing,
            lightness=0.016,
            hue=0.010,
            turn=0.2,
            wanted=wanted,
            sample_px=wide / study.scale * 0.25,
            pull=0.25 * sitting.vigour,
        )
        lay(canvas, _deeper(study, 0.02), layer, rng, sitting.palette)
    for width, length in ((16, 34), (7, 18)):  # lights lifted out with a damp brush
        wide, long = max(2, round(width * unit)), max(3, round(length * unit))
        hairs = brush(wide, long, dryness=0.2, softness=0.2, raggedness=0.1, body=0.7)
        wanted = lacking(canvas, lab, size, 0.05, wide / study.scale * 0.3, light=True)
        lay(canvas, study, Layer(hairs, 0.42, 0.01, 0.005, 0.15, wanted), rng)
    return _dried(canvas, sitting)


def paper_of(ground: Floats) -> Floats:
    """A paper of the artwork's tint, light enough to be left bare, OKLab."""
    light = float(np.clip(ground[0], 0.955, 0.985))
    tint = np.array([ground[1], ground[2]], np.float32)
    length = float(np.hypot(*tint))
    tint *= min(1.0, 0.022 / max(length, 1e-6))
    return np.array([light, tint[0], tint[1]], np.float32)


def _transparent(lab: Floats, paper: Floats) -> Floats:
    """Colours as thin paint shows them: lifted towards the paper, the darks a little less deep."""
    out = lab.copy()
    top = np.float32(np.quantile(lab[..., 0], 0.985))
    lift = np.clip(lab[..., 0] / max(float(top), 0.3), 0, 1)
    out[..., 0] = 0.20 + (paper[0] - 0.20) * lift**0.92
    out[..., 1:] *= np.float32(1.18)
    bare = np.clip((out[..., 0] - 0.9) / 0.06, 0, 1)[..., None]
    thinned: Floats = out + bare * 0.6 * (paper - out)
    return thinned


def _first_wash(sitting: Sitting, lab: Floats, paper: Floats) -> Image.Image:
    """Paper with a first, wet-in-wet wash in which colours run into each other."""
    h, w = lab.shape[:2]
    soft = pyramid_level(lab, max(h, w) / 28)
    pools = noise(sitting.rng, w, h, max(h, w) / 6) * np.float32(0.5)
    pools += noise(sitting.rng, w, h, max(h, w) / 18) * np.float32(0.3)
    share = np.clip(0.62 + 0.16 * pools, 0.25, 0.9)[..., None]
    wash = srgb(paper + share * (soft - paper))
    image = Image.fromarray(wash).resize((sitting.width, sitting.height), Image.Resampling.BICUBIC)
    canvas = blank_canvas(sitting.width, sitting.height, (255, 255, 255))
    spare = canvas.getchannel(3)
    return Image.merge("CMYK", (*image.split(), spare))


def lacking(
    canvas: Image.Image,
    lab: Floats,
    size: tuple[int, int],
    tolerance: float,
    reach_px: float,
    *,
    light: bool = False,
) -> Floats:
    """Where the canvas still lacks pigment, or light, (h, w) in [0, 1]."""
    now = np.asarray(canvas.resize(size, Image.Resampling.BOX))[..., :3].astype(np.float32) / 255
    aim = srgb(lab).astype(np.float32) / 255
    missing = (aim - now).min(axis=-1) if light else (now - aim).max(axis=-1)
    wanted: Floats = np.clip((blurred(missing, reach_px) - tolerance) / 0.06, 0, 1)
    return wanted


def _deeper(study: Study, amount: float) -> Study:
    """The study a shade darker, so that the rims of washes come out darker than their inside."""
    lab = study.lab.copy()
    lab[..., 0] -= np.float32(amount)
    return Study(lab, study.direction, study.coherence, study.scale)


def _dried(canvas: Image.Image, sitting: Sitting) -> Picture:
    """The dried sheet: rims, flow and grain of the pigment."""
    rng, unit, width, height = sitting.rng, sitting.unit, sitting.width, sitting.height
    rgb = Image.merge("RGB", canvas.split()[:3])
    grey = rgb.convert("L")
    around = grey.filter(ImageFilter.GaussianBlur(max(0.6, 3.2 * unit)))
    tone = np.asarray(grey).astype(np.float32) / 255
    rim = np.clip(np.asarray(around).astype(np.float32) / 255 - tone, -0.04, 0.10)
    flow = noise(rng, width, height, 150 * unit) * np.float32(0.6)
    flow += noise(rng, width, height, 46 * unit) * np.float32(0.4)
    grain = paper_grain(rng, width, height, unit)
    density = 1 + 0.10 * flow + 1.5 * rim + grain * (0.13 - 0.10 * np.abs(tone - 0.45))
    colour = np.asarray(rgb).astype(np.float32) * np.float32(1 / 255)
    colour *= 1 - (1 - colour) * (density - 1)[..., None]
    levels: Picture = (np.clip(colour, 0, 1) * 255 + 0.5).astype(np.uint8)
    return levels


def paper_grain(rng: np.random.Generator, width: int, height: int, unit: float) -> Floats:
    """Hollows of cold-pressed paper, about −2 … 2, positive where pigment settles."""
    fine = noise(rng, width, height, max(1.0, 2.2 * unit))
    coarse = noise(rng, width, height, max(1.0, 5.5 * unit))
    return np.float32(0.65) * fine + np.float32(0.45) * coarse
