"""On which pictures made ones lean: how often each is the nearest, and which never are near."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from haiga.inspection.originality import Inspected, Originality

CARRIERS = 5
"""So many pictures are looked at together: do they carry many of the made ones?"""

LEAST_MADE = 20
LEAST_SHARE, LEAST_RATIO = 0.25, 2.0
"""A warning is given where they carry so large a share, and so many times that of real ones."""


@dataclass(frozen=True)
class Leaning:
    """How made pictures lean on the reference.

    `nearest` gives (place, how many made pictures it is the nearest of), the most first, by
    the mean of both views or by alignment where that tells of a copy; `never` the places that
    are near no made picture in any layer. `carried` is the share of the made ones whose nearest
    is one of the first `CARRIERS`; `usual` the same of as many real pictures of the reference.
    Some pictures are near to many in every space of many dimensions (Radovanović, Nanopoulos,
    Ivanović: "Hubs in Space", JMLR 2010), which is why real ones stand beside.
    """

    nearest: tuple[tuple[int, int], ...]
    never: tuple[int, ...]
    carried: float
    usual: float | None
    made: int

    @property
    def warned(self) -> bool:
        """Whether a few pictures carry many."""
        usual = self.usual or 0.0
        return (
            self.made >= LEAST_MADE
            and self.carried >= LEAST_SHARE
            and self.carried >= LEAST_RATIO * usual
        )


def leaning_of(judge: Originality, found: Sequence[Inspected]) -> Leaning:
    """How the inspected pictures lean on the reference they were inspected beside."""
    counts = Counter(one.nearest.place for one in found)
    near = {
        neighbour.place
        for one in found
        for layer in one.layers.values()
        for neighbour in layer
    } | set(counts)  # fmt: skip
    ranked = tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
    leans = judge.limits.leans[: len(found)]
    usual = None
    if leans and len(leans) >= len(found):
        usual = _carried(Counter(leans), len(leans))
    never = tuple(place for place in range(len(judge.reference)) if place not in near)
    return Leaning(ranked, never, _carried(counts, len(found)), usual, len(found))


def _carried(counts: Counter[int], count: int) -> float:
    return sum(n for _, n in counts.most_common(CARRIERS)) / count if count else 0.0
