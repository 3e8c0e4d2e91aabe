"""`learned.v1`: what a person would keep, learned from what they kept and dropped so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from haiga.core.collecting import Seen
from haiga.core.errors import UserError
from haiga.core.nouns import Verdict
from haiga.roles.curators.scoring import check_setting

Doubles = npt.NDArray[np.float64]

LEAST = 8
"""Keeps and drops, each, below which nothing is learned."""
FOLDS = 5
PENALTIES = (1.0, 10.0, 100.0, 1_000.0)
"""Strengths of the L2 penalty tried; the one with the best held-out likelihood is taken."""


@dataclass(frozen=True)
class Lesson:
    """What was learned of so many keeps and drops, and how well it told held-out ones.

    `right` is the share told rightly in cross-validation, `low` and `high` its 95 % interval
    (Wilson: "Probable Inference", JASA 22, 1927); `commonest` is what always guessing the more
    frequent fate gets right. `keep` (N,) is the probability that each picture is one to keep.
    """

    kept: int
    dropped: int
    right: float
    low: float
    high: float
    commonest: float
    keep: Doubles


class LearnedCurator:
    """Proposes fates for undecided pictures by a person's own keeps and drops.

    A logistic regression on the eye's late and early view and the colours, each standardised
    by the collection, with an L2 penalty. Its probabilities are calibrated on held-out folds
    (Platt: "Probabilistic Outputs for Support Vector Machines", 1999). Pictures are proposed
    to be dropped where they are kept with a probability under `least` (0 to 1). Near
    duplicates among the decided make the cross-validation look better than it is.
    """

    alone = False

    def __init__(self, *, least: float = 0.5) -> None:
        check_setting("learned.v1", "least", least, 0, 1)
        self._least = least

    @property
    def models(self) -> Mapping[str, str]:
        """None: what is learned is learned anew each time."""
        return {}

    def lesson(self, seen: Sequence[Seen]) -> Lesson:
        """What the decisions teach; UserError where there are too few of either kind."""
        fates = np.array([_fate(one) for one in seen], int)
        kept, dropped = int((fates == 1).sum()), int((fates == 0).sum())
        if min(kept, dropped) < LEAST:
            raise UserError(
                f"to learn what you keep takes at least {LEAST} pictures that you kept and "
                f"{LEAST} that you dropped; there are {kept} and {dropped}: decide on some more"
            )
        told = np.flatnonzero(fates >= 0)
        features = _features(seen)
        inner = features[told]
        # the penalty is blind to turns: in the span of the decided, there are fewer numbers
        _, _, turns = np.linalg.svd(inner - inner.mean(0), full_matrices=False)
        points = features @ turns.T
        wanted = fates[told].astype(np.float64)
        best, held = min(
            ((penalty, _held_out(points[told], wanted, penalty)) for penalty in PENALTIES),
            key=lambda tried: _loss(_Calibration(tried[1], wanted)(tried[1]), wanted),
        )
        calibrate = _Calibration(held, wanted)
        weights = _fitted(points[told], wanted, best)
        hits = int(((calibrate(held) >= 0.5) == (wanted > 0.5)).sum())
        low, high = _wilson(hits, len(wanted))
        return Lesson(
            kept, dropped, hits / len(wanted), low, high,
            max(kept, dropped) / len(wanted), calibrate(_logits(points, weights)),
        )  # fmt: skip

    def judge(self, seen: Sequence[Seen]) -> list[Verdict]:
        """What each is likely to be; what a person has decided stays as they decided."""
        try:
            lesson = self.lesson(seen)
        except UserError:
            fates = [_fate(one) for one in seen]
            reason = (
                f"is not judged: {LEAST} keeps and {LEAST} drops of your own teach what you "
                f"like, and there are {fates.count(1)} and {fates.count(0)}"
            )
            return [Verdict("learned.v1", True, 0.5, reason)] * len(seen)
        return [
            self._judge(_fate(one), float(keep), lesson)
            for one, keep in zip(seen, lesson.keep, strict=True)
        ]

    def _judge(self, fate: int, keep: float, lesson: Lesson) -> Verdict:
        if fate >= 0:
            word = "kept" if fate else "dropped"
            return Verdict("learned.v1", bool(fate), float(fate), f"was {word} by a person")
        what, sure = ("keep", keep) if keep >= 0.5 else ("drop", 1 - keep)
        reason = (
            f"looks like what you {what}: {sure:.0%} sure, by {lesson.kept} keeps and "
            f"{lesson.dropped} drops, of which {lesson.right:.0%} are told rightly unseen"
        )
        return Verdict("learned.v1", keep >= self._least, float(np.clip(keep, 0, 1)), reason)


def _fate(one: Seen) -> int:
    """1 for kept, 0 for dropped, -1 where no person has decided."""
    if one.item.decided_by != "person" or one.item.fate == "undecided":
        return -1
    return int(one.item.fate == "kept")


def _features(seen: Sequence[Seen]) -> Doubles:
    """Late, early and colours, each number standardised, each part of equal weight: (N, 688)."""
    parts = []
    for part in (
        np.stack([one.looks.late[0] for one in seen]),
        np.stack([one.looks.early[0] for one in seen]),
        np.sqrt(np.stack([one.looks.colours for one in seen]).astype(np.float64)),
    ):
        values = part.astype(np.float64)
        values = (values - values.mean(0)) / np.maximum(values.std(0), 1e-4)
        parts.append(values * np.sqrt(100 / values.shape[1]))
    return np.concatenate(parts, axis=1)


def _fitted(points: Doubles, wanted: Doubles, penalty: float) -> Doubles:
    """Weights and, last, the free term of the logistic regression, by Newton's steps."""
    data = np.concatenate([points, np.ones((len(points), 1))], axis=1)
    ridge = np.full(data.shape[1], penalty)
    ridge[-1] = 1e-3
    weights = np.zeros(data.shape[1])
    for _ in range(30):
        chance = _logistic(data @ weights)
        slope = data.T @ (chance - wanted) + ridge * weights
        spread = np.maximum(chance * (1 - chance), 1e-6)
        step = np.linalg.solve((data.T * spread) @ data + np.diag(ridge), slope)
        step *= min(1.0, 5.0 / max(1e-12, float(np.abs(data @ step).max())))
        weights = weights - step
        if float(np.abs(step).max()) < 1e-7:
            break
    return weights


def _logits(points: Doubles, weights: Doubles) -> Doubles:
    return np.asarray(points @ weights[:-1] + weights[-1], np.float64)


def _held_out(points: Doubles, wanted: Doubles, penalty: float) -> Doubles:
    """The logit of each by what was learned of the other folds, which share out both fates."""
    order = np.random.default_rng(0).permutation(len(wanted))
    order = order[np.argsort(wanted[order], kind="stable")]
    fold = np.empty(len(wanted), int)
    fold[order] = np.arange(len(wanted)) % FOLDS
    held = np.empty(len(wanted))
    for number in range(FOLDS):
        out = fold == number
        held[out] = _logits(points[out], _fitted(points[~out], wanted[~out], penalty))
    return held


class _Calibration:
    """Held-out logits to probabilities: one slope and one free term, Platt's targets."""

    def __init__(self, held: Doubles, wanted: Doubles) -> None:
        ones = float(wanted.sum())
        zeros = len(wanted) - ones
        targets = np.where(wanted > 0.5, (ones + 1) / (ones + 2), 1 / (zeros + 2))
        self._scale = max(float(held.std()), 1e-6)
        slope, self._free = _fitted((held / self._scale)[:, None], targets, 0.1)
        self._slope = max(float(slope), 0.0)  # worse than chance is chance

    def __call__(self, logits: Doubles) -> Doubles:
        return _logistic(logits / self._scale * self._slope + self._free)


def _logistic(values: Doubles) -> Doubles:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -40, 40))), np.float64)


def _loss(chances: Doubles, wanted: Doubles) -> float:
    right = np.where(wanted > 0.5, chances, 1 - chances)
    return float(-np.log(np.maximum(right, 1e-9)).mean())


def _wilson(hits: int, count: int) -> tuple[float, float]:
    """The 95 % score interval of a share."""
    z, share = 1.959964, hits / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * np.sqrt(share * (1 - share) / count + z * z / (4 * count**2)) / (1 + z * z / count)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))
