"""Poems by the network alone, always taking its likeliest word: where a poet's loops show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from haiga.core.nouns import Poem
from haiga.features.tokens import NEWLINE, Tokens
from haiga.inspection.poet_poems import Written
from haiga.inspection.poet_texts import Network
from haiga.media.texts import Text

MOST_LINES = 8
MOST_TOKENS = {"word": 96, "char": 480}
BEGUN = {"word": 2, "char": 8}
"""Tokens of a work's beginning that are given, by level."""
_BATCH = 64


class SteppingNetwork(Network, Protocol):
    """A network that can be read one token at a time, for many texts at once."""

    @property
    def splitter(self) -> Tokens: ...
    def begin(self, count: int) -> Any: ...
    def step(
        self, words: npt.NDArray[np.int64], state: Any
    ) -> tuple[npt.NDArray[np.float32], Any]: ...


def openings_of(texts: Sequence[Text], network: SteppingNetwork, count: int) -> list[list[int]]:
    """The first tokens of up to `count` works, no two alike and none unknown, as numbers."""
    width = BEGUN[network.splitter.level]
    found: dict[tuple[int, ...], None] = {}
    newline = _newline(network)
    for text in texts:
        start = tuple(network.encode(text.text)[:width])
        if len(start) == width and not {network.unknown, network.end, newline} & set(start):
            found.setdefault(start)
        if len(found) == count:
            break
    return [list(start) for start in found]


def write_greedily(network: SteppingNetwork, openings: Sequence[Sequence[int]]) -> list[Written]:
    """One poem for each opening: the likeliest token after the tokens so far, again and again.

    Only the unknown word is barred. A poem ends where the network ends it, after 8
    lines, or after 96 words or 480 characters. There is no help against loops and
    nothing is drawn, so the seeds are 0. All openings have one length.
    """
    out: list[Written] = []
    for start in range(0, len(openings), _BATCH):
        out += _written(network, np.asarray(openings[start : start + _BATCH], np.int64))
    return out


def _written(network: SteppingNetwork, openings: npt.NDArray[np.int64]) -> list[Written]:
    newline = _newline(network)
    count = len(openings)
    state = network.begin(count)
    log_p, state = network.step(np.full(count, network.end, np.int64), state)
    rows = [list(map(int, row)) for row in openings]
    for column in openings.T:
        log_p, state = network.step(np.ascontiguousarray(column), state)
    going = np.ones(count, bool)
    for _ in range(MOST_TOKENS[network.splitter.level]):
        log_p = np.array(log_p)
        log_p[:, network.unknown] = -np.inf
        chosen = np.asarray(log_p.argmax(1), np.int64)
        going &= chosen != network.end
        for place in np.flatnonzero(going):
            rows[place].append(int(chosen[place]))
            going[place] = rows[place].count(newline) < MOST_LINES
        if not going.any():
            break
        log_p, state = network.step(chosen, state)
    return [_poem(network, row, openings.shape[1]) for row in rows]


def _poem(network: SteppingNetwork, row: Sequence[int], begun: int) -> Written:
    text = network.splitter.join([network.tokens[token] for token in row])
    start = network.splitter.join([network.tokens[token] for token in row[:begun]])
    lines = tuple(line for line in text.splitlines() if line.strip())
    return Written(Poem(lines or (start,), "free"), 0, start.strip())


def _newline(network: SteppingNetwork) -> int:
    """The number of the newline; -1 for a network that never saw one."""
    tokens = list(network.tokens)
    return tokens.index(NEWLINE) if NEWLINE in tokens else -1
