"""Builds a `PictureIndex` over the pictures a model was trained on, and calibrates it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from haiga.core.nouns import Embedding, Picture
from haiga.core.roles import Embedder
from haiga.features.picture_index import (
    INNER,
    LEAST,
    Limits,
    PictureIndex,
    Shown,
    Work,
    nearest_ways,
)
from haiga.features.picture_views import Placement, placed_thumbnails
from haiga.features.whitening import Whitener

SIZES = (64, 40, 48)
"""Numbers kept of the layout, the early and the late view."""
CLOSE_RATE, COPY_RATE = 0.01, 0.001
"""Shares of real new works that may be called close and copies, where there are enough."""
ASKED = 2_000
"""So many works are left out at most, one at a time, to set the limits."""
QUANTILES = 256
SAME = 0.05
"""What comes nearer is the same picture, whatever works left out say: some of those are in a
training set under two names. JPEGs of quality 30 and crops of 90 % stay within it."""

Floats = npt.NDArray[np.float32]
Tell = Callable[[str], object]


def build_index(
    train: Sequence[Picture],
    works: Sequence[Work],
    groups: Sequence[str],
    eye: Embedder,
    *,
    held: Sequence[Picture] = (),
    sight: Embedding | None = None,
    asked: int = ASKED,
    sizes: Sequence[int] = SIZES,
    seed: int = 0,
    also: Sequence[str] = (),
) -> PictureIndex:
    """The index of N training pictures, each with its work and the group that must stay together.

    Its limits are set by the `held` pictures, of works that the model never saw, and by training
    pictures with their own group left out, `asked` in all at most, one of each group.
    `sight` saves looking again. Raises ValueError unless there are two groups.
    """
    if len(set(groups)) < 2:
        raise ValueError("a picture index needs pictures of two works")
    seen = sight or eye.embed(train)
    plain = placed_thumbnails(train, [Placement(INNER)])[0].astype(np.float32)
    views = (plain, seen.early.astype(np.float32), seen.late.astype(np.float32))
    whiteners, rows, scales = [], [], []
    for view, size in zip(views, sizes, strict=True):
        exact = Whitener.of(view, size)
        # as the file will have it
        whitener = Whitener(*(p.astype(np.float16).astype(np.float32)
                              for p in (exact.mean, exact.turn)))  # fmt: skip
        white = whitener(view)
        scale = max(float(np.abs(white).max()), 1e-6) / 127
        whiteners.append(whitener)
        rows.append(np.clip(np.round(white / scale), -127, 127).astype(np.int8))
        scales.append(scale)
    every = list(dict.fromkeys(works))
    number = {work: place for place, work in enumerate(every)}
    work_of = np.array([number[work] for work in works], np.int32)
    found = PictureIndex(whiteners, rows, np.array(scales, np.float32), every, work_of)
    limits = _limits(found, train, groups, eye, held, asked, seed)
    return PictureIndex(whiteners, rows, found.scales, every, work_of, limits, also)


def _limits(
    index: PictureIndex,
    train: Sequence[Picture],
    groups: Sequence[str],
    eye: Embedder,
    held: Sequence[Picture],
    asked: int,
    seed: int,
) -> Limits:
    names = np.array(groups)
    _, first = np.unique(names, return_index=True)
    rng = np.random.default_rng(seed)
    new = [(picture, None) for picture in held][:asked]
    left = rng.permutation(first)[: max(0, asked - len(new))]
    asking: list[tuple[Picture, str | None]] = [*new, *((train[i], groups[i]) for i in left)]
    apart = []
    for picture, group in asking:
        distances = index.distances(Shown.of(np.asarray(picture), eye))
        if group is not None:
            distances[:, :, names == group] = np.inf
        apart.append(_summary(distances))
    return calibrated(apart)


def _summary(distances: Floats) -> Floats:
    """All that calibration needs of (2, 3, N): those of every row that may be the nearest.

    Half a hundred nearest rows by each view and by their plain product, either way turned.
    """
    few = min(50, distances.shape[2])
    logs = np.log(np.maximum(distances, LEAST))
    orders = [*logs.reshape(-1, logs.shape[2]), *logs.mean(1)]
    kept = np.unique(np.concatenate([np.argpartition(o, few - 1)[:few] for o in orders]))
    return distances[:, :, kept]


def calibrated(apart: Sequence[Floats]) -> Limits:
    """The limits set by distances (2, 3, K) of works left out from their nearest rows."""
    nearest = np.stack([each.min((0, 2)) for each in apart])  # (n, 3)
    usual = np.maximum(np.median(nearest, axis=0), LEAST).astype(np.float32)
    ways = np.stack([nearest_ways(each, usual)[0] for each in apart])  # (n, 2)
    usual_ways = np.maximum(np.median(ways, axis=0), LEAST).astype(np.float32)
    total = (ways / usual_ways).min(1)
    usual_nearest = max(float(np.median(total)), LEAST)
    distances = np.sort(total / usual_nearest)
    count = len(distances)
    close = float(distances[max(1, math.floor(CLOSE_RATE * (count + 1))) - 1])
    rank = max(1, math.floor(COPY_RATE * (count + 1)))
    enough = 1 / (count + 1) <= CLOSE_RATE  # else the nearest of them is no rare one
    copy = min(close, max(SAME, float(distances[rank - 1]) if enough else 0.0))
    kept = np.quantile(distances, np.linspace(0, 1, min(count, QUANTILES)), method="lower")
    return Limits(
        usual=usual,
        usual_ways=usual_ways,
        usual_nearest=usual_nearest,
        close=close,
        copy=copy,
        close_rate=(int((distances < close).sum()) + 1) / (count + 1),
        copy_rate=(int((distances < copy).sum()) + 1) / (count + 1),
        count=count,
        distances=kept.astype(np.float32),
    )
