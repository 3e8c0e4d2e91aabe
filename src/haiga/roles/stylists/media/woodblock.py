"""Woodblock print: a few flat colours, one block each, a dark key line, the grain of the wood.

The blocks are cut as printers cut them: the lightest prints widest and each
darker one over it, so that no gap shows between two colours even where a block
sits a little off its mark. Graded areas (bokashi) are wiped by hand.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageFilter

from haiga.core.nouns import Picture
from haiga.features.colour import Floats, clustered, nearest_of, oklab, srgb
from haiga.features.fields import blurred, gradients, noise, resized
from haiga.roles.stylists.media.watercolour import paper_of
from haiga.roles.stylists.sitting import Sitting
from haiga.roles.stylists.strokes import pulled
from haiga.roles.stylists.study import pyramid_level, sharpened

BLOCKS = 10


def paint_woodblock(sitting: Sitting) -> Picture:
    """The print, (height, width, 3)."""
    rng, unit = sitting.rng, sitting.unit
    width, height = sitting.width, sitting.height
    lab = _cleared(sharpened(sitting.lab, 0.9), sitting)
    inks, owner = _separated(lab, BLOCKS, sitting)
    paper = paper_of(sitting.code.ground) + np.array([-0.035, 0.002, 0.012], np.float32)
    r, g, b = (int(v) for v in srgb(paper))
    print_ = Image.new("RGB", (width, height), (r, g, b))
    grain = _wood(rng, width, height, unit)
    soft_px = max(lab.shape[:2]) / 384 * 2.2
    for k in np.argsort(-inks[:, 0], kind="stable"):
        darker = (inks[owner][..., 0] <= inks[k, 0]).astype(np.uint8) * 255
        block = Image.fromarray(darker).filter(ImageFilter.GaussianBlur(soft_px))
        block = block.resize((width, height), Image.Resampling.BICUBIC).point(_CUT)
        colour = tuple(int(v) for v in srgb(inks[k]))
        print_.paste(colour, (0, 0), block)
    wiped = _bokashi(print_, sitting, lab)
    sheet = Image.new("RGB", (width, height), (r, g, b))
    sheet.paste(wiped, (0, 0), grain)
    lined = _key_line(sheet, sitting, lab, grain)
    return _pressed(lined, sitting)


_CUT = [int(np.clip((v - 127.5) * 5 + 127.5, 0, 255)) for v in range(256)]
"""A blurred block back to a clear edge about two pixels wide."""


def _cleared(lab: Floats, sitting: Sitting) -> Floats:
    """Even shapes: small spots vanish, the range of tones is opened."""
    small = pyramid_level(lab, max(lab.shape[:2]) / 110)
    out = 0.2 * lab + 0.8 * small
    low, high = np.quantile(out[..., 0], [0.02, 0.98])
    span = max(float(high - low), 0.15)
    opened = 0.24 + 0.70 * (out[..., 0] - low) / span
    out[..., 0] = 0.45 * out[..., 0] + 0.55 * np.clip(opened, 0.15, 0.96)
    return np.asarray(out, np.float32)


def _separated(lab: Floats, blocks: int, sitting: Sitting) -> tuple[Floats, npt.NDArray[np.intp]]:
    """Inks (k, 3) OKLab, mixed towards the artwork's palette, and which one each place gets."""
    flat = lab.reshape(-1, 3)
    weight = np.array([1.0, 1.7, 1.7], np.float32)
    inks = clustered(flat[:: max(1, len(flat) // 6000)] * weight, blocks, rounds=8)
    owner = nearest_of(flat * weight, inks).reshape(lab.shape[:2])
    inks = inks / weight
    inks = pulled(inks, sitting.palette, 0.45 * sitting.vigour)
    inks[:, 1:] *= np.float32(1.08)
    return inks, owner


def _wood(rng: np.random.Generator, width: int, height: int, unit: float) -> Image.Image:
    """How fully the blocks print: long level grain and the speckle of the baren, 8 bit."""
    long = rng.standard_normal(
        (max(2, int(height / (2.6 * unit))), max(2, int(width / (190 * unit))))
    )
    wavy = resized(long.astype(np.float32), width, height)
    speckle = noise(rng, width, height, max(1.0, 2.0 * unit))
    load = 250 + 4 * np.minimum(wavy, 0.5) + 10 * np.minimum(speckle + 1.6, 0)
    return Image.fromarray(np.clip(load, 150, 255).astype(np.uint8))


def _bokashi(image: Image.Image, sitting: Sitting, lab: Floats) -> Image.Image:
    """The print with slow gradations wiped in: flat colour ends hard only at contours."""
    h, w = lab.shape[:2]
    printed = oklab(np.asarray(image.resize((w, h), Image.Resampling.BOX)))
    near = max(h, w) / 384
    gx, gy = gradients(blurred(lab[..., 0], 2.5 * near))
    hx, hy = gradients(blurred(lab[..., 2], 2.5 * near))
    slope = np.hypot(gx, gy) + 1.5 * np.hypot(hx, hy)
    even = np.clip(
        1.25 - blurred(slope.astype(np.float32), 5 * near) * near / 0.015, 0, 1
    )  # 1 in a slow gradation
    reach = 7 * near
    smooth = np.stack([blurred(printed[..., c], 3 * reach) for c in range(3)], axis=-1)
    low = np.stack([blurred(lab[..., c] - printed[..., c], 2 * reach) for c in range(3)], axis=-1)
    wash = Image.fromarray(srgb(smooth + 0.7 * low)).resize(image.size, Image.Resampling.BICUBIC)
    mask = Image.fromarray((even * 255).astype(np.uint8))
    mask = mask.filter(ImageFilter.GaussianBlur(2 * near)).resize(
        image.size, Image.Resampling.BICUBIC
    )
    wiped = image.copy()
    wiped.paste(wash, (0, 0), mask)
    return wiped


def _key_line(image: Image.Image, sitting: Sitting, lab: Floats, grain: Image.Image) -> Image.Image:
    """Dark lines along contours, swelling and thinning as a knife leaves them."""
    h, w = lab.shape[:2]
    light = lab[..., 0]
    near = max(h, w) / 384
    ridge = blurred(light, 5.0 * near) - blurred(light, 1.6 * near)
    sway = noise(sitting.rng, w, h, 30 * near) * np.float32(0.008)
    line = resized((ridge + sway - 0.030).astype(np.float32), sitting.width, sitting.height)
    mask = Image.fromarray(np.clip(line * 16 * 255, 0, 235).astype(np.uint8))
    dark = sitting.palette[np.argmin(sitting.palette[:, 0])]
    ink = np.array([min(0.30, float(dark[0])), dark[1] * 0.7, dark[2] * 0.7 - 0.015], np.float32)
    lined = image.copy()
    lined.paste(tuple(int(v) for v in srgb(ink)), (0, 0), ImageChops.multiply(mask, grain))
    return lined


def _pressed(image: Image.Image, sitting: Sitting) -> Picture:
    """The sheet itself: fibres of the paper and the light pressure of printing."""
    rng, unit = sitting.rng, sitting.unit
    fibre = noise(rng, image.width, image.height, max(1.0, 1.6 * unit)) * np.float32(0.010)
    cloud = noise(rng, image.width, image.height, 120 * unit) * np.float32(0.012)
    rgb = np.asarray(image).astype(np.float32)
    rgb *= (1 + fibre + cloud)[..., None]
    return np.clip(rgb, 0, 255).astype(np.uint8)
