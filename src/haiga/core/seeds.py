"""Seeds: one per piece, from which every step draws its own, independent one.

There is no global generator anywhere in haiga.
"""

from __future__ import annotations

import hashlib

import numpy as np

MAX_SEED = 2**63 - 1


def derive_seed(seed: int, *names: str | int) -> int:
    """The seed of a named part of a piece, in [0, 2**63).

    `derive_seed(7, "painter")` never changes and is independent of
    `derive_seed(7, "poet")`: the names enter the spawn key of a
    `numpy.random.SeedSequence` through SHA-256.
    """
    key: list[int] = []
    for name in names:
        digest = hashlib.sha256(repr(name).encode()).digest()
        key += [int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4)]
    sequence = np.random.SeedSequence(entropy=seed, spawn_key=tuple(key))
    return int(sequence.generate_state(1, np.uint64)[0] & np.uint64(MAX_SEED))


def generator(seed: int, *names: str | int) -> np.random.Generator:
    """A fresh generator for a seed and, where given, a named part of it."""
    return np.random.Generator(np.random.PCG64(derive_seed(seed, *names)))
