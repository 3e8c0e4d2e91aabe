"""Pictures whose hashes and thumbnails are near, all compared with all; and groups of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from haiga.features.hashes import Hashes

NEAR_BITS = 8
"""Two pictures whose 64-bit difference hashes differ in no more bits may be one."""

NEAR_DISTANCE = 0.2
"""…if their thumbnails are no further apart (root of the mean square).

Of 272 works that two of the museums' sets hold in different scans, all are within 8 bits
and 0.13; what lies below 0.2 without being one file is the next frame of a film.
"""

_FLAT = 0.2  # spread of a thumbnail; below it a picture has nothing to be told by


class Groups:
    """Places 0 … n - 1 in groups that only ever grow together (union-find)."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def root(self, place: int) -> int:
        """The lowest place of the group that `place` is in."""
        parent = self._parent
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    def join(self, one: int, other: int) -> None:
        """Makes one group of the groups of two places."""
        a, b = sorted((self.root(one), self.root(other)))
        self._parent[b] = a


def alike_pairs(
    hashes: Hashes,
    thumbnails: npt.NDArray[np.float16],
    *,
    bits: int = NEAR_BITS,
    distance: float = NEAR_DISTANCE,
    block: int = 1_024,
) -> Iterator[tuple[int, int]]:
    """Pairs (lower place first) of pictures that look alike, as they are or one mirrored.

    `hashes` (N, 2) as they are and mirrored, `thumbnails` (N, 16, 16, 3) of even tone. All are
    compared with all, a block at a time: hashes as ±1 give 64 - 2 × bits apart as a product.
    Pictures of one flat tone are no pair here: they have nothing to be told by.
    """
    told = np.flatnonzero([small.std(dtype=np.float32) > _FLAT for small in thumbnails])
    if not told.size:
        return
    straight, mirrored = signs(hashes[told, 0]), signs(hashes[told, 1])  # (n, 64)
    small = thumbnails[told]  # (n, 16, 16, 3)
    for start in range(0, len(told), block):
        rows = straight[start : start + block]
        for columns, turned in ((straight, small), (mirrored, small[:, :, ::-1])):
            alike = rows @ columns[start:].T >= 64 - 2 * bits - 0.5
            ones, others = (start + found for found in np.nonzero(np.triu(alike, 1)))
            for part in range(0, len(ones), 8 * block):
                a, b = ones[part : part + 8 * block], others[part : part + 8 * block]
                apart = (small[a] - turned[b]).astype(np.float32) ** 2
                for near in np.flatnonzero(apart.mean((1, 2, 3)) <= distance**2):
                    yield int(told[a[near]]), int(told[b[near]])


def signs(hashes: Hashes) -> npt.NDArray[np.float32]:
    """Each hash as 64 numbers, 1 where a bit is set and -1 where not: (N, 64)."""
    octets = np.array(hashes, ">u8").view(np.uint8).reshape(len(hashes), 8)
    return np.unpackbits(octets, axis=1).astype(np.float32) * 2 - 1
