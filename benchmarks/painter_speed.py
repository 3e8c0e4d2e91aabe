"""How long does a picture take, alone and among sixteen?

    python benchmarks/painter_speed.py [--rounds 7]

Paints 128 px pictures of poems with the bundled painter, warm. Prints the median over
rounds, the seconds a network call takes (the bound: all else is ours), and the machine.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np
from machine import machine_line

from haiga.core.nouns import Poem
from haiga.models.store import load_model
from haiga.roles.painters.flow import FlowPainter

POEM = Poem(("snow on the far hills", "a boat goes over the lake", "into the evening"))


def seconds(what: object, rounds: int) -> float:
    """The median time of a call, in seconds."""
    assert callable(what)
    spans = []
    for _ in range(rounds):
        started = time.perf_counter()
        what()
        spans.append(time.perf_counter() - started)
    return statistics.median(spans)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    args = parser.parse_args()
    print(machine_line())
    painter = FlowPainter()
    painter.paint([POEM], seeds=[0])  # opens the files
    one = seconds(lambda: painter.paint([POEM], seeds=[1]), args.rounds)
    many = seconds(lambda: painter.paint([POEM] * 16, seeds=list(range(16))), 3)
    network = load_model("painter").session("flow.onnx", threads=2)
    rng = np.random.default_rng(0)
    inputs = {
        "x": rng.standard_normal((2, 8, 16, 16), dtype=np.float32),
        "t": np.full(2, 0.5, np.float32),
        "words": rng.standard_normal((2, 12, 128), dtype=np.float32),
        "present": np.ones((2, 12), np.float32),
    }
    call = seconds(lambda: network.run(inputs), 5 * args.rounds)
    print("| what | seconds | limit |\n| --- | --- | --- |")
    print(f"| one picture | {one:.2f} | 0.6 |")
    print(f"| sixteen pictures | {many:.2f} | 5 |")
    print(f"| one call of the network, with words and without | {call:.4f} | |")


if __name__ == "__main__":
    main()
