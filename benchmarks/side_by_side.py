"""Are two steps side by side slower than one after the other?

    python benchmarks/side_by_side.py [--rounds 5] [--pictures 2]

Two isolated steps that each need one processor paint PICTURES pictures with the bundled painter
(ONNX Runtime with its two threads). One after the other in one warm process, which may use
every core; side by side in two, free to use every core; side by side, each held to one core. The
ways take turns; the figure is the median of each way's seconds over those of one after the
other. Limit: 1.0 for the way that the engine takes (free).
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from machine import machine_line

from haiga.core.nouns import Poem
from haiga.engine.backend import Attempt, Outcome
from haiga.engine.environments import prepare
from haiga.engine.isolated import Worker
from haiga.engine.plan import Call, Needs, Step

TARGET = "haiga.actions.role_steps.painter:painter"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--pictures", type=int, default=2)
    asked = options.parse_args()
    write = sys.stdout.write
    write(machine_line() + "\n\n")
    settings: dict[str, Any] = {"use": "flow.v1", "settings": {}}
    call = Call("values", TARGET, settings=settings)
    step = Step("painting", inputs=("poem",), call=call, needs=Needs(cpu=1))
    poem = Poem(("still water at dusk", "a heron lifts from the reeds", "the moon stays behind"))
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        ready = prepare(None, home / "environments", with_haiga=True)

        def worker(*cores: int) -> Worker:
            made = Worker(ready, step, {}, folder=home / "work", cores=cores)
            paint(made, 1)
            return made

        def paint(by: Worker, count: int) -> None:
            for seed in range(count):
                outcome: Outcome = by.run(Attempt("x", step, seed, {"poem": poem}))
                if outcome.error is not None:
                    raise outcome.error

        free, held = [worker(), worker()], [worker(0), worker(1)]

        def after() -> None:
            paint(free[0], 2 * asked.pictures)

        def beside(pair: list[Worker]) -> None:
            threads = [threading.Thread(target=paint, args=(w, asked.pictures)) for w in pair]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        ways = {
            "one after the other": after,
            "side by side, free": lambda: beside(free),
            "side by side, one core each": lambda: beside(held),
        }
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(asked.rounds):
            for name, way in ways.items():
                begin = time.perf_counter()
                way()
                seconds[name].append(time.perf_counter() - begin)
        for each in (*free, *held):
            each.stop()
    first = statistics.median(seconds["one after the other"])
    for name, taken in seconds.items():
        middle = statistics.median(taken)
        write(f"{name:28} {middle:.2f} s, ratio {middle / first:.2f}\n")


if __name__ == "__main__":
    main()
