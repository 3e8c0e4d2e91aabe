"""Pairs of pictures that may be one, found by their looks alone: few of all there are.

Two ways in. A copy of the whole frame, recoloured or mirrored or not, is among the nearest in
the eye's early or late view, once the view is whitened by the collection itself (as Jégou and
Chum do: "Negative Evidences and Co-occurrences in Image Retrieval: The Benefit of PCA and
Whitening", ECCV 2012): of 5,179 pictures with planted copies, the planted one is among the
first three for each kind but crops. A part cut out is only among the first twenty of the late
view (98 %); of those, whoever's small copy also lies somewhere in the other's is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from haiga.core.collecting import Looks
from haiga.features.hashes import THUMBNAIL_PX
from haiga.features.near_pairs import alike_pairs

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.intp]

WHOLE_NEIGHBOURS, WHOLE_LEAST = 5, 0.45
"""Of each view: so many nearest, and no cosine below this, may show the same frame."""

PART_NEIGHBOURS, PART_LEAST, PART_BOTH, PART_MOST = 24, 0.63, 1.05, 6
"""Of the late view: nearest looked at; the least likeness of the small copies; the least sum
of that and the cosine; and how many pairs are looked at further, the best by that sum, until
both pictures have so many."""

SCALES = (1.0, 0.9, 0.8, 0.7, 0.62)
"""Parts tried, in the largest that would fit; each at places a tenth of the side apart."""

_SHRINK, _ENOUGH = 0.03, 800  # of the covariance; fewer pictures than enough shrink it more
_ALL, _ALL_PARTS = 48, 200  # of so few pictures, every pair may be one, or a part
_PATCH = 8
_SHAPE_STEP = 0.06  # shapes (logarithm of width by height) no further apart are taken as one
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
_UNSURE = 0.05  # of likeness; so near the best, the other ways are tried too
_BLOCK = 1_024


@dataclass(frozen=True)
class MaybePart:
    """The part may lie in the holder, mirrored or not, `scale` of the largest that fits."""

    holder: int
    part: int
    mirrored: bool
    scale: float


@dataclass(frozen=True)
class Shortlist:
    """Pairs that may be one: `wholes` of one frame, `parts` of which one may be cut out."""

    wholes: tuple[tuple[int, int], ...]
    parts: tuple[MaybePart, ...]


def shortlist(looks: Sequence[Looks], shapes: Sequence[float]) -> Shortlist:
    """The pairs worth comparing by their pixels; `shapes` are width by height."""
    count = len(looks)
    if count < 2:
        return Shortlist((), ())
    thumbnails = np.stack([look.thumbnail for look in looks])
    grey = thumbnails.astype(np.float32) @ _LUMA  # (N, 16, 16)
    hashes = np.stack([look.hashes for look in looks])
    wholes = set(alike_pairs(hashes, thumbnails))
    every = np.triu_indices(count if count <= _ALL_PARTS else 0, 1)
    if count <= _ALL:
        wholes |= set(zip(every[0].tolist(), every[1].tolist(), strict=True))
    else:
        late = whitened(np.stack([look.late for look in looks]))
        early = whitened(np.stack([look.early for look in looks]))
        views = [early, late]
        if count <= _ENOUGH:  # too few to whiten by: what turned hues leave as it is helps out
            views.append(_directions_of_edges(looks))
        for view in views:
            a, b, cosine = _nearest(view, WHOLE_NEIGHBOURS)
            near = cosine >= WHOLE_LEAST
            wholes |= set(zip(a[near].tolist(), b[near].tolist(), strict=True))
    if count <= _ALL_PARTS:
        ones, others = every
        nearness = np.full(len(ones), 1.0, np.float32)
    else:
        ones, others, nearness = _nearest(late, PART_NEIGHBOURS)
    parts = _parts(grey, np.log(np.asarray(shapes, np.float64)), ones, others, nearness)
    return Shortlist(tuple(sorted(wholes)), tuple(parts))


def whitened(views: npt.NDArray[np.float16]) -> Floats:
    """Views (N, 2, D), as is and mirrored, centred and whitened by those as is: unit length.

    The covariance is shrunk towards a multiple of the identity, the more the fewer they are.
    """
    plain = views[:, 0].astype(np.float64)
    mean = plain.mean(0)
    values, vectors = np.linalg.eigh(np.cov((plain - mean).T))
    shrink = _SHRINK * max(1.0, _ENOUGH / len(plain)) * max(float(values.mean()), 1e-12)
    matrix = (vectors / np.sqrt(np.maximum(values, 0) + shrink)).astype(np.float32)
    seen = (views.astype(np.float32) - mean.astype(np.float32)) @ matrix
    norms = np.linalg.norm(seen, axis=2, keepdims=True)
    return np.asarray(seen / np.maximum(norms, 1e-6), np.float32)


def _directions_of_edges(looks: Sequence[Looks]) -> Floats:
    """The edges, which hues do not change, centred and of unit length: (N, 2, 64), twice."""
    edges = np.sqrt(np.stack([look.edges for look in looks]).astype(np.float32))
    edges -= edges.mean(axis=0)
    edges /= np.maximum(np.linalg.norm(edges, axis=1, keepdims=True), 1e-6)
    return np.stack([edges, edges], axis=1)


def _nearest(view: Floats, neighbours: int) -> tuple[Places, Places, Floats]:
    """Pairs (lower place first) of each picture with its nearest, as they are or one mirrored."""
    count = len(view)
    neighbours = min(neighbours, count - 1)
    pairs, cosines = [], []
    for start in range(0, count, _BLOCK):
        rows = view[start : start + _BLOCK, 0]
        like = np.maximum(rows @ view[:, 0].T, rows @ view[:, 1].T)
        here = np.arange(len(rows))
        like[here, start + here] = -2
        best = np.argpartition(-like, neighbours - 1, axis=1)[:, :neighbours]
        one = np.repeat(start + here, neighbours)
        pairs.append(np.stack([np.minimum(one, best.ravel()), np.maximum(one, best.ravel())], 1))
        cosines.append(np.take_along_axis(like, best, 1).ravel())
    unique, first = np.unique(np.concatenate(pairs), axis=0, return_index=True)
    return unique[:, 0], unique[:, 1], np.concatenate(cosines)[first]


def _parts(
    grey: Floats, shapes: npt.NDArray[np.float64], ones: Places, others: Places, nearness: Floats
) -> Iterator[MaybePart]:
    """Of the pairs, those of which one's small copy lies in the other's."""
    likeness = np.full((len(ones), 4), -1.0, np.float32)  # one holds other, or it one; mirrored
    scales = np.ones((len(ones), 4), np.float32)
    for way, (holder, part) in enumerate(((ones, others), (others, ones))):
        step = np.round((shapes[part] - shapes[holder]) / _SHAPE_STEP).astype(int)
        for value in np.unique(step):
            chosen = np.flatnonzero(step == value)
            found = _likeness(grey, holder[chosen], part[chosen], float(value) * _SHAPE_STEP)
            likeness[chosen, 2 * way : 2 * way + 2] = found[0]
            scales[chosen, 2 * way : 2 * way + 2] = found[1]
    most = likeness.max(1)
    both = most + nearness
    taken = np.zeros(len(grey), int)
    for at in np.argsort(-both, kind="stable"):
        if both[at] < PART_BOTH:
            break
        if most[at] < PART_LEAST or min(taken[ones[at]], taken[others[at]]) >= PART_MOST:
            continue
        taken[[ones[at], others[at]]] += 1
        for way in np.flatnonzero(likeness[at] >= most[at] - _UNSURE).tolist():
            holder, part = (ones, others) if way < 2 else (others, ones)
            yield MaybePart(
                int(holder[at]), int(part[at]), bool(way % 2), float(scales[at, way])
            )  # fmt: skip


def _likeness(grey: Floats, holders: Places, parts: Places, shape: float) -> tuple[Floats, Floats]:
    """How well each part fits at its best place in its holder, and its scale: (n, 2) each.

    As it is and mirrored. `shape` is how much wider the parts are than their holders, as a
    logarithm.
    """
    wide, high = min(1.0, np.exp(shape)), min(1.0, np.exp(-shape))
    windows = [
        (_resizing(top, scale * high), _resizing(left, scale * wide))
        for scale in SCALES
        for top in _places(scale * high)
        for left in _places(scale * wide)
    ]
    whole = _resizing(0.0, 1.0)
    order = np.argsort(holders, kind="stable")
    sizes = np.array(
        [scale for scale in SCALES for _ in _places(scale * high) for _ in _places(scale * wide)],
        np.float32,
    )
    found = np.empty((len(holders), 2), np.float32)
    scales = np.empty((len(holders), 2), np.float32)
    for start in range(0, len(order), _BLOCK):
        at = order[start : start + _BLOCK]
        unique, row = np.unique(holders[at], return_inverse=True)
        held = grey[unique]
        patches = np.stack([_evened(down @ held @ across.T) for down, across in windows], 1)
        small = whole @ grey[parts[at]] @ whole.T
        pair = np.stack([_evened(small), _evened(small[:, :, ::-1])], 2)  # (n, 64, 2)
        like = np.matmul(patches[row], pair)  # (n, windows, 2)
        found[at], scales[at] = like.max(1), sizes[like.argmax(1)]
    return found, scales


def _places(size: float) -> npt.NDArray[np.float64]:
    """Where a window of that size may begin, in sides of the holder."""
    room = 1.0 - size
    return np.linspace(0.0, room, 1 + int(np.ceil(room / 0.1 - 1e-6)))


def _resizing(begin: float, size: float) -> Floats:
    """What makes `_PATCH` values of a stretch of a thumbnail's side, by areas: (8, 16)."""
    edges = (begin + size * np.arange(_PATCH + 1) / _PATCH) * THUMBNAIL_PX
    pixels = np.arange(THUMBNAIL_PX)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    weights = np.maximum(overlap, 0.0)
    return np.asarray(weights / weights.sum(1, keepdims=True), np.float32)


def _evened(patches: npt.NDArray[np.floating[Any]]) -> Floats:
    """Patches (n, 8, 8) as vectors (n, 64) of mean 0 and unit length; flat ones nearly 0."""
    flat = patches.reshape(len(patches), -1)
    flat = flat - flat.mean(1, keepdims=True)
    return np.asarray(flat / (np.linalg.norm(flat, axis=1, keepdims=True) + 0.05), np.float32)
