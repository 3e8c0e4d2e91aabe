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
    even = _even(lab)
    firm_px = max(lab.shape[:2]) / 384 * 1.9
    mask_of_even = Image.fromarray((even * 255).astype(np.uint8))
    wear = _wear(rng, even, width, height, unit)
    for k in np.argsort(-inks[:, 0], kind="stable"):
        cut = Image.fromarray((inks[owner][..., 0] <= inks[k, 0]).astype(np.uint8) * 255)
        block = cut.filter(ImageFilter.GaussianBlur(firm_px))
        block.paste(cut.filter(ImageFilter.GaussianBlur(6 * firm_px)), (0, 0), mask_of_even)
        block = block.resize((width, height), Image.Resampling.BICUBIC)
        block = ImageChops.add(block, wear, offset=-128).point(_CUT)
        print_.paste(tuple(int(v) for v in srgb(inks[k])), (0, 0), block)
    sheet = Image.new("RGB", (width, height), (r, g, b))
    sheet.paste(_wiped(print_, lab), (0, 0), grain)
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


def _even(lab: Floats) -> Floats:
    """(h, w): 1 in a slow gradation, 0 at a contour."""
    near = max(lab.shape[:2]) / 384
    gx, gy = gradients(blurred(lab[..., 0], 2.5 * near))
    hx, hy = gradients(blurred(lab[..., 2], 2.5 * near))
    slope: Floats = (np.hypot(gx, gy) + 1.5 * np.hypot(hx, hy)).astype(np.float32)
    even: Floats = np.clip(1.3 - blurred(slope, 4 * near) * near / 0.014, 0, 1)
    return even


def _wear(
    rng: np.random.Generator, even: Floats, width: int, height: int, unit: float
) -> Image.Image:
    """What breaks a block's edge in a gradation: the plank's long grain, 8 bit around 128.

    Where tones pass slowly, neighbouring colours meet in streaks of wood grain
    as when a block is printed dry (goma-zuri), never in a blurred border.
    """
    long = rng.standard_normal(
        (max(2, int(height / (3.2 * unit))), max(2, int(width / (130 * unit)))), dtype=np.float32
    )
    streaks = resized(long, width, height)
    fine = noise(rng, width, height, max(1.0, 2.4 * unit))
    amount = resized(even, width, height)
    level = 128 + (58 * streaks + 30 * fine) * np.clip(amount, 0, 1) + 5 * fine
    # Short of a full step, so that nothing prints far from where its block ends.
    return Image.fromarray(np.clip(level, 26, 230).astype(np.uint8))


def _wiped(image: Image.Image, lab: Floats) -> Image.Image:
    """The print with the slow gradations (bokashi) that flat blocks lost wiped in."""
    h, w = lab.shape[:2]
    printed = oklab(np.asarray(image.resize((w, h), Image.Resampling.BOX)))
    reach = max(h, w) / 12
    lost = np.stack([blurred(lab[..., c] - printed[..., c], reach) for c in range(3)], axis=-1)
    change = srgb(printed + 0.7 * lost).astype(np.int16) - srgb(printed).astype(np.int16)
    shade = Image.fromarray(np.clip(change + 128, 0, 255).astype(np.uint8))
    shade = shade.filter(ImageFilter.GaussianBlur(reach / 4))
    return ImageChops.add(image, shade.resize(image.size, Image.Resampling.BICUBIC), offset=-128)


def _key_line(image: Image.Image, sitting: Sitting, lab: Floats, grain: Image.Image) -> Image.Image:
    """Dark lines along contours, swelling and thinning as a knife leaves them."""
    h, w = lab.shape[:2]
    light = lab[..., 0]
    near = max(h, w) / 384
    ridge = blurred(light, 6.0 * near) - blurred(light, 2.4 * near)
    sway = noise(sitting.rng, w, h, 30 * near) * np.float32(0.008)
    # A line is long: what is dark over a few pixels only is a spot, and stays uncut.
    long = np.minimum(ridge - 0.030, blurred(np.maximum(ridge, 0), 9 * near) - 0.014)
    line = resized((long + sway).astype(np.float32), sitting.width, sitting.height)
    mask = Image.fromarray(np.clip(line * 40 * 255, 0, 235).astype(np.uint8))
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
