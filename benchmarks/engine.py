"""What the engine costs beside a bare loop: a step, a kept result, and whole pieces.

    python benchmarks/engine.py [--steps 300] [--pieces 40] [--rounds 4] [--engine local|ray]

Steps: a plan of one step that gives a number, or a picture of 1,024 px (3 MB), for many items;
what the plan takes above the bare function, in ms a step (limit 2). Kept: the same plan again
over a warm cache, ms a step (limit 5).

Pieces: `haiga create` over an engine with two workers, into a studio, beside a bare loop over
the same models (poem to sheet, nothing judged, nothing written). Both are warm, and take turns
in ROUNDS blocks, so that other work on the machine meets both. The ratio of their throughputs
is the figure: limit 0.9 for the local engine, 0.8 for Ray.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from machine import machine_line

from haiga.actions.compose import Request
from haiga.actions.create import compose_piece, create
from haiga.actions.create_apart import pieces_apart
from haiga.actions.kept import keeping
from haiga.actions.makers import Makers
from haiga.archive.studio import Studio
from haiga.core.config import load_artist
from haiga.engine import schedule
from haiga.engine.local_backend import LocalBackend
from haiga.engine.plan import Pipeline, Step, Work

write = sys.stdout.write


def number(inputs: Mapping[str, Any], seed: int) -> int:
    return seed % 1000


def picture(inputs: Mapping[str, Any], seed: int) -> np.ndarray[Any, Any]:
    made = np.zeros((1024, 1024, 3), np.uint8)
    made[:8] = seed % 255
    made[8, 0] = np.frombuffer(np.int64(seed).tobytes(), np.uint8)[:3]
    return made


def milliseconds_a_step(run: Callable[[], object], steps: int) -> float:
    begin = time.perf_counter()
    run()
    return (time.perf_counter() - begin) / steps * 1000


def steps_table(steps: int) -> None:
    write("| a step gives | bare, ms | + engine | + engine and cache | kept, ms |\n")
    write("|---|---:|---:|---:|---:|\n")
    for name, work in (("a number", number), ("a picture of 3 MB", picture)):
        bare, plain, first, again = step_costs(work, steps)
        write(f"| {name} | {bare:.2f} | {plain - bare:.2f} | {first - bare:.2f} | {again:.2f} |\n")


def step_costs(work: Work, steps: int) -> tuple[float, float, float, float]:
    """Milliseconds a step: bare, over the engine, with an empty cache, with a full one."""
    items = [(str(seed), seed) for seed in range(steps)]
    plan = Pipeline((Step("step", work),))
    with tempfile.TemporaryDirectory() as folder:
        studio = Path(folder)
        with closing(LocalBackend({}, home=studio / "environments")) as backend:

            def over(keep: schedule.Keeping | None) -> float:
                def go() -> None:
                    for _ in schedule.run(plan, items, backend=backend, keep=keep):
                        pass

                return milliseconds_a_step(go, steps)

            over(None)
            bare = milliseconds_a_step(lambda: [work({}, seed) for _, seed in items], steps)
            plain = over(None)
            with keeping(studio, backend) as keep:
                for _ in schedule.run(plan, [("x", 10**6)], backend=backend, keep=keep):
                    pass  # the source is read once a step, not once an item
                return bare, plain, over(keep), over(keep)


def pieces_table(engine: str, pieces: int, rounds: int) -> None:
    artist = load_artist("auria")
    makers, request, seeds = Makers(artist), Request(), itertools.count(10_000)
    block = max(1, pieces // rounds)
    ratios: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        home = Studio.open(Path(folder) / "studio")
        ours = Makers(artist)
        with pieces_apart(engine, home, ours, workers=2) as begin_all:

            def by_engine(count: int) -> float:
                start = next(seeds)
                _skip(seeds, count)
                begin = time.perf_counter()
                made = create(ours, home, seeds=range(start, start + count), begin_all=begin_all)
                assert sum(1 for _ in made) == count
                return count / (time.perf_counter() - begin)

            def bare(count: int) -> float:
                begin = time.perf_counter()
                for seed in itertools.islice(seeds, count):
                    compose_piece(makers, request, seed)
                return count / (time.perf_counter() - begin)

            by_engine(3)
            bare(2)
            for _ in range(rounds):
                loop, own = bare(block), by_engine(block)
                ratios.append(own / loop)
                write(f"bare {loop * 60:.0f} pieces a minute, {engine} {own * 60:.0f}\n")
                sys.stdout.flush()
    told = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
    write(f"\n{engine} with two workers / bare loop, {block * rounds} pieces each: {told}\n")


def _skip(seeds: Iterator[int], count: int) -> None:
    for _ in itertools.islice(seeds, count):
        pass


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--steps", type=int, default=300)
    options.add_argument("--pieces", type=int, default=40)
    options.add_argument("--rounds", type=int, default=4)
    options.add_argument("--engine", choices=["local", "ray"], default="local")
    asked = options.parse_args()
    write(machine_line() + "\n\n")
    if asked.engine == "local":
        steps_table(asked.steps)
        write("\n")
    if asked.pieces:
        pieces_table(asked.engine, asked.pieces, asked.rounds)


if __name__ == "__main__":
    main()
