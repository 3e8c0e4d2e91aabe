"""Brushes: sets of ready stroke stamps at every angle, bent a little to either side.

A stamp is an 8-bit mask. It is drawn once in its own frame, hair by hair: each
hair has its own load of paint, starts and stops a little before or after its
neighbours, and runs dry towards the end. Then it is turned to every angle.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image

from haiga.core.seeds import generator

BENDS = (-1.0, -0.5, 0.0, 0.5, 1.0)
"""How far the middle of a stamp leaves its chord, in units of `Brush.bend`."""


@dataclass(frozen=True)
class Brush:
    """Stamps of one size: `masks[(angle * len(BENDS) + bend) * variants + variant]`.

    Angles run over half a turn from 0 (horizontal) towards the bottom of the
    picture. `bend` is the sagitta of the outermost bends as a share of length.
    """

    width_px: float
    length_px: float
    angles: int
    variants: int
    bend: float
    masks: tuple[Image.Image, ...]


@lru_cache(maxsize=48)
def brush(
    width_px: int,
    length_px: int,
    *,
    dryness: float = 0.3,
    softness: float = 0.1,
    raggedness: float = 0.15,
    rim: float = 0.0,
    body: float = 1.0,
    angles: int = 16,
    variants: int = 3,
    bend: float = 0.12,
) -> Brush:
    """A set of stamps, made once per process.

    `dryness` in [0, 1]: how much paper shows between the hairs. `softness` in
    [0, 1]: share of the half width that fades out. `raggedness` in [0, 0.5]:
    how unevenly hairs start and stop, as a share of length. `rim` in [0, 1]:
    how much darker the outline is than the inside (a puddle that dried).
    `body` in [0, 1]: opacity of a full hair.
    """
    rng = generator(0, "brush", width_px, length_px, round(dryness * 100), round(rim * 100))
    masks: list[Image.Image] = []
    grounds = [
        [
            _stamp(rng, width_px, length_px, dryness, softness, raggedness, rim, body, b * bend)
            for _ in range(variants)
        ]
        for b in BENDS
    ]
    for angle in range(angles):
        turn = -180.0 * angle / angles
        masks += [_turned(stamp, turn) for row in grounds for stamp in row]
    return Brush(float(width_px), float(length_px), angles, variants, bend, tuple(masks))


@lru_cache(maxsize=32)
def puddles(
    width_px: int,
    length_px: int,
    *,
    rim: float = 0.5,
    body: float = 0.6,
    wobble: float = 0.16,
    angles: int = 12,
    variants: int = 3,
) -> Brush:
    """Stamps of a wet brush set down and lifted: rounded, with a wandering outline that dried dark.

    `rim` in [0, 1]: how much fainter the inside is than the outline. `body` in
    [0, 1]: opacity of the outline. `wobble`: how far the outline wanders, as a
    share of the width. All bends of an angle are alike.
    """
    rng = generator(0, "puddles", width_px, length_px, round(rim * 100), round(wobble * 100))
    shapes = [_puddle(rng, width_px, length_px, rim, body, wobble) for _ in range(2 * variants)]
    masks: list[Image.Image] = []
    for angle in range(angles):
        turned = [
            _turned(shape, -180.0 * angle / angles)
            for shape in shapes[(angle % 2) * variants : (angle % 2 + 1) * variants]
        ]
        masks += turned * len(BENDS)
    return Brush(float(width_px), float(length_px), angles, variants, 0.0, tuple(masks))


def _puddle(
    rng: np.random.Generator, width_px: int, length_px: int, rim: float, body: float, wobble: float
) -> Image.Image:
    """One level puddle as an 8-bit mask."""
    w, h = int(length_px * (1 + wobble) + 8), int(width_px * (1 + wobble) + 8)
    u = (np.arange(w, dtype=np.float32)[None] + 0.5 - w / 2) / (length_px / 2)
    v = (np.arange(h, dtype=np.float32)[:, None] + 0.5 - h / 2) / (width_px / 2)
    around = np.arctan2(v, u)
    edge = np.ones_like(around)
    for k in range(2, 9):
        amount = wobble * rng.standard_normal() / k**0.8
        edge += np.float32(amount) * np.cos(np.float32(k) * around + rng.random() * 2 * np.pi)
    depth = (edge - np.hypot(u, v)) * (width_px / 2)  # px inside the outline
    inside = np.clip(depth + 0.5, 0, 1)
    line = np.exp(-np.clip(depth - 1, 0, None) / max(1.2, width_px * 0.035))
    pool = np.clip(0.75 + 0.5 * u * rng.standard_normal(), 0.4, 1)  # one end is wetter
    alpha = inside * ((1 - rim) * pool + rim * line) * body
    return Image.fromarray((np.clip(alpha, 0, 1) * 255).astype(np.uint8))


def _turned(stamp: Image.Image, degrees: float) -> Image.Image:
    """The stamp turned, without its empty margins."""
    turned = stamp.rotate(degrees, Image.Resampling.BILINEAR, expand=True)
    return turned.crop(turned.getbbox() or (0, 0, 1, 1))


def _stamp(
    rng: np.random.Generator,
    width_px: int,
    length_px: int,
    dryness: float,
    softness: float,
    raggedness: float,
    rim: float,
    body: float,
    sagitta: float,
) -> Image.Image:
    """One horizontal stamp with room for its bend, (height, width) as an 8-bit mask."""
    sag_px = sagitta * length_px
    w, h = length_px + 6, int(width_px + abs(sag_px) + 6)
    x = (np.arange(w, dtype=np.float32)[None] + 0.5 - w / 2) / (length_px / 2)  # (1, w)
    y = np.arange(h, dtype=np.float32)[:, None] + 0.5 - h / 2  # (h, 1) px
    middle = sag_px * (0.5 - x**2)  # the bent spine, px
    v = (y - middle) / (width_px / 2)  # (h, w) across, -1 … 1 inside
    hairs = max(3, round(width_px * 0.7))
    lane = np.clip((v * 0.5 + 0.5) * hairs, 0, hairs - 1)
    low = np.floor(lane).astype(np.int32)
    high = np.minimum(low + 1, hairs - 1)
    share = lane - low

    def of_hairs(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return values[low] * (1 - share) + values[high] * share

    load = _smooth(rng.random(hairs), 1)
    coarse = _smooth(rng.random(hairs), 3)
    load = (0.6 * load / max(load.max(), 1e-6) + 0.4 * coarse / max(coarse.max(), 1e-6)) ** 1.2
    round_end = np.sqrt(np.clip(1 - ((np.arange(hairs) + 0.5) / hairs * 2 - 1) ** 2, 0, 1))
    reach = 1 - (width_px / length_px) * 0.8 * (1 - round_end)
    start = -reach + raggedness * 1.2 * _smooth(rng.random(hairs), 1)
    stop = reach - raggedness * 2.0 * _smooth(rng.random(hairs), 1)
    edge = 2.4 / length_px + softness * 0.35
    s = of_hairs(start)
    e = of_hairs(stop)
    inside = np.clip((x - s) / edge, 0, 1) * np.clip((e - x) / edge, 0, 1)
    fade = max(2.4 / width_px, softness)
    across = np.clip((1 - np.abs(v)) / fade, 0, 1)
    wear = 0.5 + 0.5 * np.clip((x + 1) / 2, 0, 1)  # drier towards the end
    gaps = dryness * wear * (1 - of_hairs(load)) * 1.5
    grain = rng.random((h, max(2, w // 6)), dtype=np.float32)
    streak = np.asarray(Image.fromarray(grain).resize((w, h), Image.Resampling.BICUBIC))
    gaps = gaps + dryness * 0.5 * (streak - 0.5) * wear
    alpha = inside * across * np.clip(1 - gaps, 0, 1)
    if rim > 0:
        depth = np.minimum((1 - np.abs(v)) * width_px / 2, np.minimum(x - s, e - x) * length_px / 2)
        outline = np.exp(-np.clip(depth - 1.0, 0, None) / max(1.0, width_px * 0.05))
        alpha = alpha * (1 - rim + rim * outline)
    return Image.fromarray((np.clip(alpha * body, 0, 1) * 255).astype(np.uint8))


def _smooth(values: npt.NDArray[np.float64], radius: int) -> npt.NDArray[np.float64]:
    """Running mean over `2 radius + 1` values, ends repeated."""
    padded = np.pad(values, radius, mode="edge")
    kernel = np.ones(2 * radius + 1) / (2 * radius + 1)
    return np.convolve(padded, kernel, mode="valid")
