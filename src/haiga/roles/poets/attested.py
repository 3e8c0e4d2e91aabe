"""What the verse attests: which words stand side by side, and which runs would be copies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from haiga.features.bare_words import bare_words, word_keys
from haiga.features.bloom import Bloom, run_keys
from haiga.features.copy_build import RUN
from haiga.features.copying import CopyIndex

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


class Attested:
    """Neighbouring pairs with their counts, and runs that count as copying."""

    def __init__(
        self,
        arrays: Mapping[str, npt.NDArray[Any]],
        copy_run: int,
        index: CopyIndex | None = None,
        words: Sequence[str] = (),
    ) -> None:
        """With an `index`, it says what is a copy, of runs of five of these V words.

        Without, the filter `copies` among the arrays does, of runs of `copy_run`.
        """
        start = arrays["pair_start"].astype(np.int64)
        self.size = len(start) - 1
        first = np.repeat(np.arange(self.size), np.diff(start))
        self._keys = first * self.size + arrays["pair_next"].astype(np.int64)  # sorted
        self._seen = arrays["pair_seen"]
        total = float(self._seen.sum())
        self._log_rate = np.log(np.bincount(first, self._seen, self.size).clip(0.5) / total)
        self._log_total = np.log(total)
        self._index, self._words = index, words_as_keys(words)
        self._copies = Bloom(arrays["copies"]) if index is None else None
        self.copy_run = copy_run if index is None else RUN

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

    def table(self, words: Ints) -> Floats:
        """(W, W) `affinity` of every pair of these words, the first word by row."""
        expected = self._log_rate[words][:, None] + self._log_rate[words] + self._log_total
        value = np.minimum(np.log(0.2) - expected, -1.0)
        place = np.full(self.size, -1)
        place[words] = np.arange(len(words))
        first, second = place[self._keys // self.size], place[self._keys % self.size]
        both = (first >= 0) & (second >= 0)
        first, second = first[both], second[both]
        value[first, second] = np.log(self._seen[both]) - expected[first, second]
        return np.asarray(np.clip(value, -3, 3), np.float32)

    def is_copy(self, runs: Ints) -> npt.NDArray[np.bool_]:
        """Whether each run of `copy_run` bare words (…, n) stands in a training text."""
        if self._index is not None:
            return self._index.has(self._words[runs])
        assert self._copies is not None
        return self._copies.has(run_keys(runs))


def words_as_keys(words: Sequence[str]) -> npt.NDArray[np.uint64]:
    """(V,) the key of each word as the copying index spells it; 0 for marks, `'s` and the like."""
    bare = [bare_words(word) if word[:1].isalpha() else [] for word in words]
    keys = word_keys([said[0] if len(said) == 1 else "" for said in bare])
    return np.where([len(said) == 1 for said in bare], keys, np.uint64(0))
