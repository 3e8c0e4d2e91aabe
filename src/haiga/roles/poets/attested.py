"""What the verse attests: which words stand side by side, and which runs would be copies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from haiga.features.bloom import Bloom, run_keys

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


class Attested:
    """Neighbouring pairs with their counts, runs of three, and runs that count as copying."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]], copy_run: int) -> None:
        start = arrays["pair_start"].astype(np.int64)
        self.size = len(start) - 1
        first = np.repeat(np.arange(self.size), np.diff(start))
        self._keys = first * self.size + arrays["pair_next"].astype(np.int64)  # sorted
        self._seen = arrays["pair_seen"]
        total = float(self._seen.sum())
        self._log_rate = np.log(np.bincount(first, self._seen, self.size).clip(0.5) / total)
        self._log_total = np.log(total)
        self._triples = Bloom(arrays["triples"])
        self._copies = Bloom(arrays["copies"])
        self.copy_run = copy_run

    def pair_counts(self, first: Ints, second: Ints) -> Ints:
        """How often each pair of words was read, up to 255; arrays of one shape."""
        keys = first * self.size + second
        place = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return np.where(self._keys[place] == keys, self._seen[place].astype(np.int64), 0)

    def affinity(self, first: Ints, second: Ints) -> Floats:
        """Pointwise mutual information of neighbours in nats, clipped to [-3, 3].

        Pairs never read count as 0.2 of a reading and are never above -1.
        """
        seen = self.pair_counts(first, second)
        expected = self._log_rate[first] + self._log_rate[second] + self._log_total
        value = np.log(np.maximum(seen, 0.2)) - expected
        return np.asarray(np.clip(np.where(seen == 0, np.minimum(value, -1.0), value), -3, 3),
                          np.float32)  # fmt: skip

    def has_triple(self, runs: Ints) -> npt.NDArray[np.bool_]:
        """Whether each run of three words (…, 3) was read; wrongly yes about once in fifty."""
        return self._triples.has(run_keys(runs))

    def is_copy(self, runs: Ints) -> npt.NDArray[np.bool_]:
        """Whether each run of `copy_run` bare words (…, n) stands in a training text."""
        return self._copies.has(run_keys(runs))
