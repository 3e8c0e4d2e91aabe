"""Washi: a warm sheet with a faint cloudiness, long mulberry fibres and a few specks of bark."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from haiga.core.seeds import generator
from haiga.gallery.noise import Field, layered_noise


def make_paper(width: int, height: int, rgb: tuple[int, int, int], seed: int) -> Field:
    """(3, height, width) float32 in [0, 1]; the same for the same arguments.

    Its lightness stays within a few hundredths of `rgb`, and near it nearly
    everywhere, so that what is measured against `rgb` holds anywhere on the page.
    """
    rng = generator(seed, "paper")
    unit = width / 1080
    light = _cloud(rng, height, width, unit)
    light += _tooth(rng, height, width)
    light += _fibres(rng, height, width, unit)
    np.clip(light, 0.955, 1.02, out=light)
    sheet = light[None, :, :] * np.array(rgb, np.float32)[:, None, None] / np.float32(255)
    np.minimum(sheet, np.float32(1), out=sheet)
    bark = _bark(rng, height, width, unit)
    where = np.nonzero(bark)
    for channel, depth in enumerate((0.35, 0.45, 0.62)):
        sheet[channel][where] *= 1 - np.float32(depth) * bark[where]
    return sheet


def _cloud(rng: np.random.Generator, height: int, width: int, unit: float) -> Field:
    """Where the pulp lies thicker or thinner, as lightness about 1; slow, so drawn small."""
    small = (max(height // 6, 2), max(width // 6, 2))
    cloud = layered_noise(rng, *small, (70 * unit, 25 * unit, 7 * unit))
    large = Image.fromarray(cloud).resize((width, height), Image.Resampling.BILINEAR)
    return 1 + np.float32(0.0045) * np.asarray(large, np.float32)


def _tooth(rng: np.random.Generator, height: int, width: int) -> Field:
    """The felt's grain: fine, softened noise, as lightness about 0."""
    grain = rng.integers(0, 256, (height, width), dtype=np.uint8)
    soft = Image.fromarray(grain).filter(ImageFilter.BoxBlur(1))
    return (np.asarray(soft, np.float32) - np.float32(127.5)) * np.float32(0.006 / 24.6)


def _fibres(rng: np.random.Generator, height: int, width: int, unit: float) -> Field:
    """Long pale and grey hairs lying in the sheet, added to its lightness."""
    layer = Image.new("L", (width, height), 128)
    draw = ImageDraw.Draw(layer)
    count = round(240 * (width * height) / (unit * unit * 1080 * 1350))
    for _ in range(min(count, 1200)):
        points = _hair(rng, height, width, rng.uniform(50, 210) * unit)
        shade = 128 + round(float(rng.choice([-1, 1, 1])) * rng.uniform(20, 95))
        draw.line(points, fill=shade, width=max(1, round(rng.uniform(0.8, 1.7) * unit)))
    soft = layer.filter(ImageFilter.BoxBlur(0.9 * max(unit, 0.6)))
    return (np.asarray(soft, np.float32) - np.float32(128)) * np.float32(0.030 / 64)


def _hair(
    rng: np.random.Generator, height: int, width: int, length: float
) -> list[tuple[float, float]]:
    steps = 14
    turn = rng.normal(0, 0.10) + rng.normal(0, 0.10, steps)
    heading = rng.uniform(0, 2 * np.pi) + np.cumsum(turn)
    xs = rng.uniform(0, width) + np.cumsum(np.cos(heading)) * length / steps
    ys = rng.uniform(0, height) + np.cumsum(np.sin(heading)) * length / steps
    return list(zip(xs.tolist(), ys.tolist(), strict=True))


def _bark(rng: np.random.Generator, height: int, width: int, unit: float) -> Field:
    """A few brown specks of inner bark, as cover in [0, 1]."""
    layer = Image.new("L", (width, height), 0)
    draw = ImageDraw.Draw(layer)
    for _ in range(int(rng.integers(14, 26))):
        points = _hair(rng, height, width, rng.uniform(3, 12) * unit)
        draw.line(points, fill=int(rng.integers(50, 130)), width=max(1, round(1.2 * unit)))
    soft = layer.filter(ImageFilter.BoxBlur(0.7 * max(unit, 0.6)))
    return np.asarray(soft, np.float32) * np.float32(1 / 255)
