"""A poet's training text: split by work or author, cut into tokens, numbered."""

from __future__ import annotations

import collections
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from haiga.core.counted import counted
from haiga.core.errors import UserError
from haiga.core.seeds import generator
from haiga.features.tokens import END, NEWLINE, UNKNOWN, Tokens
from haiga.features.words import words
from haiga.media.texts import Text

Numbers = npt.NDArray[np.int64]
Part = Literal["train", "validation", "test"]
PARTS: tuple[Part, ...] = ("train", "validation", "test")
LEAST_TOKENS = 400
"""Fewer tokens than this in all teach nothing and cannot be split."""


@dataclass(frozen=True)
class Work:
    """One work as tokens, without the control tokens around it."""

    text: Text
    tokens: tuple[str, ...]


@dataclass(frozen=True)
class Corpus:
    """Works by part, and the words a poet of them knows.

    `vocabulary` starts with `<unk>`, `<end>` and the newline; the rest is sorted by how
    often the training part uses it. `counts` has one number for each.
    """

    parts: Mapping[Part, tuple[Work, ...]]
    vocabulary: tuple[str, ...]
    counts: tuple[int, ...]

    def stream(self, part: Part, *, seed: int | None = None, epoch: int = 0) -> Numbers:
        """All works of a part as one stream of numbers, `<end>` before, between and after.

        With a seed, in an order drawn anew for each epoch; else as read.
        """
        works = self.parts[part]
        order = range(len(works))
        if seed is not None:
            order = generator(seed, "works", epoch).permutation(len(works)).tolist()
        index = {token: i for i, token in enumerate(self.vocabulary)}
        out = [1]
        for place in order:
            out += [index.get(token, 0) for token in works[place].tokens]
            out.append(1)
        return np.asarray(out, np.int64)

    def tokens_in(self, part: Part) -> int:
        """How many tokens a part holds, without control tokens."""
        return sum(len(work.tokens) for work in self.parts[part])


def read_corpus(
    texts: Sequence[Text],
    *,
    level: Literal["word", "char"],
    by: Literal["work", "author"],
    seed: int,
    most_words: int,
    least_count: int,
    share: float = 0.04,
) -> Corpus:
    """Splits texts and numbers their tokens.

    Validation and test each get about `share` of the tokens and at least one group. A
    group is what must stay on one side: an author's works, or the works that open with
    the same eight words, so that two printings of a poem are not parted. Raises
    UserError where there is too little to split.
    """
    splitter = Tokens(level)
    works = [Work(text, tuple(splitter.split(text.text))) for text in texts]
    works = [work for work in works if any(not t.isspace() for t in work.tokens)]
    total = sum(len(work.tokens) for work in works)
    if total < LEAST_TOKENS:
        unit = "words and marks" if level == "word" else "characters"
        raise UserError(
            f"the texts hold {total} {unit}; a poet needs at least {LEAST_TOKENS} to learn from"
        )
    parts = split_works(works, by=by, seed=seed, share=share)
    counted = collections.Counter(t for work in parts["train"] for t in work.tokens)
    tokens, counts = _vocabulary(counted, most_words, least_count)
    return Corpus(parts, tokens, counts)


def split_works(
    works: Sequence[Work], *, by: Literal["work", "author"], seed: int, share: float
) -> dict[Part, tuple[Work, ...]]:
    """Works by part; which group goes where depends on the seed and the group's name alone."""
    groups = _groups(works, by)
    if len(groups) < 3:
        what = counted(len(groups), f"different {by}")
        raise UserError(
            f"the texts hold {what}: training, validation and test "
            "need one each; "
            + ("leave out --by author" if by == "author" else "part the text with blank lines")
        )
    order = sorted(groups, key=lambda name: hashlib.sha256(f"{seed}\n{name}".encode()).digest())
    total = sum(len(work.tokens) for work in works)
    side: dict[int, Part] = {}
    for part in ("validation", "test"):
        taken = 0
        while order and (not taken or taken < share * total) and len(order) > 1:
            name = order.pop(0)
            size = sum(len(works[place].tokens) for place in groups[name])
            if taken and taken + size > 2 * share * total:
                continue  # too large for what is left here: it is trained on
            taken += size
            side |= dict.fromkeys(groups[name], part)
    out: dict[Part, tuple[Work, ...]] = {}
    for part in PARTS:
        out[part] = tuple(w for i, w in enumerate(works) if side.get(i, "train") == part)
    return out


def _groups(works: Sequence[Work], by: str) -> dict[str, list[int]]:
    """The places of the works that must stay together, by a name for each group."""
    if by == "author":
        names = [re.sub(r"\s+", " ", work.text.author.strip().lower()) for work in works]
    else:
        opening = [" ".join(words(work.text.text)[:8]) for work in works]
        shared = collections.Counter(opening)
        # an opening that many works share is a heading, not a sign of one poem twice
        most = max(3, len(works) // 50)
        names = [
            name if name and shared[name] <= most else " ".join(work.text.text.split())
            for name, work in zip(opening, works, strict=True)
        ]
    groups: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        groups.setdefault(name, []).append(place)
    return groups


def _vocabulary(
    counted: collections.Counter[str], most: int, least: int
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    ranked = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    kept = [(t, n) for t, n in ranked if n >= least and t != NEWLINE][: max(1, most - 3)]
    known = sum(n for _, n in kept) + counted[NEWLINE]
    control = [(UNKNOWN, counted.total() - known), (END, 0), (NEWLINE, counted[NEWLINE])]
    both = control + kept
    return tuple(t for t, _ in both), tuple(n for _, n in both)


def rows_of(stream: Numbers, rows: int) -> Numbers:
    """A stream cut into (rows, length) contiguous rows; the remainder is left out."""
    length = len(stream) // rows
    return stream[: rows * length].reshape(rows, length)


def authors_of(works: Iterable[Work]) -> list[tuple[str, int]]:
    """Authors and how many works of each, the most first."""
    counts = collections.Counter(work.text.author or "unnamed" for work in works)
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def windows_of(stream: Numbers, context: int, places: Numbers) -> tuple[Numbers, Numbers]:
    """The `context` tokens before each place (N, context), and the token there (N,).

    Before the stream's start stands `<end>`.
    """
    padded = np.concatenate([np.full(context, 1, np.int64), stream])
    windows = np.lib.stride_tricks.sliding_window_view(padded, context)
    return windows[places], stream[places]


def batches(order: Numbers, size: int) -> Iterator[Numbers]:
    """An order of places in batches of one size; a shorter last one is left out."""
    for start in range(0, len(order) - size + 1, size):
        yield order[start : start + size]
