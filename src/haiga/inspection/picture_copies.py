"""Did it copy? Made pictures beside the ones that a model was trained on.

Three views of every picture are compared: its layout (a small even-toned copy), what
the eye sees early (colours and shapes in their places) and what it sees late (what
the picture shows). Each is centred and whitened by the training pictures, so that
what all of them share, a white page say, counts for little, and compared by cosine.
Of 40 fruits on white pages, each blended half and half with another, a layout that is
not whitened finds 1 %, a whitened one 40 to 65 %.

A made picture is compared mirrored too, and with training pictures moved and enlarged a
little. Its distance from a training picture is either that of the layout, or the
geometric mean of all three views, whichever tells more: near in pixels is a copy, and
so is near in every view. Distances are divided by what is usual for real pictures that
the model never saw: 1 is as near as those typically come, 0 the same picture. The idea
of setting made pictures beside held-out ones is that of Meehan, Chaudhuri, Dasgupta: "A
Non-Parametric Test to Detect Data-Copying in Generative Models", AISTATS 2020.

How near is too near is not guessed: the threshold is a quantile of the distances of
held-out pictures, found in the same way (Vovk, Gammerman, Shafer: "Algorithmic Learning
in a Random World", 2005, conformal prediction): of n held-out distances the k-th
smallest is undercut by another new picture with probability k / (n + 1).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from haiga.core.nouns import Picture
from haiga.features.hashes import thumbnails
from haiga.features.picture_views import mirrored, placed_thumbnails
from haiga.features.whitening import Whitener
from haiga.inspection.metrics.bootstrap import Measure, measured_share, undercut_limit

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]

FALSE_ALARMS = 0.01
"""Share of real new pictures that may be called copies, where there are enough to tell."""

LEAST = 1e-3
"""The smallest distance of one view: identical ones do not outweigh the other views."""

VIEWS = ("layout", "early", "late")


class Embedding(Protocol):
    """What an eye says of N pictures: `early` (N, E) and `late` (N, L) float32."""

    @property
    def early(self) -> Floats: ...

    @property
    def late(self) -> Floats: ...


class Eye(Protocol):
    """Turns pictures into numbers, each by itself."""

    def embed(self, pictures: Sequence[Picture]) -> Embedding: ...


@dataclass(frozen=True)
class Sight:
    """Pictures as the eye sees them, as they are and mirrored: early and late (2, N, D)."""

    early: Floats
    late: Floats

    def __len__(self) -> int:
        return int(self.late.shape[1])

    @classmethod
    def of(cls, eye: Eye, pictures: Sequence[Picture]) -> Sight:
        """Looks at every picture twice."""
        plain, turned = eye.embed(pictures), eye.embed(mirrored(pictures))
        return cls(
            np.stack([plain.early, turned.early]).astype(np.float32),
            np.stack([plain.late, turned.late]).astype(np.float32),
        )


@dataclass(frozen=True)
class CopyReport:
    """What was found of M made pictures.

    `nearest` (M,) is the training picture each is nearest to, `distances` (M,) how near, 1
    being usual for real new pictures; `copies` (M,) whether that is nearer than `threshold`,
    under which `false_alarms` of real new pictures come too: so many are expected, at most
    `false_alarms_high` with 95 % confidence. `share` is the copies' share with its exact
    interval.
    """

    nearest: Numbers
    distances: Floats
    copies: npt.NDArray[np.bool_]
    share: Measure
    threshold: float
    false_alarms: float
    false_alarms_high: float

    @property
    def copied(self) -> bool:
        """Whether more are copies than chance would make of real new pictures."""
        return self.share.low is not None and self.share.low > self.false_alarms_high

    def suspects(self, count: int) -> list[int]:
        """The made pictures nearest to a training picture, the nearest first."""
        return [int(i) for i in np.argsort(self.distances, kind="stable")[:count]]


_Views = tuple[Floats, Floats, Floats]
"""Cosine distances (M, N) of made from training pictures: by layout, early, late."""


class CopyCheck:
    """Finds copies of training pictures among made ones; `CopyCheck.calibrate` makes one."""

    def __init__(self, eye: Eye, train: Sequence[Picture], sight: Embedding) -> None:
        self._eye = eye
        placed = placed_thumbnails(train)  # (P, N, 768), the first as it is
        plain = (placed[0].astype(np.float32), sight.early, sight.late)
        self._whiteners = tuple(Whitener.of(np.asarray(view, np.float32)) for view in plain)
        layout, early, late = self._whiteners
        self._layouts = [layout(one.astype(np.float32)) for one in placed]  # each (N, R)
        self._early, self._late = early(sight.early), late(sight.late)
        self._usual = np.ones(len(VIEWS), np.float32)
        self._usual_ways, self._usual_nearest = np.ones(2, np.float32), 1.0
        self.threshold = 0.0
        self.false_alarms = self.false_alarms_high = 0.0
        self.held_distances = np.zeros(0, np.float32)

    @classmethod
    def calibrate(
        cls,
        eye: Eye,
        train: Sequence[Picture],
        held: Sequence[Picture],
        *,
        false_alarms: float = FALSE_ALARMS,
        sight: Embedding | None = None,
        held_sight: Sight | None = None,
    ) -> CopyCheck:
        """A check whose threshold is set by held-out pictures.

        Where they are too few for the rate of `false_alarms`, the threshold is the nearest of
        them, and the check's `false_alarms` says the rate it really has. `sight` and
        `held_sight` save looking again. Raises ValueError without two training pictures and
        one held-out one.
        """
        if len(train) < 2 or len(held) < 1:
            raise ValueError("a copy check needs two training pictures and a held-out one")
        check = cls(eye, train, sight or eye.embed(train))
        seen = held_sight or Sight.of(eye, held)
        views = check._views(held, seen)
        check._learn_what_is_usual(views)
        distances, _ = check._nearest(views)
        check.held_distances = np.sort(distances)
        rank = max(1, math.floor(false_alarms * (len(distances) + 1)))
        check.threshold = float(check.held_distances[rank - 1])
        check.false_alarms = rank / (len(distances) + 1)
        check.false_alarms_high = undercut_limit(rank, len(distances))
        return check

    def judge(self, made: Sequence[Picture], *, sight: Sight | None = None) -> CopyReport:
        """The nearest training picture of each made one, and which are copies."""
        distances, nearest = self._nearest(self._views(made, sight or Sight.of(self._eye, made)))
        copies = distances < self.threshold
        return CopyReport(
            nearest,
            distances,
            copies,
            measured_share(int(copies.sum()), len(copies)),
            self.threshold,
            self.false_alarms,
            self.false_alarms_high,
        )

    def _learn_what_is_usual(self, views: list[_Views]) -> None:
        """Sets by held-out pictures what the distances of each view and way are divided by."""
        nearest = [np.minimum(*(turned[v].min(1) for turned in views)) for v in range(len(VIEWS))]
        self._usual = np.maximum([np.median(view) for view in nearest], LEAST).astype(np.float32)
        ways, _ = self._ways(views)
        self._usual_ways = np.median(ways, axis=1)
        self._usual_nearest = float(np.median(self._nearest(views)[0]))

    def _nearest(self, views: list[_Views]) -> tuple[Floats, Numbers]:
        """(M,) the smallest distance of each picture, and (M,) from which training picture."""
        ways, places = self._ways(views)
        relative = ways / self._usual_ways[:, None]
        way = relative.argmin(0)
        columns = np.arange(len(way))
        return relative[way, columns] / self._usual_nearest, places[way, columns]

    def _ways(self, views: list[_Views]) -> tuple[Floats, Numbers]:
        """The nearest training picture by layout alone and by all views: (2, M) how near, which."""
        count = len(views[0][0])
        best = np.full((2, count), np.inf, np.float32)
        place = np.zeros((2, count), np.int64)
        for turned in views:
            logs = [
                np.log(np.maximum(distances / usual, LEAST))
                for distances, usual in zip(turned, self._usual, strict=True)
            ]
            for way, total in enumerate((logs[0], sum(logs[1:], logs[0]) / len(VIEWS))):
                here = total.argmin(1)
                least = np.exp(total[np.arange(count), here])
                nearer = least < best[way]
                best[way, nearer], place[way, nearer] = least[nearer], here[nearer]
        return best, place

    def _views(self, pictures: Sequence[Picture], sight: Sight) -> list[_Views]:
        """The distances of pictures as they are, and of them mirrored."""
        return [
            self._distances(pictures, sight, 0),
            self._distances(mirrored(pictures), sight, 1),
        ]

    def _distances(self, pictures: Sequence[Picture], sight: Sight, turned: int) -> _Views:
        layout, early, late = self._whiteners
        own = layout(thumbnails(pictures))
        like = own @ self._layouts[0].T
        for others in self._layouts[1:]:
            np.maximum(like, own @ others.T, out=like)
        return (
            1 - like,
            1 - early(sight.early[turned]) @ self._early.T,
            1 - late(sight.late[turned]) @ self._late.T,
        )
