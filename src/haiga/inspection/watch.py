"""Watches a generator learn: how near to real its pictures are, and whether they are copies.

Made once over the pictures that a model is trained on and those held out; then every
`look` measures a set of made pictures. The rules at the end choose what is kept: the
look with the smallest held-out KID before copying began. Never the smallest distance
from the training pictures, which a copy has.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from haiga.core.nouns import Picture
from haiga.inspection.metrics.bootstrap import Floats, Measure, measured_mean
from haiga.inspection.metrics.fid import fid
from haiga.inspection.metrics.kid import kid
from haiga.inspection.metrics.prdc import (
    NEIGHBOURS_OF_COVERAGE,
    density_coverage,
    precision_recall,
    squared_distances,
)
from haiga.inspection.metrics.spread import Spread, spread
from haiga.inspection.picture_copies import FALSE_ALARMS, CopyCheck, CopyReport, Eye, Sight

MOST_TRAIN = 2000
"""Training pictures that KID is measured against; drawn once, by the seed."""

STRONGLY = 0.1
"""A share of copies that needs no second look: surely more than so many."""


@dataclass(frozen=True)
class Look:
    """What was measured of one set of made pictures.

    `kid` is against held-out pictures (the honest one), `kid_train` against training ones;
    `fid` is None unless it was asked for. `copy_share` is the share of copies and
    `copy_distance` the median distance from the nearest training picture by the copy check, 1
    being usual for real new pictures; `nearer_than_new` is the chance that a made picture lies
    nearer to the training pictures than a real new one, 0.5 for a model that remembers nothing
    and shows all it saw. `near_train` and `near_held` are the median distances of a made
    picture from the nearest training and held-out one, in the eye's late features;
    `usual_near_train` is that of the held-out pictures from the training ones. Precision,
    recall, density and coverage are against held-out pictures, spread against as many training
    ones: they are more, and variety is nothing to be copied. `copies` has the evidence.
    """

    samples: int
    kid: Measure
    kid_train: Measure
    fid: Measure | None
    copy_share: Measure
    copies_found: int
    copy_distance: float
    near_train: float
    near_held: float
    usual_near_train: float
    nearer_than_new: Measure
    precision: Measure
    recall: Measure
    density: Measure
    coverage: Measure
    spread: Spread
    copies: CopyReport = field(repr=False, compare=False)

    @property
    def copied(self) -> bool:
        """Whether more are copies than chance would make of real new pictures."""
        return self.copies.copied

    def as_row(self) -> dict[str, float]:
        """The figures by name, as plain numbers, for a table; NaN where there is none."""
        row: dict[str, float] = {"samples": self.samples}
        for name in (
            "kid", "kid_train", "fid", "copy_share", "nearer_than_new",
            "precision", "recall", "density", "coverage",
        ):  # fmt: skip
            measure = getattr(self, name)
            row[name] = measure.value if measure else math.nan
            if name in ("kid", "copy_share"):
                row[f"{name}_low"] = math.nan if measure.low is None else measure.low
                row[f"{name}_high"] = math.nan if measure.high is None else measure.high
        row["false_alarms"] = self.copies.false_alarms
        row[_CHANCE] = self.copies.false_alarms_high
        row["copies"] = self.copies_found
        row["copy_distance"] = self.copy_distance
        row["near_train"] = self.near_train
        row["near_held"] = self.near_held
        row["usual_near_train"] = self.usual_near_train
        row["vendi"] = self.spread.vendi.value
        row["vendi_real"] = self.spread.vendi_real
        row["spread_ratio"] = self.spread.ratio
        return row


Looks = Sequence[Look | Mapping[str, Any]]
_CHANCE = "false_alarms_high"


class Watch:
    """Measures made pictures against the training and the held-out ones, seen once."""

    def __init__(
        self,
        eye: Eye,
        train: Sequence[Picture] | npt.NDArray[np.uint8],
        held: Sequence[Picture] | npt.NDArray[np.uint8],
        *,
        seed: int = 0,
        false_alarms: float = FALSE_ALARMS,
    ) -> None:
        """Looks at every picture once; raises ValueError for fewer than two of either kind.

        `train` and `held` are pictures (S, S, 3) uint8 or one array of them; best in the size
        that the model makes, since a sharper picture is another one to the eye.
        """
        if len(train) < 2 or len(held) < 2:
            raise ValueError("a watch needs two training pictures and two held-out ones")
        self._eye, self._seed = eye, seed
        known, unknown = list(train), list(held)
        seen = eye.embed(known)
        held_sight = Sight.of(eye, unknown)
        self.check = CopyCheck.calibrate(
            eye, known, unknown, false_alarms=false_alarms, sight=seen, held_sight=held_sight
        )
        late, held_late = (np.asarray(f, np.float64) for f in (seen.late, held_sight.late[0]))
        # The cubic kernel needs features of size 1; one number for all, from the held-out ones.
        self._scale = float(np.sqrt((held_late**2).mean())) or 1.0
        self._train, self._held = late / self._scale, held_late / self._scale
        self._usual_near_train = _median_nearest(self._held, self._train)
        chosen = np.random.default_rng(seed).permutation(len(late))[:MOST_TRAIN]
        self._train_drawn = self._train[np.sort(chosen)]

    @property
    def floor(self) -> Measure:
        """KID of held-out pictures from training ones: what a perfect model would have."""
        return kid(self._held, self._train_drawn, seed=self._seed)

    def look(
        self, made: Sequence[Picture] | npt.NDArray[np.uint8], *, with_fid: bool = False
    ) -> Look:
        """Measures made pictures; raises ValueError for fewer than two."""
        pictures = list(made)
        sight = Sight.of(self._eye, pictures)
        copies = self.check.judge(pictures, sight=sight)
        late = np.asarray(sight.late[0], np.float64) / self._scale
        precision = recall = density = coverage = Measure(
            math.nan, note=f"needs more than {NEIGHBOURS_OF_COVERAGE} pictures of each kind"
        )
        if min(len(self._held), len(late)) > NEIGHBOURS_OF_COVERAGE:
            fidelity = precision_recall(self._held, late)
            variety = density_coverage(self._held, late, seed=self._seed)
            precision, recall = fidelity.precision, fidelity.recall
            density, coverage = variety.density, variety.coverage
        return Look(
            samples=len(late),
            kid=kid(self._held, late, seed=self._seed),
            kid_train=kid(self._train_drawn, late, rounds=0, seed=self._seed),
            fid=fid(self._held, late, seed=self._seed) if with_fid else None,
            copy_share=copies.share,
            copies_found=int(copies.copies.sum()),
            copy_distance=float(np.median(copies.distances)),
            near_train=_median_nearest(late, self._train),
            near_held=_median_nearest(late, self._held),
            usual_near_train=self._usual_near_train,
            nearer_than_new=_nearer_than(copies.distances, self.check.held_distances),
            precision=precision,
            recall=recall,
            density=density,
            coverage=coverage,
            spread=spread(self._train_drawn, late, rounds=0, seed=self._seed),
            copies=copies,
        )


def copying_started(looks: Looks) -> bool:
    """Whether a model copies: found in two looks in a row, or once so that none is needed.

    `looks` are in their order, as they are or as rows of numbers (`Look.as_row`).
    """
    return _first_copying(_rows(looks)) is not None


def best_before_copying(looks: Looks) -> int | None:
    """The look with the smallest held-out KID before copying began; None where there is none.

    A look at which copies were found does not count even where the next had none.
    """
    rows = _rows(looks)
    end = _first_copying(rows)
    clean = [
        i
        for i, row in enumerate(rows[:end])
        if not row_copied(row) and math.isfinite(row.get("kid", math.nan))
    ]
    return min(clean, key=lambda i: float(rows[i]["kid"]), default=None)


def row_copied(row: Mapping[str, Any]) -> bool:
    """Whether more were copies at a look than chance would make of real new pictures."""
    low, chance = (float(row.get(name, math.nan)) for name in ("copy_share_low", _CHANCE))
    return low > chance  # no number is not more than anything


def row_copied_strongly(row: Mapping[str, Any]) -> bool:
    """Whether so many were copies that one look is enough."""
    return row_copied(row) and float(row["copy_share_low"]) > STRONGLY


def _rows(looks: Looks) -> list[Mapping[str, Any]]:
    return [look.as_row() if isinstance(look, Look) else look for look in looks]


def _first_copying(rows: Sequence[Mapping[str, Any]]) -> int | None:
    for i, row in enumerate(rows):
        again = i + 1 < len(rows) and row_copied(rows[i + 1])
        if row_copied_strongly(row) or (row_copied(row) and again):
            return i
    return None


def _median_nearest(pictures: Floats, others: Floats) -> float:
    return float(np.median(np.sqrt(squared_distances(pictures, others).min(1))))


def _nearer_than(distances: npt.NDArray[np.float32], held: npt.NDArray[np.float32]) -> Measure:
    """How often a made picture's distance is smaller than a held-out one's; ties count half.

    The statistic of Mann and Whitney that Meehan et al. (2020) test for copying; `held` is
    sorted.
    """
    below = len(held) - np.searchsorted(held, distances, side="right")
    from_below = len(held) - np.searchsorted(held, distances, side="left")
    return measured_mean((below + from_below) / (2 * len(held)))
