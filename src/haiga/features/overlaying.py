"""Is one picture the other, or a part of it? Laid over each other, pixel by pixel.

Each picture is compared twice, as luma and as the largest of its three channels: turning its
hues leaves the one or the other nearly as it is, whichever way they are turned. Where a part
lies in the other is found by normalised cross-correlation over scale and place (Lewis: "Fast
Normalized Cross-Correlation", 1995, in the frequency domain), then bettered by small steps.
What decides is fine detail alone, with soft shades taken away, so that two round fruits on
white pages are not one; and every place by itself, so that two frames of a film, which agree
but for what moved, are not one either.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from haiga.core.nouns import Picture

Floats = npt.NDArray[np.float32]
Box = tuple[float, float, float, float]

GREY_PX = 128
"""The longer side of what is kept of a picture for comparing."""

COARSE_PX, FINE_PX = 40, 96
"""The longer side of a holder while a part's place is looked for, and of a part laid over it."""

_SCALES = 0.965 ** np.arange(-2, 3)
"""Sizes of a part tried, about the one that its small copy has."""

COARSE_LEAST = 0.55
"""A part whose detail nowhere correlates so well, while its place is looked for, is none."""

PLACED_LEAST = 0.65
"""…nor is one of which that is less once its place has been bettered by small steps,"""

PLACED_WORST = 0.15
"""or of which the poorer places are less."""

DETAIL_LEAST = 0.75
"""Correlation of fine detail over the whole, at least, of two pictures that are one."""

PLACE_LEAST = 0.6
"""…and of the mean of the two poorest of 5 × 5 places, of those that have any detail."""

_GRID = 5
_REACH = 24  # detail is what a blur of a 24th of the side takes away
_FAINT = 1.5  # levels: less detail than this (root of the mean square) is none
_SAME_SHAPE = 0.05


@dataclass(frozen=True)
class Greys:
    """A picture for comparing: its luma and its largest channel, each at most 128 px a side.

    `pixels` is the longer side it was made from, so that nothing is asked of detail it lacks.
    """

    luma: Image.Image
    most: Image.Image
    pixels: int

    def mirrored(self) -> Greys:
        """The same, left and right exchanged."""
        turn = Image.Transpose.FLIP_LEFT_RIGHT
        return Greys(self.luma.transpose(turn), self.most.transpose(turn), self.pixels)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.luma.size

    @functools.cached_property
    def mixed(self) -> Image.Image:
        """The mean of both: what places are looked for in."""
        return Image.blend(self.luma, self.most, 0.5)

    @functools.cached_property
    def coarse(self) -> Floats:
        """The detail of `mixed` at most `COARSE_PX` a side: (h, w)."""
        width, height = self.size
        scale = COARSE_PX / max(width, height)
        size = (max(4, round(width * scale)), max(4, round(height * scale)))
        return _detail(self.mixed, size, (0.0, 0.0, float(width), float(height)))


@dataclass(frozen=True)
class Overlay:
    """How a part lies in its holder.

    `box` is left, top, right, bottom in sides of the holder, (0, 0, 1, 1) the whole; `detail`
    the correlation of fine detail in [-1, 1], `worst` that of its two poorest places.
    """

    box: Box
    detail: float
    worst: float

    @property
    def same(self) -> bool:
        """Whether they are one picture."""
        return self.detail >= DETAIL_LEAST and self.worst >= PLACE_LEAST


def greys_of(picture: Picture) -> Greys:
    """What is compared of a picture."""
    height, width, _ = picture.shape
    scale = min(1.0, GREY_PX / max(width, height))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    image = Image.fromarray(np.ascontiguousarray(picture))
    luma = image.convert("L").resize(size, Image.Resampling.BOX)
    most = Image.fromarray(picture.max(axis=2)).resize(size, Image.Resampling.BOX)
    return Greys(luma, most, max(width, height))


def whole_over(one: Greys, other: Greys) -> Overlay | None:
    """The other laid over the whole of the one; None where their shapes differ."""
    shapes = [np.log(greys.size[0] / greys.size[1]) for greys in (one, other)]
    slack = _SAME_SHAPE + 1.0 / min(*one.size, *other.size)
    if abs(shapes[0] - shapes[1]) > slack:
        return None
    return _laid(one, other, (0.0, 0.0, 1.0, 1.0))


def part_over(holder: Greys, part: Greys, scale: float) -> Overlay | None:
    """The part laid over the holder where it fits best; None where it fits nowhere.

    `scale` is about how large it is, in the largest that fits.
    """
    found = _placed(holder, part, scale)
    if found is None:
        return None
    better = _bettered(holder, part, found)
    return None if better is None else _laid(holder, part, better)


def _laid(holder: Greys, part: Greys, box: Box) -> Overlay:
    """How well they agree with the part in that box."""
    best = Overlay(box, -1.0, -1.0)
    for detail, worst in _Laying(holder, part, FINE_PX, box).agreements(box):
        if min(detail, worst + 0.25) > min(best.detail, best.worst + 0.25):
            best = Overlay(box, detail, worst)
    return best


class _Laying:
    """A part made ready to be laid over a holder again and again, at one size."""

    def __init__(self, holder: Greys, part: Greys, side: int, box: Box) -> None:
        self.holder = holder
        axis = 0 if part.size[0] >= part.size[1] else 1
        share = (box[axis + 2] - box[axis]) * holder.size[axis] / max(holder.size)
        side = int(np.clip(min(part.pixels, holder.pixels * share), 24, side))
        scale = side / max(part.size)
        self.size = (max(6, round(part.size[0] * scale)), max(6, round(part.size[1] * scale)))
        self._part = part
        self._full = (0.0, 0.0, float(part.size[0]), float(part.size[1]))
        self._mixed = holder.mixed
        self._over = _detail(part.mixed, self.size, self._full)
        self._power = float(self._over.ravel() @ self._over.ravel())
        self._known: dict[Box, float] = {}  # of boxes tried before: the search comes back to them

    def correlation(self, box: Box) -> float:
        """Of all detail of the mixed grey, in [-1, 1]."""
        found = self._known.get(box)
        if found is None:
            a, b = _detail(self._mixed, self.size, self._pixels(box)).ravel(), self._over.ravel()
            found = float(a @ b) / (float(np.sqrt(float(a @ a) * self._power)) + a.size)
            self._known[box] = found
        return found

    def worst(self, box: Box) -> float:
        """Of the two poorest places, in the mixed grey."""
        return _agreement(_detail(self._mixed, self.size, self._pixels(box)), self._over)[1]

    def agreements(self, box: Box) -> list[tuple[float, float]]:
        """Of all detail and of the two poorest places, in luma and in the largest channel."""
        pairs = ((self.holder.luma, self._part.luma), (self.holder.most, self._part.most))
        return [
            _agreement(
                _detail(under, self.size, self._pixels(box)), _detail(over, self.size, self._full)
            )
            for under, over in pairs
        ]

    def _pixels(self, box: Box) -> Box:
        width, height = self.holder.size
        return box[0] * width, box[1] * height, box[2] * width, box[3] * height


def _agreement(a: Floats, b: Floats) -> tuple[float, float]:
    """Correlation of two pictures' detail: over all, and at the poorer of the places."""
    product, ones, others = (_summed(values) for values in (a * b, a * a, b * b))
    total = float(np.sqrt(ones.sum() * others.sum()))
    count = a.size / _GRID**2
    if total < count * _GRID**2 * _FAINT**2:
        return -1.0, -1.0  # nothing to be told by
    power = np.maximum(ones, others)
    told = power > max(count * _FAINT**2, 0.05 * float(power.mean()))
    local = product / np.maximum(np.sqrt(ones * others), count * _FAINT**2)
    worst = float(np.sort(local[told])[:2].mean()) if told.any() else -1.0
    return float(product.sum()) / total, worst


def _summed(values: Floats) -> Floats:
    """Sums over 5 × 5 places: (5, 5)."""
    height, width = values.shape
    rows = np.arange(_GRID) * height // _GRID
    columns = np.arange(_GRID) * width // _GRID
    return np.asarray(np.add.reduceat(np.add.reduceat(values, rows, 0), columns, 1), np.float32)


def _detail(grey: Image.Image, size: tuple[int, int], box: Box) -> Floats:
    """A box of a grey picture at that size, less the mean of each pixel's surroundings."""
    shown = grey.resize(size, Image.Resampling.BILINEAR, box=box)
    soft = shown.filter(ImageFilter.BoxBlur(max(2, max(size) // _REACH)))
    return _levels(shown) - _levels(soft)


def _levels(grey: Image.Image) -> Floats:
    """The levels of an 8 bit picture as they are; quicker than `np.asarray` on small ones."""
    flat = np.frombuffer(grey.tobytes(), np.uint8).astype(np.float32)
    return flat.reshape(grey.size[1], grey.size[0])


def _placed(holder: Greys, part: Greys, about: float) -> Box | None:
    """Where in the holder the part's detail correlates best, in sides of the holder."""
    field = holder.coarse
    height, width = field.shape
    fit = min(width / part.size[0], height / part.size[1])
    shape = (_even(2 * height), _even(2 * width))
    spectrum = np.fft.rfft2(field, shape)
    sums = np.pad(field**2, ((1, 0), (1, 0))).cumsum(0).cumsum(1)  # (h + 1, w + 1)
    full = (0.0, 0.0, float(part.size[0]), float(part.size[1]))
    sizes = [
        (
            min(width, max(4, round(part.size[0] * fit * scale))),
            min(height, max(4, round(part.size[1] * fit * scale))),
        )
        for scale in np.minimum(1.0, about * _SCALES)
    ]
    best, found = COARSE_LEAST, None
    for w, h in dict.fromkeys(sizes):
        small = _detail(part.mixed, (w, h), full)
        norm = float(np.sqrt((small**2).sum()))
        product = np.fft.irfft2(spectrum * np.conj(np.fft.rfft2(small, shape)), shape)
        product = product[: height - h + 1, : width - w + 1]
        power = sums[h:, w:] - sums[:-h, w:] - sums[h:, :-w] + sums[:-h, :-w]
        like = product / (np.sqrt(np.maximum(power, 0)) * norm + w * h)
        at = int(like.argmax())
        if like.flat[at] > best:
            best = float(like.flat[at])
            top, left = divmod(at, like.shape[1])
            found = (left / width, top / height, (left + w) / width, (top + h) / height)
    return found


def _bettered(holder: Greys, part: Greys, box: Box) -> Box | None:
    """The box after small steps of size and place, halved when none betters it; None where
    detail stays too unlike."""
    width, height = holder.size
    shape = part.size[0] / part.size[1]

    def box_at(x: float, y: float, wide: float) -> Box:
        high = wide * width / height / shape
        left, top = max(0.0, x - wide / 2), max(0.0, y - high / 2)
        return left, top, min(1.0, x + wide / 2), min(1.0, y + high / 2)

    at = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, box[2] - box[0]]
    step = 0.5 / COARSE_PX
    layings: dict[int, _Laying] = {}
    for side in (COARSE_PX, COARSE_PX, FINE_PX, FINE_PX):
        laying = layings.get(side) or layings.setdefault(side, _Laying(holder, part, side, box))
        best = laying.correlation(box_at(*at))
        for _ in range(4):
            before = best
            for axis in (2, 0, 1):
                for way in (-1, 1):
                    tried = list(at)
                    tried[axis] += way * step * (1.5 if axis == 2 else 1.0)
                    like = laying.correlation(box_at(*tried))
                    if like > best:
                        at, best = tried, like
                        break
            if best == before:
                break
        if best < PLACED_LEAST or laying.worst(box_at(*at)) < PLACED_WORST:
            return None
        step /= 2
    return box_at(*at)


def _even(size: int) -> int:
    """A length of at least `size` that the transform is quick at."""
    for length in (24, 32, 40, 48, 54, 64, 72, 80):
        if size <= length:
            return length
    return size
