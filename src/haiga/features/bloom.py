"""Bloom filters over runs of words: small sets that never forget, and err rarely by saying yes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]


def _mix(x: Keys) -> Keys:
    """splitmix64's finaliser (Steele, Lea and Flood 2014), wrapping at 64 bits."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(x ^ (x >> np.uint64(31)), np.uint64)


def run_keys(runs: npt.NDArray[np.integer]) -> Keys:
    """A 64-bit key for each run of word numbers: runs (..., n) -> keys (...)."""
    wide = runs.astype(np.uint64)
    with np.errstate(over="ignore"):
        key = np.full(runs.shape[:-1], 0x9E3779B97F4A7C15, np.uint64)
        for i in range(runs.shape[-1]):
            key = _mix(key + wide[..., i] + np.uint64(1))
    return key


class Bloom:
    """A Bloom filter (1970) in an array of bytes; `has` is never wrong when it says no."""

    def __init__(self, bits: npt.NDArray[np.uint8], hashes: int = 5) -> None:
        self.bits = bits
        self.hashes = hashes

    @classmethod
    def of(cls, keys: Keys, *, bits_per_key: float = 9.0, hashes: int = 5) -> Bloom:
        """A filter holding all keys; 9 bits a key and 5 hashes err in about one of 75 questions."""
        size = max(64, int(len(keys) * bits_per_key) // 8 + 1)
        filled = cls(np.zeros(size, np.uint8), hashes)
        for place in filled._places(keys):
            np.bitwise_or.at(filled.bits, place >> 3, np.left_shift(1, place & 7).astype(np.uint8))
        return filled

    def has(self, keys: Keys) -> npt.NDArray[np.bool_]:
        """Whether each key may be in the set."""
        found = np.ones(keys.shape, bool)
        for place in self._places(keys):
            found &= (self.bits[place >> 3] >> (place & 7).astype(np.uint8)) & 1 == 1
        return found

    def _places(self, keys: Keys) -> list[npt.NDArray[np.int64]]:
        size = np.uint64(len(self.bits) * 8)
        low = keys & np.uint64(0xFFFFFFFF)
        high = (keys >> np.uint64(32)) | np.uint64(1)
        with np.errstate(over="ignore"):
            return [
                np.asarray((low + np.uint64(i) * high) % size, np.int64) for i in range(self.hashes)
            ]
