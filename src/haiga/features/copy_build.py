"""Which runs of words of a training text the copying index keeps, as arrays.

Places are counted over all readings of all works in a row. An entry at place p is the key
of the k words from p on, and a few bits of each of the 6 - k words before and after:
so it vouches for every six (six words in a row) that holds the k words, p - (6 - k) to
p. With k = 5 every second place is enough for all sixes, with k = 4 every third.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from haiga.core.errors import UserError
from haiga.features.bare_words import bare_words, digest, word_keys
from haiga.features.bloom import Keys, run_keys
from haiga.features.function_words import function_words

RUN, SIX = 5, 6
WORDS_OF_KEY = {1: 5, 3: 4}
"""How many words make a key, by stride."""
CONTENT = 2
"""Sixes with fewer content words than this belong to everybody."""
SPLITS = ("train", "validation", "test")
_CHUNK = 1 << 19  # places at a time, so that memory stays small


@dataclass(frozen=True)
class Source:
    """One work for the index.

    `lines` as written; each of `readings` has the same number of lines in another
    spelling, indexed under the same author, title and line numbers.
    """

    author: str
    title: str
    lines: Sequence[str]
    readings: Sequence[Sequence[str]] = ()
    split: str = "train"


@dataclass
class Gathered:
    """All works as numbers, in order."""

    word: Keys  # (N,) word keys
    content: npt.NDArray[np.bool_]  # (N,) is it no function word
    reading: npt.NDArray[np.int32]  # (N,) which reading it stands in
    line: npt.NDArray[np.uint32]  # (N,) line counted over all works
    first_line: list[int] = field(default_factory=list)  # (W + 1,) of each work, and the end
    authors: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    splits: dict[int, int] = field(default_factory=dict)  # digest of the words -> split


@dataclass(frozen=True)
class Entries:
    """The kept runs of k words, in order of place."""

    run: Keys  # (E,)
    line: npt.NDArray[np.uint32]  # (E,) of the run's first word
    beside: list[Keys]  # 2 (6 - k) times (E,): keys of the words before, then after; 0 for none


def gather(works: Iterable[Source]) -> Gathered:
    """The works as numbers. Lines without a word do not count as lines.

    Raises UserError for a reading with another number of lines, and an unknown split.
    """
    numbers: dict[str, int] = {}
    ids: list[int] = []
    reading: list[int] = []
    line: list[int] = []
    got = Gathered(*(np.zeros(0, t) for t in (np.uint64, bool, np.int32, np.uint32)))  # type: ignore[arg-type]
    lines, readings = 0, 0
    for work in works:
        where = f"'{work.title}' by {work.author or 'nobody'}"
        if work.split not in SPLITS:
            raise UserError(f"{where}: split: '{work.split}' is none of {', '.join(SPLITS)}")
        said = [bare_words(text) for text in work.lines]
        counted = np.cumsum([bool(words) for words in said], dtype=np.int64)
        total = int(counted[-1]) if said else 0
        got.first_line.append(lines)
        got.authors.append(work.author)
        got.titles.append(work.title)
        key = digest([word for words in said for word in words])
        got.splits.setdefault(key, SPLITS.index(work.split))
        others = [[bare_words(text) for text in texts] for texts in work.readings]
        for texts in (said, *(other for other in others if other != said)):
            if len(texts) != len(said):
                raise UserError(f"{where}: a reading has {len(texts)} lines, not {len(said)}")
            for words, number in zip(texts, counted, strict=True):
                ids += [numbers.setdefault(word, len(numbers)) for word in words]
                line += [lines + max(0, int(number) - 1)] * len(words)
                reading += [readings] * len(words)
            readings += 1
        lines += total
    got.first_line.append(lines)
    small = function_words()
    number = np.array(ids, np.int64)
    got.word = word_keys(list(numbers))[number] if ids else got.word
    got.content = np.array([word not in small for word in numbers], bool)[number]
    got.reading, got.line = np.array(reading, np.int32), np.array(line, np.uint32)
    return got


def choose(got: Gathered, stride: int) -> Entries:
    """The entries that vouch for every run, each distinct run once, the first work first.

    Stride 1 keeps every run of five; stride 3 as few runs of four as vouch for every
    six with `CONTENT` content words, about a third.
    """
    size = WORDS_OF_KEY[stride]
    reach = SIX - size
    place, keys, six = _runs(got, size)
    if stride > 1 and len(place):
        upto = np.concatenate([[0], np.cumsum(got.content)])
        poor = upto[np.minimum(place + SIX, len(got.word))] - upto[place] < CONTENT
        six = np.where(poor, np.uint64(0), six)
    # number 0: no six from here, or one that needs no entry
    none = np.zeros(1, np.uint64)
    numbers = np.unique(np.concatenate([none, six]), return_inverse=True)[1].tolist()
    numbers = [0] * (reach - 1) + numbers
    runs = np.unique(keys, return_inverse=True)[1].tolist() if stride == 1 else []
    covered, seen = bytearray(len(numbers)), bytearray(len(runs))
    covered[0] = 1
    kept: list[int] = []
    for p in range(len(place)):  # numbers[p + reach] is of the six from p on
        if not covered[numbers[p]] or (runs and not seen[runs[p]]):
            kept.append(p)
            for number in numbers[p : p + reach + 1]:
                covered[number] = 1
            if runs:
                seen[runs[p]] = 1
    chosen = np.array(kept, np.int64)
    at, edge = place[chosen], np.zeros(reach, np.uint64)
    padded = np.concatenate([edge, got.word, edge])
    home = np.pad(got.reading, reach, constant_values=-1)
    offsets = [*range(-reach, 0), *range(size, SIX)]
    return Entries(
        keys[chosen],
        got.line[at],
        [
            np.where(home[at + reach + o] == got.reading[at], padded[at + reach + o], np.uint64(0))
            for o in offsets
        ],
    )


def _runs(got: Gathered, size: int) -> tuple[npt.NDArray[np.int64], Keys, Keys]:
    """Every place with `size` words (P,), their key (P,), the key of the six there (P,) or 0."""
    places, runs, sixes = [np.zeros(0, np.int64)], [np.zeros(0, np.uint64)], []
    sixes.append(np.zeros(0, np.uint64))
    for start in range(0, len(got.word) - size + 1, _CHUNK):
        end = min(start + _CHUNK, len(got.word) - size + 1)
        words = got.word[start : end + SIX - 1]
        reading = got.reading[start : end + SIX - 1]
        windows = np.lib.stride_tricks.sliding_window_view(words, size)[: end - start]
        whole = np.flatnonzero(reading[: end - start] == reading[size - 1 :][: end - start])
        six = np.zeros(end - start, np.uint64)
        if len(words) >= SIX:
            wide = np.lib.stride_tricks.sliding_window_view(words, SIX)[: end - start]
            there = np.flatnonzero(reading[: len(reading) - SIX + 1] == reading[SIX - 1 :])
            six[there] = run_keys(wide[there])
        places.append(whole + start)
        runs.append(run_keys(windows[whole]))
        sixes.append(six[whole])
    return np.concatenate(places), np.concatenate(runs), np.concatenate(sixes)
