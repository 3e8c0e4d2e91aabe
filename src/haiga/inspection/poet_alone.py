"""Poems by the network alone: no form, no gate, no choice among drafts.

What a poet's writer guards against (loops, copies) shows here as the network has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from haiga.core.nouns import Poem
from haiga.core.seeds import generator
from haiga.features.tokens import NEWLINE
from haiga.inspection.poet_poems import Written
from haiga.inspection.poet_texts import Network
from haiga.media.texts import Text

MOST_LINES = 8
MOST_TOKENS = {"word": 96, "char": 480}
BEGUN = {"word": 2, "char": 8}
"""Tokens of a work's beginning that a greedy poem is given, by level."""
_BATCH = 64

Numbers = npt.NDArray[np.int64]


class SteppingNetwork(Network, Protocol):
    """A network that can be read one token at a time, for many texts at once."""

    def begin(self, count: int) -> Any: ...
    def step(self, words: Numbers, state: Any) -> tuple[npt.NDArray[np.float32], Any]: ...


def openings_of(texts: Sequence[Text], network: SteppingNetwork, count: int) -> list[list[int]]:
    """The first tokens of up to `count` works, no two alike and none unknown, as numbers."""
    width = BEGUN[network.splitter.level]
    found: dict[tuple[int, ...], None] = {}
    barred = {network.unknown, network.end, _newline(network)}
    for text in texts:
        start = tuple(network.encode(text.text)[:width])
        if len(start) == width and not barred & set(start):
            found.setdefault(start)
        if len(found) == count:
            break
    return [list(start) for start in found]


def write_greedily(network: SteppingNetwork, openings: Sequence[Sequence[int]]) -> list[Written]:
    """One poem for each opening: the likeliest token after the tokens so far, again and again.

    Only the unknown word is barred. A poem ends where the network ends it, after 8
    lines, or after 96 words or 480 characters. Nothing is drawn, so the seeds are 0.
    All openings have one length.
    """
    out: list[Written] = []
    for start in range(0, len(openings), _BATCH):
        begun = np.asarray(openings[start : start + _BATCH], np.int64)
        out += _written(network, begun, [0] * len(begun), drawn=False)
    return out


def write_freely(network: SteppingNetwork, seeds: Sequence[int]) -> list[Written]:
    """One poem a seed, each token drawn as the network expects it (temperature 1).

    Begun with nothing; the unknown word barred and the end as for greedy ones.
    """
    out: list[Written] = []
    for start in range(0, len(seeds), _BATCH):
        some = list(seeds[start : start + _BATCH])
        out += _written(network, np.zeros((len(some), 0), np.int64), some, drawn=True)
    return out


def _written(
    network: SteppingNetwork, openings: Numbers, seeds: Sequence[int], *, drawn: bool
) -> list[Written]:
    newline, count = _newline(network), len(openings)
    draws = [generator(seed, "alone") for seed in seeds]
    log_p, state = network.step(np.full(count, network.end, np.int64), network.begin(count))
    rows = [list(map(int, row)) for row in openings]
    for column in openings.T:
        log_p, state = network.step(np.ascontiguousarray(column), state)
    going = np.ones(count, bool)
    for _ in range(MOST_TOKENS[network.splitter.level]):
        log_p = np.array(log_p, np.float32)
        log_p[:, network.unknown] = -np.inf
        if drawn:  # the largest of log p + Gumbel noise is a draw from p (Gumbel 1954)
            log_p += np.stack([draw.gumbel(size=log_p.shape[1]) for draw in draws])
        chosen = np.asarray(log_p.argmax(1), np.int64)
        going &= chosen != network.end
        for place in np.flatnonzero(going):
            rows[place].append(int(chosen[place]))
            going[place] = rows[place].count(newline) < MOST_LINES
        if not going.any():
            break
        log_p, state = network.step(chosen, state)
    return [
        _poem(network, row, openings.shape[1], seed) for row, seed in zip(rows, seeds, strict=True)
    ]


def _poem(network: SteppingNetwork, row: Sequence[int], begun: int, seed: int) -> Written:
    text = network.splitter.join([network.tokens[token] for token in row])
    start = network.splitter.join([network.tokens[token] for token in row[:begun]])
    lines = tuple(line for line in text.splitlines() if line.strip())
    return Written(Poem(lines or (start,), "free"), seed, start.strip(), text)


def _newline(network: SteppingNetwork) -> int:
    """The number of the newline; -1 for a network that never saw one."""
    tokens = list(network.tokens)
    return tokens.index(NEWLINE) if NEWLINE in tokens else -1
