"""Is a picture new, close to one that is there, or a copy of it; and by what it is seen.

A picture is set beside a reference, the pictures it might have been taken from. Three layers
of looks choose whom it may be like, the difference hash and the eye's early and late view,
each also mirrored, and each also of what a border leaves, or of the picture's middle. How it
lies on each of those is then found by its edges (`alignment`), and that decides about a
copy: looks alone are fooled by two apples on two white pages.

Neither limit is guessed. A sample of the reference's own pictures, each set beside all others
but those of its own work, tells how near real, independent pictures come. The limit of a copy
is the score that all but `FALSE_ALARMS` of those stay under (Vovk, Gammerman, Shafer:
"Algorithmic Learning in a Random World", 2005, conformal prediction: of n scores the k-th
largest is passed by another one with probability k / (n + 1)), and never less than
`LEAST_COPY` nor more than `MOST_COPY`; that of closeness is passed by `CLOSE_ALARMS` of them.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from haiga.core.collecting import Looks
from haiga.core.nouns import Picture
from haiga.core.roles import Embedder
from haiga.core.seeds import generator
from haiga.features.looks import looks_of
from haiga.inspection.alignment import Alignment, Sheet, align
from haiga.inspection.borders import placed_in, within_border
from haiga.inspection.metrics.bootstrap import undercut_limit
from haiga.inspection.originality_index import search_of
from haiga.inspection.originality_sameness import SAME_FILE, same_as
from haiga.inspection.originality_search import (
    LAYERS,
    Bools,
    Near,
    Numbers,
    groups_by_looks,
    nearest,
)

Judgement = Literal["new", "close", "copy"]

FALSE_ALARMS, CLOSE_ALARMS = 0.005, 0.05
"""Shares of real, independent pictures that may be called copies, or close, where enough tell."""

LEAST_COPY, LEAST_CLOSE = 0.65, 0.35
"""Scores under which nothing is called a copy, or close: small samples know too little."""

MOST_COPY = 0.90
"""The limit of a copy is at most this: the same picture cropped, mirrored or saved again agrees
to more, pictures of different works to 0.63 at most (`alignment`). Two of the reference that
agree to more are near duplicates, which say nothing of how near independent pictures come."""

SAMPLE = 400
"""Pictures of the reference at most that the limits are learned from."""

FEW = 100
"""With fewer pictures the limits are rough, and that is said."""

SHORTLIST = 40
"""Pictures at most whose alignment is tried."""

_TAKEN = {"hash": 4, "early": 10, "late": 14, "both": 10}
_MIDDLE = 0.84  # of the sides: what a border of 8 % leaves
_KEPT_SHEETS = 20_000  # in memory: 1 GB at most, usually half
SHOWN = 3
"""Neighbours of each layer that are kept as evidence."""


@dataclass(frozen=True)
class Named:
    """What evidence says of a picture of the reference: who made it, what it is called."""

    key: str
    title: str = ""
    maker: str = ""

    @property
    def told(self) -> str:
        """As a sentence names it."""
        title = f"“{self.title}”" if self.title else self.key
        return f"{title} by {self.maker}" if self.maker else title


class Reference:
    """The pictures that others are set beside: their names, their looks, and how to load one.

    `works` names the work of each ("" where it is not known): pictures of one work, and
    pictures that look the same, are one group, as are those of one name in `twins`, the near
    duplicates that are known; and a group is never its own evidence when the
    limits are learned. Raises ValueError for lists that do not match, or without a picture.
    """

    def __init__(
        self,
        named: Sequence[Named],
        looks: Sequence[Looks],
        load: Callable[[str], Picture],
        works: Sequence[str] | None = None,
        twins: Sequence[str] | None = None,
    ) -> None:
        given = [names for names in (works, twins) if names is not None]
        if any(len(one) != len(looks) for one in (named, *given)):
            raise ValueError("a reference needs as many looks and works as names")
        self.named, self.looks, self._load = list(named), list(looks), load
        self.search = search_of(looks)
        self.groups = groups_by_looks(looks, *given)
        self.places = {one.key: place for place, one in enumerate(named)}
        self._sheets: OrderedDict[int, Sheet] = OrderedDict()

    def __len__(self) -> int:
        return len(self.named)

    def picture(self, place: int) -> Picture:
        """The picture at a place, loaded."""
        return self._load(self.named[place].key)

    def sheet(self, place: int) -> Sheet:
        """The picture at a place, ready to be aligned; those used last stay in memory."""
        if place in self._sheets:
            self._sheets.move_to_end(place)
            return self._sheets[place]
        sheet = Sheet(self.picture(place))
        self._sheets[place] = sheet
        if len(self._sheets) > _KEPT_SHEETS:
            self._sheets.popitem(last=False)
        return sheet


@dataclass(frozen=True)
class Neighbour:
    """A picture of the reference beside a made one.

    `bits` of 64 hash bits that differ, `early` and `late` cosines of the whitened views in
    [-1, 1], each as it is or mirrored; `alignment` where it was tried.
    """

    place: int
    bits: int
    early: float
    late: float
    alignment: Alignment | None = None


@dataclass(frozen=True)
class Inspected:
    """What was found of one picture.

    `score` is the best alignment's, and 1 for the very same picture.
    `layers` holds the nearest of each layer, the nearest first ("hash", "early", "late",
    "aligned"); `nearest` is the evidence the judgement rests on.
    """

    judgement: Judgement
    score: float
    nearest: Neighbour
    layers: dict[str, tuple[Neighbour, ...]] = field(hash=False)
    evidence: str = ""


@dataclass(frozen=True)
class Limits:
    """Scores above which a picture is a copy, or close, and how far they can be trusted.

    `copy` and `close_score` are alignment scores, `close_likeness` the mean cosine of both
    views. `false_alarms` of real, independent pictures are called copies on average, at most
    `false_alarms_high` with 95 % confidence; `sample` of them were measured.
    """

    copy: float
    close_score: float
    close_likeness: float
    false_alarms: float
    false_alarms_high: float
    sample: int
    scores: tuple[float, ...] = ()
    leans: tuple[int, ...] = ()
    """The nearest picture of each one of the sample, by both views: places."""
    twins: int = 0
    """Pairs that lie on one another, near duplicates; they were left out of the scores."""

    @property
    def told(self) -> str:
        """One sentence: how often it is wrong about real pictures, and how sure that is."""
        if not self.sample:
            return "there are too few pictures to learn limits from: haiga's own are used"
        said = (
            f"of real pictures of other works about {100 * self.false_alarms:.2g} in 100 would be "
            f"called a copy, at most {100 * self.false_alarms_high:.2g} (95 % sure), by "
            f"{self.sample:,} measured"
        )
        return said + (": rough, with so few pictures" if self.sample < FEW else "")


class Originality:
    """Inspects pictures beside a reference; `calibrate` learns the limits first."""

    def __init__(self, reference: Reference, limits: Limits | None = None) -> None:
        self.reference = reference
        self.limits = limits or Limits(LEAST_COPY, LEAST_CLOSE, 0.9, 1.0, 1.0, 0)

    @classmethod
    def calibrate(
        cls,
        reference: Reference,
        eye: Embedder,
        *,
        sample: int = SAMPLE,
        seed: int = 0,
        tell: Callable[[int, int], None] = lambda i, n: None,
    ) -> Originality:
        """Learns the limits from `sample` pictures of the reference, each of another group.

        Reads those pictures and the ones they are most like. With fewer than three groups
        haiga's own limits stand, and `Limits.sample` is 0.
        """
        firsts = np.unique(reference.groups)
        if len(firsts) < 3:
            return cls(reference)
        twins: set[frozenset[int]] = set()
        drawn = generator(seed, "originality").permutation(firsts)[:sample]
        found = cls(reference)
        besides, likeness, leans = [], [], []
        for i, place in enumerate(drawn.tolist()):
            tell(i, len(drawn))
            picture, apart = reference.picture(place), reference.groups != reference.groups[place]
            near, beside = found._beside(picture, reference.looks[place], eye, apart)
            twin = [one.place for one in beside if _score(one) > MOST_COPY]
            twins |= {frozenset((place, other)) for other in twin}
            apart[twin] = False
            both = np.where(apart, near.both, -2)
            leans.append(int(both.argmax()))
            likeness.append(float(both.max()))
            besides.append({frozenset((place, one.place)): _score(one) for one in beside})
        # a pair may lie on one another less well the other way round: it is left out both ways
        scores = [
            max((score for pair, score in one.items() if pair not in twins), default=0.0)
            for one in besides
        ]
        ranked = sorted(scores, reverse=True)
        rank = max(1, math.floor(FALSE_ALARMS * (len(ranked) + 1)))
        loose = max(1, math.floor(CLOSE_ALARMS * (len(ranked) + 1)))
        copy = min(MOST_COPY, max(LEAST_COPY, ranked[rank - 1]))
        passed = sum(score > copy for score in ranked)
        found.limits = Limits(
            copy=copy,
            close_score=min(copy, max(LEAST_CLOSE, ranked[loose - 1])),
            close_likeness=sorted(likeness, reverse=True)[loose - 1],
            false_alarms=(passed + 1) / (len(ranked) + 1),
            false_alarms_high=undercut_limit(passed + 1, len(ranked)),
            sample=len(ranked),
            scores=tuple(ranked),
            leans=tuple(leans),
            twins=len(twins),
        )
        return found

    def inspect(
        self, picture: Picture, eye: Embedder, looks: Looks | None = None, digest: str = ""
    ) -> Inspected:
        """What is found of one picture; `looks` saves looking at the whole of it again.

        `digest` is the sha256 of its file, for a reference whose keys are such.
        """
        looks = looks or looks_of([picture], eye)[0]
        near, aligned = self._beside(picture, looks, eye)
        found, blank = self.reference, Sheet(picture).blank
        same = (found.places[digest], SAME_FILE) if digest in found.places else None
        same = same or same_as(picture, looks, near, found.looks, found.picture, uneven=not blank)
        return self._judged(near, aligned, same, blank)

    def _beside(
        self, picture: Picture, looks: Looks, eye: Embedder, apart: Bools | None = None
    ) -> tuple[Near, list[Neighbour]]:
        """How near all are, and those whose alignment was tried, the best first.

        A picture with a plain border is aligned without it too, and the better counts.
        """
        bare = within_border(picture)
        inner = middle_of(picture) if bare is None else np.ascontiguousarray(bare.of(picture))
        near = [self.reference.search.near(view) for view in (looks, *looks_of([inner], eye))]
        places = _shortlist(near, apart)
        sheets = [self.reference.sheet(place) for place in places]
        found = align(Sheet(picture), sheets)
        if bare is not None:
            without = (placed_in(one, bare) for one in align(Sheet(inner), sheets))
            pairs = zip(found, without, strict=True)
            found = [max(pair, key=lambda one: one.score) for pair in pairs]
        beside = [_neighbour(near[0], p, one) for p, one in zip(places, found, strict=True)]
        beside.sort(key=lambda one: -_score(one))
        return near[0], beside

    def _judged(
        self, near: Near, aligned: Sequence[Neighbour], same: tuple[int, str] | None, blank: bool
    ) -> Inspected:
        limits, best = self.limits, aligned[0]
        known = {one.place: one for one in aligned}
        layers = {"aligned": tuple(aligned[:SHOWN])}
        for name in LAYERS:
            places = nearest(near.layer(name), SHOWN).tolist()
            layers[name] = tuple(known.get(p) or _neighbour(near, p) for p in places)
        score = _score(best)
        like = int(near.both.argmax())
        judgement: Judgement
        if same is not None:
            place, known_by = same
            best = known.get(place) or _neighbour(near, place)
            evidence = f"It is {self.reference.named[place].told}: {known_by}."
            return Inspected("copy", 1.0, best, layers, evidence)
        if score > limits.copy:
            judgement = "copy"
        elif score > limits.close_score:
            judgement = "close"
        elif float(near.both[like]) > limits.close_likeness:
            judgement, best = "close", known.get(like) or _neighbour(near, like)
        else:
            judgement, best = "new", known.get(like) or _neighbour(near, like)
        evidence = self._evidence(judgement, best, score, blank)
        return Inspected(judgement, score, best, layers, evidence)

    def _evidence(self, judgement: Judgement, best: Neighbour, score: float, blank: bool) -> str:
        limits, work = self.limits, self.reference.named[best.place].told
        where = _where(best.alignment) if best.alignment and score > limits.close_score else ""
        if judgement == "copy":
            return (
                f"It is {work}{where}: their edges agree to {score:.2f}, where pictures of "
                f"different works stay under {limits.copy:.2f}."
            )
        if judgement == "close" and score > limits.close_score:
            return (
                f"It lies close on {work}{where}: their edges agree to {score:.2f}, more than "
                f"between most real pictures ({limits.close_score:.2f}) and less than in a copy "
                f"({limits.copy:.2f})."
            )
        both = (best.early + best.late) / 2
        if blank:
            more = f", more than most real pictures like another ({limits.close_likeness:.2f})"
            return (
                f"It is blank, so there are no edges to compare; it looks most like {work} "
                f"({both:.2f}){more if judgement == 'close' else ''}."
            )
        if judgement == "close":
            return (
                f"It looks more like {work} ({both:.2f}) than most real pictures do like another "
                f"({limits.close_likeness:.2f}), but lies on no picture."
            )
        return (
            f"Nothing lies on it: the best agreement of edges is {score:.2f}, a copy's is over "
            f"{limits.copy:.2f}; it looks most like {work} ({both:.2f})."
        )


def middle_of(picture: Picture) -> Picture:
    """The middle of a picture, without what may be a border."""
    height, width = picture.shape[:2]
    top, left = round(height * (1 - _MIDDLE) / 2), round(width * (1 - _MIDDLE) / 2)
    return np.ascontiguousarray(picture[top : height - top, left : width - left])


def _shortlist(near: Sequence[Near], apart: Bools | None) -> list[int]:
    """Places to be aligned, at most `SHORTLIST`: the nearest of each layer and of both views."""
    drawn: list[Numbers] = []
    for n, view in enumerate(near):
        for layer, count in _TAKEN.items():
            values = view.both if layer == "both" else view.layer(layer)
            if apart is not None:
                values = np.where(apart, values, -100).astype(np.float32)
            # of the middle fewer: it only helps where there is a border
            found = nearest(values, count if n == 0 else count // 2)
            drawn.append(found if apart is None else found[apart[found]])
    deepest = max(len(one) for one in drawn)
    turns = (one[k] for k in range(deepest) for one in drawn if k < len(one))
    return [int(place) for place in dict.fromkeys(turns)][:SHORTLIST]


def _score(one: Neighbour) -> float:
    return one.alignment.score if one.alignment else 0.0


def _neighbour(near: Near, place: int, alignment: Alignment | None = None) -> Neighbour:
    return Neighbour(
        place, int(near.bits[place]), float(near.early[place]), float(near.late[place]), alignment
    )


def _where(alignment: Alignment) -> str:
    """How it lies there, in words that follow the work's name."""
    said = [", mirrored"] if alignment.mirrored else []
    if alignment.other.area < 0.9:
        said.append(f", {100 * alignment.other.area:.0f} % of it")
    if alignment.made.area < 0.9:
        said.append(f", on {100 * alignment.made.area:.0f} % of this one")
    if alignment.residual > 0.12:
        said.append(", in other colours or with something laid over it")
    return "".join(said)
