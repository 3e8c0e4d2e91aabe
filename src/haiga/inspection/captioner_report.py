"""The report on a captioner: how near to what people say, how varied, and whether sure is true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

import numpy as np

from haiga.core.nouns import Picture
from haiga.inspection.captioning import CaptionFigures
from haiga.inspection.metrics.bootstrap import Measure, measured_mean, measured_share
from haiga.inspection.poet_report import plain

CAPTIONER, NEAREST, COMMONEST = "captioner", "nearest picture's", "commonest"
"""The three ways that are measured: the model's own, and two that need none."""
SHOWN = 12
"""Pictures of each strip: the best, the typical, the worst."""
GROUPS = 5
ONE_FOR_ALL = 1 / 3
"""One caption for so large a share of different pictures is a captioner that has stopped seeing."""


@dataclass(frozen=True)
class Said:
    """A picture by its key, what was said of it, and what people said.

    `cider` is its CIDEr-D in [0, 10], `score` the mean log-probability of a word, `true`
    whether every word that says what is there is told of it, too.
    """

    key: str
    family: str
    text: str
    references: tuple[str, ...]
    cider: float
    score: float
    sure: bool
    true: bool


@dataclass(frozen=True, eq=False)
class Example:
    """What was said of a picture, beside the picture."""

    said: Said
    picture: Picture = field(repr=False)


@dataclass(frozen=True)
class Group:
    """Captions of like score: how many, from which score to which, how many of them are true."""

    count: int
    high: float
    low: float
    true: Measure
    cider: float


@dataclass(frozen=True, eq=False)
class CaptionerReport:
    """Everything measured of one captioner, on pictures that it never saw.

    `figures` are those of each way over all pictures, `families` over each family's.
    `milliseconds` a picture takes, alone; `notes` must be known to read the figures. `digest`
    tells the model from every other, and is empty where it is no file.
    """

    model: str
    title: str
    about: Mapping[str, str]
    figures: Mapping[str, CaptionFigures]
    families: Mapping[str, Mapping[str, CaptionFigures]]
    said: tuple[Said, ...]
    milliseconds: float
    best: tuple[Example, ...] = ()
    typical: tuple[Example, ...] = ()
    worst: tuple[Example, ...] = ()
    notes: tuple[str, ...] = ()
    digest: str = ""

    @property
    def sure(self) -> Measure:
        """The share of captions that it is sure of."""
        return measured_share(sum(one.sure for one in self.said), len(self.said))

    @property
    def true(self) -> Measure:
        """The share of all captions that is true."""
        return measured_share(sum(one.true for one in self.said), len(self.said))

    @property
    def true_where_sure(self) -> Measure:
        """The share of those that it is sure of that is true; NaN where it is sure of none."""
        sure = [one for one in self.said if one.sure]
        return measured_share(sum(one.true for one in sure), len(sure))

    @property
    def commonest(self) -> list[tuple[str, int, int]]:
        """The captions said most often: how often, and of how many pictures people say the same."""
        counts = Counter(one.text for one in self.said)
        told = Counter(text for one in self.said for text in set(one.references))
        order = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        return [(text, count, told[text]) for text, count in order[:SHOWN]]

    @property
    def one_for_all(self) -> tuple[str, int] | None:
        """The caption that it gives to so many pictures that it cannot be looking; None of none."""
        text, count, told = self.commonest[0]
        return (text, count) if count - told > ONE_FOR_ALL * len(self.said) else None

    @property
    def groups(self) -> tuple[Group, ...]:
        """The captions in five groups of like score, the surest first; none of one that has none.

        Equal scores stay together.
        """
        order = _by_score(self.said)
        scores = [one.score for one in order]
        places = {_end(scores, round(i * len(order) / GROUPS)) for i in range(1, GROUPS + 1)}
        ends = sorted(places - {0})
        if len(ends) < 2:
            return ()
        return tuple(_group(order[start:end]) for start, end in zip([0, *ends], ends, strict=False))

    def curve(self, family: str | None = None) -> list[tuple[float, float]]:
        """When only the surest share of its captions counts: (that share, the share that is true).

        Of one family, or of all; empty of a few, and where all scores are the same.
        """
        order = _by_score([one for one in self.said if family in (None, one.family)])
        scores = [one.score for one in order]
        if len(order) < SHOWN or len(set(scores)) < 2:
            return []
        true = np.cumsum([one.true for one in order]) / np.arange(1, len(order) + 1)
        least = min(5, len(order))  # of fewer a share says nothing
        places = {max(least, round(i * len(order) / 20)) for i in range(1, 21)}
        return [
            (end / len(order), float(true[end - 1]))
            for end in sorted({_end(scores, place) for place in places})
        ]

    def as_json(self) -> dict[str, Any]:
        """The report as plain JSON values, without the pictures."""
        value = {
            "model": self.model,
            "kind": "captioner",
            "title": self.title,
            "about": self.about,
            "pictures": len(self.said),
            "figures": self.figures,
            "families": self.families,
            "sure_share": self.sure,
            "true": self.true,
            "true_where_sure": self.true_where_sure,
            "by_score": self.groups,
            "sure_curve": self.curve(),
            "commonest": [
                {"caption": text, "said": count, "told": told}
                for text, count, told in self.commonest
            ],
            "captions": self.said,
            "milliseconds_a_picture": self.milliseconds,
            "notes": self.notes,
            "digest": self.digest,
        }
        out = plain(value)
        assert isinstance(out, dict)
        return out


def best_of(said: Sequence[Said], most: int = SHOWN) -> list[Said]:
    """The captions nearest to what people said, of every family in turn, no caption twice."""
    return _in_turn(said, lambda one, _: (-one.cider, -one.score), most)


def worst_of(said: Sequence[Said], most: int = SHOWN) -> list[Said]:
    """The captions furthest from what people said, of equal ones the surest first."""
    return _in_turn(said, lambda one, _: (one.cider, -one.score), most)


def typical_of(said: Sequence[Said], most: int = SHOWN) -> list[Said]:
    """The captions nearest to the middle of their family's."""
    return _in_turn(said, lambda one, middle: (abs(one.cider - middle), -one.score), most)


def _in_turn(said: Sequence[Said], rank: Any, most: int) -> list[Said]:
    """The first of every family, then the second, and so on; repeated captions come last."""
    lanes = []
    for own in _families(said):
        middle = float(np.median([one.cider for one in own]))
        order = sorted(own, key=lambda one: (*rank(one, middle), one.key))
        first, again, known = list[Said](), list[Said](), set[str]()
        for one in order:
            (again if one.text in known else first).append(one)
            known.add(one.text)
        lanes.append([*first, *again])
    turns = [one for turn in zip_longest(*lanes) for one in turn if one is not None]
    return turns[:most]


def _families(said: Sequence[Said]) -> list[list[Said]]:
    """The captions family by family; of a few pictures none is shown where there are others."""
    families: dict[str, list[Said]] = {}
    for one in said:
        families.setdefault(one.family, []).append(one)
    large = [own for _, own in sorted(families.items()) if len(own) >= SHOWN]
    return large or [own for _, own in sorted(families.items())]


def _by_score(said: Sequence[Said]) -> list[Said]:
    return sorted(said, key=lambda one: (-one.score, one.key))


def _end(scores: Sequence[float], place: int) -> int:
    """The place, moved on until the score before it is no longer that behind it."""
    while 0 < place < len(scores) and scores[place] == scores[place - 1]:
        place += 1
    return place


def _group(said: Sequence[Said]) -> Group:
    return Group(
        count=len(said),
        high=said[0].score,
        low=said[-1].score,
        true=measured_share(sum(one.true for one in said), len(said)),
        cider=measured_mean([one.cider for one in said], rounds=0).value,
    )
