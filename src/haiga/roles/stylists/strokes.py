"""Laying strokes: where they go, how they turn, and what colour they carry.

After Hertzmann, "Painterly Rendering with Curved Brush Strokes of Multiple
Sizes" (SIGGRAPH 1998): coarse strokes first, finer ones only where the canvas
is still far from what it should show. Strokes are ready stamps (`brushes`),
composited one over another by Pillow in C.

The canvas is a four-channel image: red, green, blue, and the height of the
paint, which every stroke sets to its own level; where hairs let the layer
below through, ridges follow from it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from haiga.features.colour import Floats, srgb
from haiga.roles.stylists.brushes import BENDS, Brush
from haiga.roles.stylists.study import Study, pyramid_level


def blank_canvas(width: int, height: int, rgb: tuple[int, int, int]) -> Image.Image:
    """A canvas of one colour with flat paint.

    Pillow's CMYK mode is used as a plain store of four bytes a pixel: RGBA
    would give the fourth a meaning of its own when pasting.
    """
    return Image.new("CMYK", (width, height), (*rgb, 128))


@dataclass(frozen=True)
class Layer:
    """How one layer of strokes is laid.

    `spacing`: distance between strokes as a share of √(width × length).
    `lightness`, `hue`: how much strokes differ from each other (OKLab units).
    `turn`: how far strokes leave the edge direction, radians.
    `wanted` (h, w) in [0, 1] of the study: chance that a place gets a stroke.
    """

    brush: Brush
    spacing: float
    lightness: float = 0.02
    hue: float = 0.008
    turn: float = 0.12
    wanted: Floats | None = None
    sample_px: float = 0.0
    pull: float = 0.0


def lay(
    canvas: Image.Image,
    study: Study,
    layer: Layer,
    rng: np.random.Generator,
    palette: Floats | None = None,
) -> int:
    """Lay one layer on the canvas, in place; returns how many strokes it took."""
    width, height = canvas.size
    brush = layer.brush
    pitch = max(1.0, layer.spacing * float(np.sqrt(brush.width_px * brush.length_px)))
    xs, ys = _places(rng, width, height, pitch)
    h, w = study.direction.shape
    col = np.clip((xs / width * w).astype(np.int32), 0, w - 1)
    row = np.clip((ys / height * h).astype(np.int32), 0, h - 1)
    if layer.wanted is not None:
        chosen = rng.random(len(xs), dtype=np.float32) < layer.wanted[row, col]
        xs, ys, row, col = xs[chosen], ys[chosen], row[chosen], col[chosen]
    n = len(xs)
    if n == 0:
        return 0
    colours = pyramid_level(study.lab, layer.sample_px)[row, col]
    colours = colours + rng.standard_normal((n, 3), dtype=np.float32) * np.array(
        [layer.lightness, layer.hue, layer.hue], np.float32
    )
    if palette is not None and layer.pull > 0:
        colours = pulled(colours, palette, layer.pull)
    theta = study.direction[row, col] + rng.standard_normal(n, dtype=np.float32) * layer.turn
    angle, bend = _turns(study, xs, ys, theta, brush, width, height)
    variant = rng.integers(0, brush.variants, n)
    stamp = (angle * len(BENDS) + bend) * brush.variants + variant
    levels = srgb(colours)
    paint = rng.integers(40, 256, n)
    masks = brush.masks
    for x, y, k, (r, g, b), z in zip(
        xs.tolist(), ys.tolist(), stamp.tolist(), levels.tolist(), paint.tolist(), strict=True
    ):
        mask = masks[k]
        canvas.paste((r, g, b, z), (int(x) - mask.width // 2, int(y) - mask.height // 2), mask)
    return n


def stepped(value: float, low: float, high: float) -> float:
    """The value held within bounds and rounded to a tenth, so that few sets of stamps are made."""
    return round(min(max(value, low), high) * 10) / 10


def pulled(colours: Floats, palette: Floats, share: float) -> Floats:
    """Colours moved part of the way to the nearest colour of a palette, both OKLab.

    Only hue and chroma move fully; lightness moves half as far, so that the
    drawing stays.
    """
    distance = ((colours[:, None] - palette[None]) ** 2 * np.array([0.6, 1, 1], np.float32)).sum(-1)
    nearest = palette[np.argmin(distance, axis=1)]
    moved: Floats = (nearest - colours) * np.array([0.5, 1, 1], np.float32) * np.float32(share)
    return colours + moved


def _places(
    rng: np.random.Generator, width: int, height: int, pitch: float
) -> tuple[Floats, Floats]:
    """Jittered places covering the picture, in shuffled order, in pixels."""
    columns = max(1, int(np.ceil(width / pitch)))
    rows = max(1, int(np.ceil(height / pitch)))
    gx, gy = np.meshgrid(np.arange(columns), np.arange(rows))
    n = columns * rows
    xs = (gx.ravel() + rng.random(n)) * (width / columns)
    ys = (gy.ravel() + rng.random(n)) * (height / rows)
    order = rng.permutation(n)
    return xs[order].astype(np.float32), ys[order].astype(np.float32)


def _turns(
    study: Study, xs: Floats, ys: Floats, theta: Floats, brush: Brush, width: int, height: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Index of the stamp's angle and bend for each stroke, from the directions at its two ends."""
    h, w = study.direction.shape
    reach = brush.length_px * 0.4
    dx, dy = np.cos(theta) * reach, np.sin(theta) * reach

    def at(x: npt.NDArray[np.floating], y: npt.NDArray[np.floating]) -> Floats:
        c = np.clip((x / width * w).astype(np.int32), 0, w - 1)
        r = np.clip((y / height * h).astype(np.int32), 0, h - 1)
        there: Floats = study.direction[r, c]
        return there

    half = np.float32(np.pi)
    ahead = (at(xs + dx, ys + dy) - theta + half / 2) % half - half / 2
    behind = (at(xs - dx, ys - dy) - theta + half / 2) % half - half / 2
    curve = np.clip(ahead - behind, -1.2, 1.2) / 1.2  # turning along the stroke, −1 … 1
    folded = np.floor((theta + half / (2 * brush.angles)) / half).astype(np.int64)
    angle = np.round(theta / half * brush.angles).astype(np.int64) % brush.angles
    # A stamp turned by half a turn bends to the other side.
    side = np.where(folded % 2 == 0, 1.0, -1.0)
    steps = (len(BENDS) - 1) // 2
    bend = np.clip(np.round(-curve * side * steps) + steps, 0, 2 * steps).astype(np.int64)
    return angle, bend
