"""`off-topic.v1`: pictures of something else than the rest of the collection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from haiga.core.collecting import Seen
from haiga.core.errors import UserError
from haiga.core.nouns import Verdict
from haiga.roles.curators.scoring import Floats, check_setting, verdict

LEAST_COUNT = 20
"""Of fewer pictures nobody can say what they are about, unless examples are named."""
LEAST_EXAMPLES = 8
"""Fewer say nothing of how far apart pictures of the topic usually are."""
CROWD, NEAREST = 0.05, 3
"""What is off topic may itself be several alike: as near as this share of all must a picture
be to the collection, and to the mean of so many examples where those are named."""


class OffTopicCurator:
    """Proposes to drop pictures that look like nothing else here, as the eye sees late.

    Each picture's distance is the cosine distance to its neighbour at 5 % of all, in the late
    view: a few odd ones that are like each other are still far from the rest. How far is too
    far goes by the middle and the spread (median absolute deviation) of all: more than `most`
    spreads (0 to 100) is off topic. With `examples`, ids of items that show the topic (the
    first 8 letters are enough, where ids differ there), the distance is that to the nearest
    examples, and their own distances to each other set what is usual; that takes 8 of them.
    """

    alone = False

    def __init__(self, *, most: float = 3.0, examples: tuple[str, ...] = ()) -> None:
        check_setting("off-topic.v1", "most", most, 0, 100)
        count = len(set(examples))
        if 0 < count < LEAST_EXAMPLES:
            raise UserError(
                f"curator 'off-topic.v1': examples: {count} cannot tell what the topic is; "
                f"name at least {LEAST_EXAMPLES}"
            )
        self._most = most
        self._examples = tuple(examples)

    @property
    def models(self) -> Mapping[str, str]:
        """None: the looks were made before."""
        return {}

    def judge(self, seen: Sequence[Seen]) -> list[Verdict]:
        """By the late view of each picture, beside all others' or the examples'."""
        shown = np.array([self._is_example(one.item.id) for one in seen], bool)
        few = LEAST_EXAMPLES if self._examples else LEAST_COUNT
        count = int(shown.sum()) if self._examples else len(seen)
        if count < few:
            what = "of the examples" if self._examples else "pictures"
            reason = f"is not judged: only {count} {what} are here, and it takes {few} to tell " \
                     "what the topic is"  # fmt: skip
            return [Verdict("off-topic.v1", True, 1.0, reason)] * len(seen)
        view = directions(seen, centred=False)
        among = np.flatnonzero(shown) if self._examples else np.arange(len(seen))
        apart = _distances(view, among, crowd=not self._examples)
        usual = apart[shown] if self._examples else apart
        middle = float(np.median(usual))
        spread = max(1.4826 * float(np.median(np.abs(usual - middle))), 0.005)
        return [self._judge(float((value - middle) / spread)) for value in apart]

    def _is_example(self, item: str) -> bool:
        return any(len(name) >= 8 and item.startswith(name) for name in self._examples)

    def _judge(self, spreads: float) -> Verdict:
        among = "the examples" if self._examples else "the rest"
        told = f"{max(spreads, 0):.1f} times the usual spread from {among}"
        return verdict(
            "off-topic.v1", spreads, self._most, low_is_bad=False,
            bad=f"is off topic: it looks unlike {among}, {told}", good=f"is on topic: {told}",
        )  # fmt: skip


def directions(seen: Sequence[Seen], *, centred: bool = True) -> Floats:
    """The late view of each picture, of unit length, centred by all or not: (N, 384)."""
    late = np.stack([one.looks.late[0] for one in seen]).astype(np.float32)
    if centred:
        late -= late.mean(axis=0)
    norms = np.linalg.norm(late, axis=1, keepdims=True)
    return np.asarray(late / np.maximum(norms, 1e-6), np.float32)


def _distances(
    view: Floats, among: np.ndarray[tuple[int], np.dtype[np.intp]], *, crowd: bool
) -> Floats:
    """How far each is from those, itself left out: (N,)."""
    found = np.empty(len(view), np.float32)
    own = np.full(len(view), -1)
    own[among] = np.arange(len(among))
    neighbours = max(NEAREST, round(CROWD * len(among))) if crowd else NEAREST
    for start in range(0, len(view), 1_024):
        apart = 1 - view[start : start + 1_024] @ view[among].T
        here = own[start : start + 1_024]
        mine = np.flatnonzero(here >= 0)
        apart[mine, here[mine]] = 9
        best = np.partition(apart, neighbours - 1, axis=1)[:, :neighbours]
        found[start : start + 1_024] = best[:, -1] if crowd else best.mean(axis=1)
    return found
