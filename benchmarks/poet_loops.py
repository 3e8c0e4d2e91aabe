"""When does a poet begin to say the same thing for ever, and what stops it?

python benchmarks/poet_loops.py MODEL [POEMS] [LINES]

The network alone writes POEMS texts of LINES lines (100 of 12) under one way of choosing
words after another, each begun with a different word; then haiga's writer does, as
`haiga write --form free --lines LINES` would. A text loops when a line comes three
times, or one to eight words three times in a row (`haiga.features.loops`).
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np
from machine import machine_line

from haiga.core.seeds import generator
from haiga.features.loops import find_loop
from haiga.features.tokens import NEWLINE, is_word
from haiga.features.words import words
from haiga.inspection.metrics.diversity import distinct
from haiga.models.store import load_model
from haiga.roles.poets.network import PoetNetwork
from haiga.roles.poets.writer import LanguageModelPoet

MOST = 12


@dataclass(frozen=True)
class Way:
    """How the next word is chosen; `penalty` divides or multiplies scores of words said."""

    name: str
    temperature: float = 0.0
    top_p: float = 1.0
    penalty: float = 1.0


WAYS = (
    Way("the likeliest word"),
    Way("temperature 0.3", 0.3),
    Way("temperature 0.5", 0.5),
    Way("temperature 0.7", 0.7),
    Way("temperature 1", 1.0),
    Way("temperature 1, top-p 0.9", 1.0, 0.9),
    Way("the likeliest word, penalty 1.2", penalty=1.2),
)


def alone(network: PoetNetwork, way: Way, first: int, seed: int, lines: int) -> list[str]:
    """One text by the network and one rule. The penalty is Keskar et al. 2019, section 4.1."""
    draw = generator(seed, "loops")
    numbers = [first]
    _, state = network.step(np.array([network.end]), network.begin(1))
    newline = network.index[NEWLINE]
    while numbers.count(newline) < lines and len(numbers) < lines * MOST:
        log_p, state = network.step(np.array(numbers[-1:]), state)
        scores = log_p[0].astype(np.float64)
        said = [n for n in set(numbers) if is_word(network.tokens[n])]
        scores[said] *= way.penalty  # log-probabilities are negative
        scores[[network.end, network.unknown]] = -np.inf
        if way.temperature == 0:
            numbers.append(int(scores.argmax()))
            continue
        p = np.exp((scores - scores.max()) / way.temperature)
        p /= p.sum()
        if way.top_p < 1:
            order = np.argsort(-p)
            kept = order[: int(np.searchsorted(np.cumsum(p[order]), way.top_p)) + 1]
            p = np.where(np.isin(np.arange(len(p)), kept), p, 0)
            p /= p.sum()
        numbers.append(int(draw.choice(len(p), p=p)))
    text = network.splitter.join([network.tokens[n] for n in numbers])
    return [line for line in text.splitlines() if line.strip()]


def told(name: str, poems: list[list[str]]) -> None:
    """One row: share of texts that loop, distinct-2, and the first loop."""
    loops = [loop for poem in poems if (loop := find_loop(poem))]
    share = len(loops) / len(poems)
    pairs = distinct([words(" ".join(poem)) for poem in poems], 2)
    shown = f"  “{loops[0].text[:48]}” {loops[0].times} times" if loops else ""
    print(f"{name:34}{share:7.0%}{pairs:11.3f}{shown}", flush=True)


def main() -> None:
    """Prints a row for each way."""
    model = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    lines = int(sys.argv[3]) if len(sys.argv) > 3 else 12
    network = PoetNetwork(load_model(model))
    order = np.argsort(-network.counts)
    firsts = [int(n) for n in order if is_word(network.tokens[n])][:count]
    print(machine_line())
    print(f"{model}: {len(firsts)} texts of {lines} lines, begun with its commonest words")
    print(f"{'':34}{'loop':>7}{'distinct-2':>11}")
    for way in WAYS:
        told(way.name, [alone(network, way, n, i, lines) for i, n in enumerate(firsts)])
    for name, settings in (
        ("haiga's writer, greedy", {"greedy": True}),
        ("haiga's writer", {"candidates": 4}),
    ):
        poems = []
        for i, n in enumerate(firsts):
            poet = LanguageModelPoet(
                model=model, lines=lines, begin=network.tokens[n], diction="any", **settings
            )
            poems.append(list(poet.write([""], form="free", seeds=[i])[0].lines))
        told(name, poems)


if __name__ == "__main__":
    main()
