"""Poems as one long stream of word numbers, stanza weights turned into repeats."""

from __future__ import annotations

import collections
import json
import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from haiga.core.seeds import generator
from haiga.training.text_corpus import (
    HAIKU,
    IMAGE,
    MARKS,
    NEWLINE,
    VERSE,
    Work,
    stanzas,
    tokens_of,
)
from haiga.training.text_weights import weigh

UNKNOWN = "<unk>"
SPECIALS = (UNKNOWN, NEWLINE, VERSE, IMAGE, HAIKU, *MARKS, "'s")

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Stanza:
    """One stanza in plain English: its work's number, its tokens, how often it is read."""

    work: int
    tokens: tuple[str, ...]
    repeats: float
    imagistic: bool


def read_stanzas(works: Iterable[Work], known: Container[str]) -> list[Stanza]:
    """The stanzas of all works with at least four words, weighed, in order."""
    out = []
    for number, work in enumerate(works):
        for text in re.split(r"\n\s*\n", work.text):
            tokens = [token for part in stanzas(tokens_of(text, known)) for token in part]
            if sum(token[0].isalpha() for token in tokens) < 4:
                continue
            weight = weigh(text, tokens, known)
            out.append(Stanza(number, tuple(tokens), weight.repeats, weight.imagistic))
    return out


def build_vocabulary(stanzas_read: Sequence[Stanza], extra: Iterable[str], size: int) -> list[str]:
    """The `size` words that are read most (repeats counted), specials and `extra` first."""
    counts: collections.Counter[str] = collections.Counter()
    for stanza in stanzas_read:
        for token in stanza.tokens:
            counts[token] += stanza.repeats  # type: ignore[assignment]
    chosen = dict.fromkeys([*SPECIALS, *sorted(set(extra))])
    for word, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        if len(chosen) >= size:
            break
        chosen.setdefault(word)
    return list(chosen)


def verse_epoch(
    stanzas_read: Sequence[Stanza], index: dict[str, int], seed: int, epoch: int
) -> Numbers:
    """One epoch of verse: works shuffled, each stanza opened by its kind, weights as repeats.

    A stanza of weight 1.3 is read once in its place and, in three epochs of ten,
    once more elsewhere; one of 0.4 in four epochs of ten.
    """
    draw = generator(seed, "verse", epoch)
    items: dict[tuple[int, int], list[int]] = {}
    for position, stanza in enumerate(stanzas_read):
        copies = int(stanza.repeats + draw.random())
        if not copies:
            continue
        start = index[IMAGE if stanza.imagistic else VERSE]
        numbers = [start] + [index.get(token, 0) for token in stanza.tokens]
        items.setdefault((stanza.work, -1), []).extend(numbers)
        for _ in range(copies - 1):
            items.setdefault((stanza.work, position), []).extend(numbers)
    keys = list(items)
    order = draw.permutation(len(keys))
    return np.concatenate([np.asarray(items[keys[i]], np.int64) for i in order])


def examples_epoch(
    examples: Sequence[Sequence[str]],
    weights: Sequence[float],
    index: dict[str, int],
    seed: int,
    epoch: int,
) -> Numbers:
    """One epoch of single poems, each `<haiku>` line <n> line <n> line <n>, shuffled."""
    draw = generator(seed, "examples", epoch)
    chosen: list[int] = []
    for i, weight in enumerate(weights):
        chosen += [i] * int(weight + draw.random())
    order = draw.permutation(len(chosen))
    parts = [[index[HAIKU], *(index.get(t, 0) for t in examples[chosen[i]])] for i in order]
    return np.concatenate([np.asarray(part, np.int64) for part in parts])


def save_vocabulary(path: Path, words: Sequence[str]) -> None:
    """Writes the words, in order, as a JSON list."""
    path.write_text(json.dumps(list(words), ensure_ascii=False) + "\n", encoding="utf-8")


def load_vocabulary(path: Path) -> list[str]:
    """The words written by `save_vocabulary`."""
    listed: list[str] = json.loads(path.read_text(encoding="utf-8"))
    return listed
