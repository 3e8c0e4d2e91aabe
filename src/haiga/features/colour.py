"""Colours of pictures: OKLab, means and covariances, palettes.

OKLab is Björn Ottosson's perceptual space (2020): L in [0, 1] from black to
white, a from green to red and b from blue to yellow, both about [-0.4, 0.4].
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from haiga.core.nouns import Picture, check_picture

Floats = npt.NDArray[np.float32]

_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    dtype=np.float32,
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    dtype=np.float32,
)
_FROM_LAB = np.linalg.inv(_TO_LAB.astype(np.float64)).astype(np.float32)
_FROM_LMS = np.linalg.inv(_TO_LMS.astype(np.float64)).astype(np.float32)


@lru_cache(maxsize=1)
def _linear_of_srgb() -> Floats:
    """Linear light in [0, 1] of the 256 sRGB levels (IEC 61966-2-1)."""
    s = np.arange(256, dtype=np.float64) / 255
    return np.where(s <= 0.04045, s / 12.92, ((s + 0.055) / 1.055) ** 2.4).astype(np.float32)


@lru_cache(maxsize=1)
def _srgb_of_linear() -> npt.NDArray[np.uint8]:
    """sRGB levels of 16,385 evenly spaced square roots of linear light in [0, 1]."""
    x = (np.arange(16385, dtype=np.float64) / 16384) ** 2
    s = np.where(x <= 0.0031308, x * 12.92, 1.055 * x ** (1 / 2.4) - 0.055)
    return np.round(s * 255).astype(np.uint8)


def linear_light(rgb: npt.NDArray[np.uint8]) -> Floats:
    """Linear light in [0, 1] of sRGB levels, of the same shape."""
    return _linear_of_srgb()[rgb]


def oklab(rgb: npt.NDArray[np.uint8]) -> Floats:
    """OKLab of sRGB levels: (…, 3) uint8 to (…, 3) float32."""
    lab: Floats = np.cbrt(linear_light(rgb) @ _TO_LMS.T) @ _TO_LAB.T
    return lab


def srgb(lab: Floats) -> npt.NDArray[np.uint8]:
    """sRGB levels of OKLab colours; those outside the gamut are clipped channel by channel."""
    linear = (np.asarray(lab, np.float32) @ _FROM_LAB.T) ** 3 @ _FROM_LMS.T
    index = (np.sqrt(np.clip(linear, 0, 1)) * 16384 + 0.5).astype(np.int32)
    return _srgb_of_linear()[index]


@dataclass(frozen=True)
class ColourStatistics:
    """Mean (3,) and covariance (3, 3) of a picture's OKLab colours, and lightness quantiles.

    `quantiles` are the nine lightnesses below which 2, 10, 25, 40, 50, 60, 75,
    90 and 98 per cent of the picture lie.
    """

    mean: Floats
    covariance: Floats
    quantiles: Floats


QUANTILES = (0.02, 0.10, 0.25, 0.40, 0.50, 0.60, 0.75, 0.90, 0.98)


def colour_statistics(lab: Floats) -> ColourStatistics:
    """Statistics of OKLab colours of any shape (…, 3); at least one colour."""
    flat = np.asarray(lab, np.float32).reshape(-1, 3)
    mean = flat.mean(axis=0)
    centred = flat - mean
    return ColourStatistics(
        mean=mean,
        covariance=(centred.T @ centred / len(flat)).astype(np.float32),
        quantiles=np.quantile(flat[:, 0], QUANTILES).astype(np.float32),
    )


def palette(
    picture: Picture, colours: int = 6
) -> tuple[tuple[tuple[int, int, int], ...], tuple[float, ...]]:
    """The picture's main colours, most frequent first, with their shares.

    k-means in OKLab over at most some 4,000 pixels, started from spread-out
    lightnesses, so the same picture always gives the same palette. A flat
    picture gives one colour.
    """
    check_picture(picture)
    step = max(1, int(np.ceil(np.sqrt(picture.shape[0] * picture.shape[1] / 4096))))
    points = oklab(picture[::step, ::step].reshape(-1, 3))
    centres = clustered(points, colours)
    counts = np.bincount(nearest_of(points, centres), minlength=colours)
    levels = srgb(centres)
    merged: dict[tuple[int, int, int], int] = {}
    for k in np.argsort(-counts, kind="stable"):
        if counts[k]:
            rgb = (int(levels[k, 0]), int(levels[k, 1]), int(levels[k, 2]))
            merged[rgb] = merged.get(rgb, 0) + int(counts[k])
    total = sum(merged.values())
    ranked = sorted(merged.items(), key=lambda item: -item[1])
    return tuple(c for c, _ in ranked), tuple(n / total for _, n in ranked)


def clustered(points: Floats, count: int, rounds: int = 12) -> Floats:
    """Centres (count, 3) of k-means over points (n, 3) in OKLab.

    Started from evenly spread lightnesses, so that the same points always give
    the same centres; fewer distinct points than `count` give equal centres.
    """
    order = np.argsort(points @ np.array([1.0, 0.31, 0.17], np.float32), kind="stable")
    seeds = ((np.arange(count) + 0.5) / count * len(points)).astype(int)
    centres: Floats = points[order[seeds]].copy()
    for _ in range(rounds):
        owner = nearest_of(points, centres)
        for k in range(count):
            mine = points[owner == k]
            if len(mine):
                centres[k] = mine.mean(axis=0)
    return centres


def nearest_of(points: Floats, centres: Floats) -> npt.NDArray[np.intp]:
    """Index (n,) of the nearest centre (k, 3) for each point (n, 3)."""
    distance = (centres**2).sum(1)[None] - 2 * points @ centres.T
    nearest: npt.NDArray[np.intp] = np.argmin(distance, axis=1)
    return nearest
