"""Rhyme by sound, from the CMU Pronouncing Dictionary; by spelling only where it lists neither.

Two words rhyme when they sound alike from the last stressed vowel to the end, in any
pronunciation that is listed, and are not the same sounds altogether: `light` and
`night`, `burning` and `turning`; never `sea` and `see`. Primary and secondary stress
both serve, so that `tomorrow` rhymes with `sorrow` and `butterfly` with `sky`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from haiga.features.syllables import pronunciations

Bools = npt.NDArray[np.bool_]
Kind = Literal["sound", "spelling"]

LETTERS = 3
"""Last letters that two words must share to rhyme by spelling."""


@lru_cache(maxsize=65536)
def tails(word: str) -> tuple[tuple[str, str], ...]:
    """(tail, whole) of every listed pronunciation; nothing for an unlisted word.

    A tail runs from the last vowel with primary stress to the end, without the
    stress marks, and one more from each vowel with secondary stress after it:
    `tails("sky")` is `(("AY", "S K AY"),)`.
    """
    out = []
    for phones in pronunciations(word):
        vowels = [i for i, phone in enumerate(phones) if phone[-1].isdigit()]
        first = [i for i in vowels if phones[i][-1] == "1"][-1:] or vowels[-1:]
        starts = first + [i for i in vowels if phones[i][-1] == "2" and i > first[0]]
        plain = [phone.rstrip("012") for phone in phones]
        out += [(" ".join(plain[start:]), " ".join(plain)) for start in starts]
    return tuple(dict.fromkeys(out))


def rhyme_kind(a: str, b: str) -> Kind | None:
    """How two words rhyme: by `sound`, by `spelling`, or not at all (None).

    By spelling only where the dictionary lacks at least one of them and they share
    their last three letters or more; a word never rhymes with itself, nor with one
    that ends in all of its sounds and has none before them (`sea`, `see`).
    """
    a, b = a.lower(), b.lower()
    if a == b:
        return None
    tails_a, tails_b = tails(a), tails(b)
    if tails_a and tails_b:
        sounds = any(
            tail == other and whole != other_whole
            for tail, whole in tails_a
            for other, other_whole in tails_b
        )
        return "sound" if sounds else None
    return "spelling" if len(a) >= LETTERS and a[-LETTERS:] == b[-LETTERS:] else None


def richness(a: str, b: str) -> float:
    """How good a rhyme two words make, in [0, 1].

    1 where the sounds before the tail differ (`night`, `light`), 0.7 where a
    secondary stress alone bears it (`sky`, `butterfly`), 0.4 where the sounds before
    it are the same (`leave`, `believe`: an identity more than a rhyme), 0.3 by
    spelling, 0 for none.
    """
    kind = rhyme_kind(a, b)
    if kind != "sound":
        return 0.3 if kind else 0.0
    best = 0.4
    tails_a, tails_b = tails(a.lower()), tails(b.lower())
    for tail, whole in tails_a:
        for other, other_whole in tails_b:
            if tail != other or whole == other_whole:
                continue
            if _onset(tail, whole) != _onset(other, other_whole):
                full = _is_main(tail, whole, tails_a) and _is_main(other, other_whole, tails_b)
                best = max(best, 1.0 if full else 0.7)
    return best


def _onset(tail: str, whole: str) -> list[str]:
    return whole[: -len(tail)].split()[-1:]


def _is_main(tail: str, whole: str, among: tuple[tuple[str, str], ...]) -> bool:
    """Whether the tail starts at the primary stress: the first listed of its pronunciation."""
    return next(t for t, w in among if w == whole) == tail


class RhymeTable:
    """The rhymes among V words."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)
        by_tail: dict[str, list[int]] = defaultdict(list)
        by_letters: dict[str, list[int]] = defaultdict(list)
        for row, word in enumerate(self.words):
            for tail in {tail for tail, _ in tails(word)}:
                by_tail[tail].append(row)
            by_letters[word[-LETTERS:]].append(row)
        self._by_tail, self._by_letters = dict(by_tail), dict(by_letters)
        self._known: dict[str, npt.NDArray[np.int64]] = {}

    def partners(self, word: str) -> npt.NDArray[np.int64]:
        """The rows of the words that rhyme with a word, which need not be one of them."""
        if word not in self._known:
            near = {row for tail, _ in tails(word) for row in self._by_tail.get(tail, ())}
            near.update(self._by_letters.get(word[-LETTERS:], ()))
            rows = sorted(row for row in near if rhyme_kind(word, self.words[row]))
            self._known[word] = np.array(rows, np.int64)
        return self._known[word]

    def group_sizes(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """How many of these words (N,) rhyme with each of them, by sound, at least: (N,).

        Counts the largest group of words with one tail, less those of the same sounds.
        """
        wholes: dict[str, list[str]] = defaultdict(list)
        for row in rows:
            for tail, whole in tails(self.words[row]):
                wholes[tail].append(whole)
        size = {tail: len(found) for tail, found in wholes.items()}
        same = {tail: Counter(found) for tail, found in wholes.items()}
        return np.array(
            [
                max((size[t] - same[t][w] for t, w in tails(self.words[row])), default=0)
                for row in rows
            ],
            np.int64,
        )
