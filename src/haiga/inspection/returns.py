"""Where a chain of sayings comes back on itself: fixed points and loops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from haiga.features.words import words


@dataclass(frozen=True)
class Return:
    """A stretch of sayings in which each is the one `period` before it.

    It begins at saying `start` (from 0) and has `length` sayings, two periods at least; with
    `period` 1 it is a fixed point. `said` are the sayings of one period.
    """

    start: int
    length: int
    period: int
    said: tuple[str, ...]


def find_return(sayings: Sequence[str]) -> Return | None:
    """The longest stretch that goes round at least twice; of equal ones the shortest period.

    Case and marks do not count, and a saying of no word is like no other. None where the
    sayings never come round.
    """
    spoken = [tuple(words(saying)) for saying in sayings]
    best: Return | None = None
    for period in range(1, len(spoken) // 2 + 1):
        run = 0
        for i in range(period, len(spoken)):
            run = run + 1 if spoken[i] and spoken[i] == spoken[i - period] else 0
            if run >= period and (best is None or run + period > best.length):
                start = i - run - period + 1
                said = tuple(sayings[start : start + period])
                best = Return(start, run + period, period, said)
    return best


def said_again(sayings: Sequence[str]) -> int:
    """How many sayings had been said before in the same chain, in these words."""
    seen: set[tuple[str, ...]] = set()
    again = 0
    for saying in sayings:
        spoken = tuple(words(saying))
        again += bool(spoken) and spoken in seen
        seen.add(spoken)
    return again
