"""Pictures parted into those learned from and those held apart, class by class, leak-free."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]


def held_apart(
    groups: Sequence[str], labels: Sequence[str], share: float, seed: int, among: Bools
) -> Bools:
    """Which pictures are held apart: whole groups, about `share` of each class: (N,).

    Only pictures of `among` (N,) count. A group with pictures of two classes stays to be
    learned from, and so does one that would take more than twice its class's share, and at
    least half of each class's pictures. Which group goes where depends on the seed and its
    name alone.
    """
    places: dict[str, list[int]] = {}
    for place in np.flatnonzero(among):
        places.setdefault(groups[int(place)], []).append(int(place))
    held = np.zeros(len(groups), bool)
    for name in dict.fromkeys(labels):
        own = [g for g, some in places.items() if {labels[i] for i in some} == {name}]
        count = sum(labels[i] == name for some in places.values() for i in some)
        wanted, most = max(1, round(share * count)), count // 2
        order = sorted(own, key=lambda g: hashlib.sha256(f"{seed}\n{g}".encode()).digest())
        taken = 0
        for group in order:
            size = len(places[group])
            if taken >= wanted:
                break
            if size > 2 * wanted or taken + size > most:
                continue
            held[places[group]] = True
            taken += size
    return held


def sizes(labels: Sequence[str], of: Bools) -> dict[str, int]:
    """How many pictures of each class there are among some, classes in order."""
    counts = Counter(label for label, one in zip(labels, of, strict=True) if one)
    return {name: counts[name] for name in sorted(set(labels))}
