"""Which runs of five words of a training text the copying index keeps, as arrays.

Places are counted over all readings of all works in a row. At place p stand
the run of five words from p on, and the run of six from p on, where the reading
has as many left. An entry at place p says that its five words stand in a work;
with what it keeps of the words beside it, it also vouches for the two runs of six
around it, p - 1 and p. So every second place is enough to vouch for all sixes.
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

RUN = 5
CONTENT = 2
"""Runs of six with fewer content words than this belong to everybody."""
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
    """The kept runs of five words, in order of place."""

    run: Keys  # (E,)
    line: npt.NDArray[np.uint32]  # (E,) of the run's first word
    before: Keys  # (E,) key of the word before the run, 0 where none
    after: Keys  # (E,)


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

    Stride 1 keeps every run of five; stride 2 as few as vouch for every six with
    `CONTENT` content words, about half.
    """
    place, five, six = _runs(got)
    poor = np.zeros(len(place), bool)
    if stride == 2 and len(place):
        upto = np.concatenate([[0], np.cumsum(got.content)])
        poor = upto[np.minimum(place + RUN + 1, len(got.word))] - upto[place] < CONTENT
    # number 0: no run of six from here, or one that needs no entry
    numbered = np.unique(np.concatenate([[0], np.where(poor, 0, six)]), return_inverse=True)[1]
    after = numbered[1:].tolist()
    fives = np.unique(five, return_inverse=True)[1].tolist() if stride == 1 else []
    covered, seen = bytearray(len(after) + 1), bytearray(len(fives))
    covered[0] = 1
    kept: list[int] = []
    before = 0
    for p, here in enumerate(after):
        if not covered[before] or (fives and not seen[fives[p]]):
            kept.append(p)
            covered[before] = covered[here] = 1
            if fives:
                seen[fives[p]] = 1
        before = here
    chosen = np.array(kept, np.int64)
    at = place[chosen]
    padded = np.concatenate([np.zeros(1, np.uint64), got.word, np.zeros(1, np.uint64)])
    which = np.concatenate([[-1], got.reading, [-1]])
    home = got.reading[at]
    return Entries(
        five[chosen],
        got.line[at],
        np.where(which[at] == home, padded[at], np.uint64(0)),
        np.where(which[at + RUN + 1] == home, padded[at + RUN + 1], np.uint64(0)),
    )


def _runs(got: Gathered) -> tuple[npt.NDArray[np.int64], Keys, Keys]:
    """Every place with five words (P,), its run's key (P,), its six's key (P,) or 0."""
    places, fives, sixes = [np.zeros(0, np.int64)], [np.zeros(0, np.uint64)], []
    sixes.append(np.zeros(0, np.uint64))
    for start in range(0, len(got.word) - RUN + 1, _CHUNK):
        end = min(start + _CHUNK, len(got.word) - RUN + 1)
        words = got.word[start : end + RUN]
        reading = got.reading[start : end + RUN]
        count = end - start
        windows = np.lib.stride_tricks.sliding_window_view(words, RUN)[:count]
        five = np.flatnonzero(reading[:count] == reading[RUN - 1 : RUN - 1 + count])
        six = np.zeros(count, np.uint64)
        whole = np.flatnonzero(reading[: len(words) - RUN] == reading[RUN:])
        if whole.size:
            wide = np.lib.stride_tricks.sliding_window_view(words, RUN + 1)
            six[whole] = run_keys(wide[whole])
        places.append(five + start)
        fives.append(run_keys(windows[five]))
        sixes.append(six[five])
    return np.concatenate(places), np.concatenate(fives), np.concatenate(sixes)
