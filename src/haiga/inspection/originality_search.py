"""Which of many pictures are nearest to one: exact, by hash and by what the eye sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from haiga.core.collecting import Looks
from haiga.features.whitening import Whitener

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

COMPONENTS = 96
"""Directions of each view that are kept: 100,000 pictures take 38 MB a view."""

WHITENED_BY = 20_000
"""Pictures at most that the whitening is learned from."""

ROWS_AT_ONCE = 2_000

LAYERS = ("hash", "early", "late")


@dataclass(frozen=True)
class Near:
    """How near every picture is: (N,) differing bits, and (N,) cosines of the two views."""

    bits: npt.NDArray[np.uint8]
    early: Floats
    late: Floats

    @property
    def both(self) -> Floats:
        """The mean of the two cosines."""
        return np.asarray((self.early + self.late) / 2, np.float32)

    def layer(self, name: str) -> Floats:
        """One layer by name, larger is nearer: bits are those that agree, of 64."""
        if name == "hash":
            return 64 - self.bits.astype(np.float32)
        return self.early if name == "early" else self.late


class Search:
    """The looks of N pictures, made ready to be compared with those of one: all, exactly."""

    def __init__(self, looks: Sequence[Looks]) -> None:
        if not looks:
            raise ValueError("a search needs a picture")
        self.hashes = np.array([one.hashes[0] for one in looks], np.uint64)
        self._early, self.early = _whitened([one.early[0] for one in looks])
        self._late, self.late = _whitened([one.late[0] for one in looks])

    def __len__(self) -> int:
        return len(self.hashes)

    def queries(self, looks: Looks) -> tuple[Floats, Floats]:
        """A picture's views, as it is and mirrored, as the rows are: (2, R) each."""
        return (
            self._early(looks.early.astype(np.float32)),
            self._late(looks.late.astype(np.float32)),
        )

    def near(self, looks: Looks) -> Near:
        """How near all are to a picture, as it is or mirrored, whichever is nearer."""
        early, late = self.queries(looks)
        return Near(self.bits(looks), _cosines(self.early, early), _cosines(self.late, late))

    def bits(self, looks: Looks) -> npt.NDArray[np.uint8]:
        """(N,) in how many bits all differ from a picture, as it is or mirrored."""
        plain, mirrored = (_ones(np.bitwise_xor(self.hashes, one)) for one in looks.hashes)
        return np.minimum(plain, mirrored)


def _cosines(rows: Floats, queries: Floats) -> Floats:
    """(N,) the larger of each row's products with the queries.

    A few thousand rows at a time: one large product of two queries is shared out to threads,
    which takes longer than it saves, four times as long where another process has a core.
    """
    step = ROWS_AT_ONCE
    parts = [(queries @ rows[i : i + step].T).max(0) for i in range(0, len(rows), step)]
    return np.asarray(np.concatenate(parts), np.float32)


def nearest(values: Floats, count: int) -> Numbers:
    """Places of the largest values, the largest first; ties by place."""
    count = min(count, len(values))
    if count < len(values):
        places = np.argpartition(-values, count - 1)[:count]
    else:
        places = np.arange(len(values))
    return places[np.lexsort((places, -values[places]))]


def _whitened(views: Sequence[npt.NDArray[np.float16]]) -> tuple[Whitener, Floats]:
    """What centres and evens the rows, and the rows (N, R) of unit length."""
    rows = np.stack(views)
    step = -(-len(rows) // WHITENED_BY)
    whitener = Whitener.of(rows[::step].astype(np.float32), COMPONENTS)
    parts = [whitener(rows[i : i + 8192].astype(np.float32)) for i in range(0, len(rows), 8192)]
    return whitener, np.ascontiguousarray(np.concatenate(parts))


def _ones(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint8]:
    """How many bits are set, by adding up ever larger groups of them."""
    if hasattr(np, "bitwise_count"):  # numpy 2
        return np.asarray(np.bitwise_count(values), np.uint8)
    pairs = values - ((values >> np.uint64(1)) & np.uint64(0x5555555555555555))
    two = np.uint64(0x3333333333333333)
    fours = (pairs & two) + ((pairs >> np.uint64(2)) & two)
    eights = (fours + (fours >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.asarray((eights * np.uint64(0x0101010101010101)) >> np.uint64(56), np.uint8)


ALIKE_BITS, ALIKE_DISTANCE, FLAT = 8, 0.25, 0.2
"""One picture twice: hashes within so many bits, and thumbnails within this of each other."""


def groups_by_looks(looks: Sequence[Looks], *given: Sequence[str] | None) -> Numbers:
    """(N,) the group of each picture, named by the place of its first: one work, or the same twice.

    Together are those with one name in a list of `given` ("" is no name), and those that look
    alike, as they are or mirrored. All are compared with all, a block at a time. Pictures of one
    flat tone are not alike.
    """
    parent = list(range(len(looks)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    def join(one: int, other: int) -> None:
        low, high = sorted((root(one), root(other)))
        parent[high] = low

    for names in given:
        first: dict[str, int] = {}
        for place, name in enumerate(names or ()):
            if name:
                join(place, first.setdefault(name, place))
    small = np.stack([one.thumbnail for one in looks])  # (N, 16, 16, 3)
    uneven = small.reshape(len(looks), -1).std(1, dtype=np.float32) > FLAT
    signs = [_signs(np.array([one.hashes[turn] for one in looks], np.uint64)) for turn in (0, 1)]
    for start in range(0, len(looks), 512):
        rows = signs[0][start : start + 512]
        for columns, turned in ((signs[0], small), (signs[1], small[:, :, ::-1])):
            alike = rows @ columns[start:].T >= 64 - 2 * ALIKE_BITS - 0.5
            ones, others = (start + found for found in np.nonzero(np.triu(alike, 1)))
            kept = uneven[ones] & uneven[others]
            for one, other in zip(ones[kept].tolist(), others[kept].tolist(), strict=True):
                apart = (small[one].astype(np.float32) - turned[other]) ** 2
                if float(apart.mean()) <= ALIKE_DISTANCE**2:
                    join(one, other)
    return np.array([root(place) for place in range(len(looks))], np.int64)


def _signs(hashes: npt.NDArray[np.uint64]) -> Floats:
    """Each hash as 64 numbers, 1 where a bit is set and -1 where not: (N, 64)."""
    octets = hashes.astype(">u8").view(np.uint8).reshape(len(hashes), 8)
    return np.unpackbits(octets, axis=1).astype(np.float32) * 2 - 1
