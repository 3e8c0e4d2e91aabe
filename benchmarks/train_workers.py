"""What do several workers gain? The speed of one training by one process and by crews.

python benchmarks/train_workers.py TEXTS [CONDITION…] [--steps N] [--rounds N] [--ray]

A poet is trained for a few looks by one process with a thread a processor, and by a crew with a
process a processor and a thread each, in turns, so that what else the machine does falls on
all alike; with `--ray` by the same crew on Ray too. Printed are the tokens a second of each
(the median of all looks but the first of each turn), and how far the losses of the
last turn are apart.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from haiga.training.on_one_machine import train_together
from haiga.training.recipes.poet import main as poet

Way = Callable[[list[str]], Any]


def ways(workers: int, ray: bool) -> dict[str, Way]:
    """Who trains: a name, and what to call with the recipe's arguments."""
    found: dict[str, Way] = {
        f"1 worker, {workers} threads": lambda words: poet([*words, "--threads", str(workers)]),
        "1 worker, 1 thread": lambda words: poet([*words, "--threads", "1"]),
        f"{workers} workers, 1 thread each": lambda words: train_together(
            poet, [*words, "--threads", "1"], workers
        ),
    }
    if ray:
        from haiga.training.on_ray import train_on_ray

        found[f"{workers} workers on Ray"] = lambda words: train_on_ray(
            poet, [*words, "--threads", "1"], workers
        )
    return found


def looks(out: Path) -> list[dict[str, Any]]:
    """What the run in a folder measured."""
    return [json.loads(line) for line in (out / "work/log.jsonl").read_text().splitlines()]


def run() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", type=Path)
    parser.add_argument("where", nargs="*")
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--size", default="medium")
    parser.add_argument("--ray", action="store_true")
    o = parser.parse_args()
    workers = os.cpu_count() or 1
    speeds: dict[str, list[float]] = {}
    losses: dict[str, list[float]] = {}
    for _ in range(o.rounds):
        for name, way in ways(workers, o.ray).items():
            with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
                words = ["--texts", str(o.texts), "--out", f"{folder}/poet", "--size", o.size,
                         "--steps", str(o.steps), "--patience", "0"]  # fmt: skip
                for condition in o.where:
                    words += ["--where", condition]
                way(words)
                found = looks(Path(folder) / "poet")
            speeds.setdefault(name, []).extend(x["tokens_per_s"] for x in found[1:])
            losses[name] = [x["validation_loss"] for x in found]
    print(f"load {os.getloadavg()[0]:.1f}, {workers} processors")
    first = next(iter(speeds))
    for name, every in speeds.items():
        ratio = statistics.median(every) / statistics.median(speeds[first])
        apart = max(abs(a / b - 1) for a, b in zip(losses[name], losses[first], strict=True))
        print(
            f"{name:28} {statistics.median(every):8,.0f} tokens/s  × {ratio:.2f}"
            f"  losses apart by {apart:.1e}"
        )


if __name__ == "__main__":
    run()
