"""Loops: text that has begun to say the same thing over and over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from haiga.features.words import words

LEAST = 3
"""Times in all before saying again counts as a loop: a refrain may come twice."""
LONGEST = 8
"""Words of the longest cycle looked for."""


@dataclass(frozen=True)
class Loop:
    """What came round: a `line` in any places, or a `cycle` of words one after another.

    `period` is how many words one round has, `times` how often it came, 3 or more.
    """

    kind: Literal["line", "cycle"]
    period: int
    times: int
    text: str


def find_loop(lines: Sequence[str]) -> Loop | None:
    """The worst loop of a poem: a line that comes three times, or a cycle three times in a row.

    A cycle is 1 to 8 words and may run over line ends; of several the one that fills
    most words is told. Case and marks do not count.
    """
    spoken = [tuple(words(line)) for line in lines]
    found: list[Loop] = []
    said = Counter(line for line in spoken if line)
    if said:
        line, times = said.most_common(1)[0]
        if times >= LEAST:
            found.append(Loop("line", len(line), times, " ".join(line)))
    cycle = find_cycle([word for line in spoken for word in line])
    if cycle:
        found.append(cycle)
    return max(found, key=lambda loop: loop.period * loop.times, default=None)


def find_cycle(tokens: Sequence[str]) -> Loop | None:
    """The cycle of at most 8 tokens, three times in a row or more, that fills most tokens."""
    best: Loop | None = None
    for period in range(1, LONGEST + 1):
        run = 0
        for i in range(period, len(tokens)):
            run = run + 1 if tokens[i] == tokens[i - period] else 0
            times = run // period + 1
            if times >= LEAST and (best is None or period * times > best.period * best.times):
                start = i - times * period + 1
                best = Loop("cycle", period, times, " ".join(tokens[start : start + period]))
    return best
