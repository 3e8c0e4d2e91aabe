"""Where one picture lies in another: mirrored, cropped or moved, by the edges of both.

Edges are compared by their direction alone (`edge_sliding`): other colours or another
contrast leave them where they are, and lettering laid over a picture hides only what is under
it. The one picture is slid over the other at every size from half to twice, as it is and
mirrored. First all candidates in a few pixels, then the best in more, and the very best are
moved and stretched by fractions of a pixel until nothing more is gained.

What frames have in common is no copy: many photographs have the same black film border, many
plates the same white page in a black tray. So the score is the smaller of two correlations,
that of all that overlaps and that of its inside, without a sixth at each side. Of 150 plates
and paintings beside the 32 others most like each, the highest is 0.63 so, 0.83 with frames.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from haiga.core.nouns import Picture, check_picture
from haiga.inspection.edge_sliding import Complexes, Stack, edge_directions, slide

BASE_PX = 192
"""The longer side of what is kept of a picture."""

COARSE_PX, FINE_PX, SETTLED_PX, COLOURS_PX = 32, 96, 72, 40
"""The longer side of what the three passes compare (a part, in the third), and the colours."""

LEAST_SCALE = 0.48
"""How small a part of the other a picture may be, by its sides; a little under a half."""

STEP = 1.07
"""From one size that is tried to the next."""

REFINED, SETTLED = 6, 3
"""Candidates that are placed closely, and of them those placed to a fraction of a pixel."""

UNSETTLED = 0.7
"""Of its first score, what a candidate that was not looked at closely is given at most."""

_FINER = (0.955, 0.97, 0.985, 1.0, 1.015, 1.03, 1.045)
_INNER = 6  # of so many bands across and down, the outer ones are frame
_FLAT = 1e-3  # mean energy of the edges of a picture that has none to speak of
_FIRST_MOVE, _LAST_MOVE, _MOST_MOVES = 0.02, 0.002, 80  # in shares of the part's sides


@dataclass(frozen=True)
class Box:
    """A part of a picture, in shares of its sides from the left and the top, in [0, 1]."""

    left: float = 0.0
    top: float = 0.0
    right: float = 1.0
    bottom: float = 1.0

    @property
    def area(self) -> float:
        """The share of the picture that it is."""
        return max(0.0, self.right - self.left) * max(0.0, self.bottom - self.top)

    def mirrored(self) -> Box:
        """The same part of the picture with left and right changed."""
        return Box(1 - self.right, self.top, 1 - self.left, self.bottom)

    def of(self, picture: Picture) -> Picture:
        """That part of a picture, at least one pixel of it."""
        height, width = picture.shape[:2]
        left, top = min(int(self.left * width), width - 1), min(int(self.top * height), height - 1)
        right, bottom = math.ceil(self.right * width), math.ceil(self.bottom * height)
        return picture[top : max(bottom, top + 1), left : max(right, left + 1)]


@dataclass(frozen=True)
class Alignment:
    """How a made picture lies on another.

    `score` is the correlation of their edges where they lie on each other, about 0 for
    pictures without anything in common, 1 for the same. `made` and `other` are the parts that
    correspond, each in its own picture as it is; `mirrored` says that one is to be mirrored
    for it. `residual` is what is left of the colours after the other's have been matched to
    the made one's by the best linear change: the root of the mean square, in shares of the
    whole range; `explained` the share of the made colours' variance that they explain.
    """

    score: float
    made: Box = Box()
    other: Box = Box()
    mirrored: bool = False
    residual: float = 1.0
    explained: float = 0.0


class Sheet:
    """A picture made ready to be aligned: (h, w, 3) uint8 with a longer side of `BASE_PX`."""

    def __init__(self, picture: Picture) -> None:
        image = Image.fromarray(np.ascontiguousarray(check_picture(picture)))
        self.longer_px = max(image.size)
        scale = BASE_PX / max(image.size)
        size = (max(8, round(image.width * scale)), max(8, round(image.height * scale)))
        if size != image.size:
            image = image.resize(size, Image.Resampling.BICUBIC, reducing_gap=3.0)
        self.image = image

    def size_at(self, longer_px: float) -> tuple[int, int]:
        """(width, height) with such a longer side."""
        scale = longer_px / BASE_PX
        return max(4, round(self.image.width * scale)), max(4, round(self.image.height * scale))

    @property
    def blank(self) -> bool:
        """Whether it has no edges to speak of, so that no alignment says anything."""
        return float((np.abs(self.edges(FINE_PX)) ** 2).mean()) < _FLAT

    def edges(self, longer_px: float, *, mirrored: bool = False) -> Complexes:
        """The directions of its edges, (h, w), at that size."""
        image = self.image.resize(self.size_at(longer_px), Image.Resampling.BICUBIC)
        pixels = np.asarray(image, np.float32)
        return edge_directions(pixels[:, ::-1] if mirrored else pixels)


@dataclass(frozen=True)
class _Place:
    """A place found: which candidate, how it lies, how large the made picture is there.

    `scale` is the made picture's longer side over the other's; `left` and `top` are where its
    corner is, in the other's longer sides.
    """

    score: float
    candidate: int
    mirrored: bool
    scale: float
    left: float
    top: float


def align(made: Sheet, others: Sequence[Sheet]) -> list[Alignment]:
    """How a made picture lies on each of the others, one alignment each, in order.

    Only the best few are looked at closely; the others keep the place of the first pass, and
    a score that sets none of them before those.
    """
    if not others:
        return []
    rough = _first_pass(made, others)
    order = sorted(range(len(others)), key=lambda i: -rough[i][0].score)
    close: dict[int, _Place] = {}
    for i in order[:REFINED]:
        tried = rough[i] if i in order[:2] else rough[i][:1]
        close[i] = max((_second_pass(made, others[i], p) for p in tried), key=lambda p: p.score)
    best = sorted(close, key=lambda i: -close[i].score)[:SETTLED]
    settled = {i: _third_pass(made, others[i], close[i]) for i in best}
    least = min(one.score for one in settled.values())
    found = []
    for i, (place, *_) in enumerate(rough):
        if i in settled:
            found.append(settled[i])
            continue
        place = close.get(i, place)
        here, there = _boxes(made, others[i], place)
        score = min(least, UNSETTLED * max(0.0, place.score))
        found.append(Alignment(score, here, there, place.mirrored))
    return found


def _scales() -> list[float]:
    count = math.ceil(math.log(1 / LEAST_SCALE) / math.log(STEP))
    return [STEP**k for k in range(-count, count + 1)]


def _first_pass(made: Sheet, others: Sequence[Sheet]) -> list[list[_Place]]:
    """The best place of each candidate as it is and the best mirrored, the better first."""
    edges = [other.edges(COARSE_PX) for other in others]
    stack = Stack(edges)
    found: list[list[_Place]] = [[] for _ in others]
    for mirrored in (False, True):
        best = [_Place(-1.0, i, mirrored, 1.0, 0.0, 0.0) for i in range(len(others))]
        for scale in _scales():
            own = made.edges(COARSE_PX * scale, mirrored=mirrored)
            fits = _fits(own.shape, stack)
            if not fits.any():
                continue
            scores, lefts, tops = slide(own, stack)
            better = fits & (scores > [place.score for place in best])
            for i in np.flatnonzero(better).tolist():
                best[i] = _Place(float(scores[i]), i, mirrored, scale,
                                 lefts[i] / COARSE_PX, tops[i] / COARSE_PX)  # fmt: skip
        for i, place in enumerate(best):
            found[i].append(place)
    return [sorted(places, key=lambda p: -p.score) for places in found]


def _fits(own: tuple[int, ...], stack: Stack) -> npt.NDArray[np.bool_]:
    """(N,) whether one lies within the other and is no less than half as large as can be."""
    down, across = own[0] / stack.heights, own[1] / stack.widths
    low, high = np.minimum(down, across), np.maximum(down, across)
    within = (high <= 1.04) & (high >= LEAST_SCALE)
    around = (low >= 0.96) & (low <= 1 / LEAST_SCALE)
    return np.asarray(within | around)


def _second_pass(made: Sheet, other: Sheet, place: _Place) -> _Place:
    """A place looked at in `FINE_PX`, or as many as both have; a little larger and smaller too."""
    fine = min(FINE_PX, other.longer_px, made.longer_px / place.scale)
    fine = max(fine, float(COARSE_PX))
    stack = Stack([other.edges(fine)])
    best = _Place(-1.0, place.candidate, place.mirrored, place.scale, place.left, place.top)
    middle = (place.left + made.size_at(BASE_PX * place.scale)[0] / BASE_PX / 2,
              place.top + made.size_at(BASE_PX * place.scale)[1] / BASE_PX / 2)  # fmt: skip
    for factor in _FINER:
        scale = place.scale * factor
        own = made.edges(fine * scale, mirrored=place.mirrored)
        near = (middle[0] * fine - own.shape[1] / 2, middle[1] * fine - own.shape[0] / 2)
        scores, lefts, tops = slide(own, stack, near)
        if scores[0] > best.score:
            best = _Place(float(scores[0]), place.candidate, place.mirrored, scale,
                          lefts[0] / fine, tops[0] / fine)  # fmt: skip
    return best


def _boxes(made: Sheet, other: Sheet, place: _Place) -> tuple[Box, Box]:
    """What a place says: the parts of the made picture and of the other that correspond."""
    width, height = (side / BASE_PX for side in other.image.size)
    own_width = made.image.width / BASE_PX * place.scale
    own_height = made.image.height / BASE_PX * place.scale
    left, top = max(place.left, 0.0), max(place.top, 0.0)
    right = min(place.left + own_width, width)
    bottom = min(place.top + own_height, height)
    there = _clipped(left / width, top / height, right / width, bottom / height)
    here = _clipped(
        (left - place.left) / own_width,
        (top - place.top) / own_height,
        (right - place.left) / own_width,
        (bottom - place.top) / own_height,
    )
    return here.mirrored() if place.mirrored else here, there


def _third_pass(made: Sheet, other: Sheet, place: _Place) -> Alignment:
    """A place settled: the other's part is moved and stretched while that brings them nearer."""
    here, there = _boxes(made, other, place)
    width, height = other.image.size
    wide, high = (there.right - there.left) * width, (there.bottom - there.top) * height
    own_px = made.longer_px * max(here.right - here.left, here.bottom - here.top)
    other_px = other.longer_px * max(wide, high) / BASE_PX
    longer = max(16.0, min(SETTLED_PX, own_px, other_px))
    size = (max(12, round(wide * longer / max(wide, high))),
            max(12, round(high * longer / max(wide, high))))  # fmt: skip
    pixels = np.asarray(_cut(made.image, here, size), np.float32)
    own = edge_directions(pixels[:, ::-1] if place.mirrored else pixels)

    def beneath(part: npt.NDArray[np.float64]) -> Complexes | None:
        """The other's edges in a part (middle across, down, width, height, in its sides)."""
        box = _around(part)
        if min(box.left, box.top, 1 - box.right, 1 - box.bottom) < -1e-6:
            return None
        return edge_directions(np.asarray(_cut(other.image, box, size), np.float32))

    w, h = there.right - there.left, there.bottom - there.top
    part = np.array([(there.left + there.right) / 2, (there.top + there.bottom) / 2, w, h])
    edges = edge_directions(np.asarray(_cut(other.image, there, size), np.float32))
    best = _alike(own, edges)
    moves = np.array([(w, 0, 0, 0), (0, h, 0, 0), (0, 0, w, h), (0, 0, w, 0), (0, 0, 0, h)])
    step, tried = _FIRST_MOVE, 0
    while step > _LAST_MOVE and tried < _MOST_MOVES:
        gained = False
        for move in (sign * step * move for move in moves for sign in (1, -1)):
            tried += 1
            moved = beneath(part + move)
            if moved is not None and (alike := _alike(own, moved)) > best + 1e-4:
                best, part, edges, gained = alike, part + move, moved, True
        step = step if gained else step / 2
    there = _around(part)
    there = _clipped(there.left, there.top, there.right, there.bottom)
    rows, columns = (slice(n // _INNER, n - n // _INNER) for n in own.shape)
    score = max(0.0, min(best, _alike(own[rows, columns], edges[rows, columns])))
    colours = compared_colours(made.image, here, other.image, there, place.mirrored)
    return Alignment(score, here, there, place.mirrored, *colours)


def _alike(own: Complexes, other: Complexes) -> float:
    """The correlation of two pictures' edges, place by place; 0 where one has none."""
    energy = float((np.abs(own) ** 2).sum()) * float((np.abs(other) ** 2).sum())
    floor = (_FLAT * own.size) ** 2
    return float((own * other.conj()).real.sum()) / math.sqrt(max(energy, floor))


def _around(part: npt.NDArray[np.float64]) -> Box:
    across, down, width, height = (float(value) for value in part)
    return Box(across - width / 2, down - height / 2, across + width / 2, down + height / 2)


def _clipped(left: float, top: float, right: float, bottom: float) -> Box:
    """The box within its picture: sizes in whole pixels let it reach out by a hair."""
    return Box(max(left, 0.0), max(top, 0.0), min(right, 1.0), min(bottom, 1.0))


def compared_colours(
    made: Image.Image, here: Box, other: Image.Image, there: Box, mirrored: bool
) -> tuple[float, float]:
    """What a linear change of colours leaves of the difference, and the share it explains."""
    size = (COLOURS_PX, COLOURS_PX)
    own = np.asarray(_cut(made, here, size, Image.Resampling.BOX), np.float64) / 255
    own = (own[:, ::-1] if mirrored else own).reshape(-1, 3)
    known = np.asarray(_cut(other, there, size, Image.Resampling.BOX), np.float64) / 255
    known = np.column_stack([known.reshape(-1, 3), np.ones(len(own))])
    change, *_ = np.linalg.lstsq(known, own, rcond=None)
    left = float(((own - known @ change) ** 2).mean())
    spread = float(((own - own.mean(0)) ** 2).mean())
    return math.sqrt(left), max(0.0, 1 - left / max(spread, 1e-6))


def _cut(
    image: Image.Image,
    box: Box,
    size: tuple[int, int],
    resampling: Image.Resampling = Image.Resampling.BICUBIC,
) -> Image.Image:
    """A part of a picture at that (width, height)."""
    left, right = max(0.0, box.left) * image.width, min(1.0, box.right) * image.width
    top, bottom = max(0.0, box.top) * image.height, min(1.0, box.bottom) * image.height
    right, bottom = max(right, left + 1e-3), max(bottom, top + 1e-3)
    return image.resize(size, resampling, box=(left, top, right, bottom))
