"""The report on a classifier: how often it is right, how sure it is, and what it is wrong about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from haiga.core.nouns import Label, Picture
from haiga.inspection.metrics.bootstrap import Measure, measured_mean, measured_share
from haiga.inspection.metrics.calibration import Bin, expected_calibration_error, reliability
from haiga.inspection.poet_report import plain

REJECTS = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
MOST_SHOWN = 18
"""Mistakes and false alarms that are shown."""


@dataclass(frozen=True)
class Asked:
    """A picture by its key, the class it is of ("" of none that is known), and what was told."""

    key: str
    wanted: str
    label: Label
    likeliest: str

    @property
    def probability(self) -> float:
        """How sure the likeliest class is."""
        return max(self.label.probabilities)

    @property
    def right(self) -> bool:
        """Whether the likeliest class is the right one, whatever is said of neither."""
        return self.likeliest == self.wanted


@dataclass(frozen=True, eq=False)
class Why:
    """One that was told wrongly, and why in words and pictures."""

    asked: Asked
    words: str
    picture: Picture = field(repr=False)
    evidence: Picture = field(repr=False)


@dataclass(frozen=True)
class NeitherPoint:
    """When `reject` is the limit: the shares of seen and of unseen pictures that are below it."""

    reject: float
    seen: Measure
    unseen: Measure


@dataclass(frozen=True, eq=False)
class ClassifierReport:
    """Everything measured of one classifier.

    `known` are pictures of its classes that it was never trained on, `unseen` pictures of
    other things. `trained` says how many of the given pictures it was trained on, or that are
    near duplicates of such: none of them is in any figure. `left_out` names pictures that were
    not asked about, with the reason. `classes_left_out` is the curve that training measured by
    leaving one class out at a time. `digest` tells the model from every other.
    """

    model: str
    title: str
    about: Mapping[str, str]
    classes: tuple[str, ...]
    reject: float
    known: tuple[Asked, ...]
    unseen: tuple[Asked, ...] = ()
    mistakes: tuple[Why, ...] = ()
    alarms: tuple[Why, ...] = ()
    trained: int = 0
    left_out: tuple[tuple[str, str], ...] = ()
    classes_left_out: tuple[tuple[float, float], ...] = ()
    notes: tuple[str, ...] = ()
    digest: str = ""

    @property
    def accuracy(self) -> Measure:
        """The share whose likeliest class is right."""
        return measured_share(sum(one.right for one in self.known), len(self.known))

    @property
    def balanced(self) -> Measure:
        """The same with every class counting alike, without an interval."""
        shares = [share.value for share, _ in self.by_class.values()]
        return Measure(measured_mean(shares, rounds=0).value)

    @property
    def by_class(self) -> dict[str, tuple[Measure, int]]:
        """Each class that was asked about: the share that is right, and how many there are."""
        out = {}
        for name in self.classes:
            own = [one for one in self.known if one.wanted == name]
            if own:
                out[name] = measured_share(sum(one.right for one in own), len(own)), len(own)
        return out

    @property
    def rejected(self) -> Measure:
        """The share of pictures of its classes that it calls none of them."""
        count = sum(one.label.name is None for one in self.known)
        return measured_share(count, len(self.known))

    @property
    def told_right(self) -> Measure:
        """Of those that it puts into a class, the share that is right."""
        told = [one for one in self.known if one.label.name is not None]
        return measured_share(sum(one.right for one in told), len(told))

    @property
    def caught(self) -> Measure:
        """The share of pictures of other things that it calls none of its classes."""
        count = sum(one.label.name is None for one in self.unseen)
        return measured_share(count, len(self.unseen))

    @property
    def bins(self) -> tuple[Bin, ...]:
        """How sure it is beside how often it is right."""
        return reliability([o.probability for o in self.known], [o.right for o in self.known])

    @property
    def calibration_error(self) -> float:
        """The expected calibration error."""
        return expected_calibration_error(
            [o.probability for o in self.known], [o.right for o in self.known]
        )

    @property
    def confusion(self) -> list[list[int]]:
        """Rows are what a picture is, columns what it is called, the last one is neither."""
        place = {name: i for i, name in enumerate(self.classes)}
        table = [[0] * (len(self.classes) + 1) for _ in self.classes]
        for one in self.known:
            told = len(self.classes) if one.label.name is None else place[one.label.name]
            table[place[one.wanted]][told] += 1
        return table

    @property
    def neither(self) -> tuple[NeitherPoint, ...]:
        """The curve of neither; empty unless there are pictures of both."""
        if not self.known or not self.unseen:
            return ()
        seen = np.array([one.label.known for one in self.known])
        unseen = np.array([one.label.known for one in self.unseen])
        return tuple(
            NeitherPoint(
                r,
                measured_share(int((seen < r).sum()), len(seen)),
                measured_share(int((unseen < r).sum()), len(unseen)),
            )
            for r in sorted({*REJECTS, self.reject})
        )

    def as_json(self) -> dict[str, Any]:
        """The report as plain JSON values, without the pictures."""
        value = {
            "model": self.model,
            "kind": "classifier",
            "title": self.title,
            "about": self.about,
            "classes": self.classes,
            "reject": self.reject,
            "pictures": len(self.known),
            "trained_on_and_left_out": self.trained,
            "accuracy": self.accuracy,
            "balanced_accuracy": self.balanced.value,
            "by_class": {n: {"right": m, "pictures": c} for n, (m, c) in self.by_class.items()},
            "rejected": self.rejected,
            "right_of_those_told": self.told_right,
            "calibration_error": self.calibration_error,
            "reliability": self.bins,
            "confusion": self.confusion,
            "unseen": len(self.unseen),
            "caught": self.caught,
            "neither": self.neither,
            "classes_left_out": self.classes_left_out,
            "mistakes": [_plain(one) for one in self.mistakes],
            "false_alarms": [_plain(one) for one in self.alarms],
            "left_out": self.left_out,
            "notes": self.notes,
            "digest": self.digest,
        }
        out = plain(value)
        assert isinstance(out, dict)
        return out


def worst_mistakes(known: Sequence[Asked], most: int = MOST_SHOWN) -> list[Asked]:
    """Pictures that are told to be of a wrong class, the surest first."""
    wrong = [one for one in known if one.label.name is not None and not one.right]
    return sorted(wrong, key=lambda one: -one.probability)[:most]


def worst_alarms(unseen: Sequence[Asked], most: int = MOST_SHOWN) -> list[Asked]:
    """Pictures of other things that are told to be of a class, the surest first."""
    false = [one for one in unseen if one.label.name is not None]
    return sorted(false, key=lambda one: -one.probability * one.label.known)[:most]


def _plain(why: Why) -> dict[str, Any]:
    return {
        "picture": why.asked.key,
        "is": why.asked.wanted or None,
        "called": why.asked.likeliest,
        "probability": why.asked.probability,
        "known": why.asked.label.known,
        "why": why.words,
    }
