"""What keeping results costs: a key, a hit, a result that is kept, and asking for the source.

    python benchmarks/cache.py [--rounds 200]

A hit is the record, the bytes and their verification by sha256: for a picture of 1,024 px as the
engine hands it on (3.1 MB), and for a poem. Limit: 5 ms. The source is that of the step that
reaches most of haiga, cold (nothing remembered) and warm (a stat a file). Limit, warm: 30 ms.
The cache holds 2,000 results besides.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path

import numpy as np
from machine import machine_line

from haiga.core.registry import GROUPS
from haiga.engine.cache import Cache
from haiga.engine.keys import key_parts
from haiga.engine.plan import Call, Step
from haiga.engine.reached import ProcessMemory, Source, source_of
from haiga.engine.values import pack, unpack


def milliseconds(work: Callable[[], object], rounds: int) -> tuple[float, float, float]:
    """Median and 99th percentile of so many times, and the mean processor time."""
    taken = []
    used = time.process_time()
    for _ in range(rounds):
        begin = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begin) * 1000)
    used = (time.process_time() - used) * 1000 / rounds
    return statistics.median(taken), sorted(taken)[int(rounds * 0.99)], used


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    rounds = parser.parse_args().rounds
    print(machine_line())
    step, source = _largest()
    picture = np.random.default_rng(1).integers(0, 256, (1024, 1024, 3)).astype(np.uint8)
    values = {"picture, 3.1 MB": pack(picture), "poem": pack(["snow on the gate"] * 3)}
    print("| what | median ms | 99 % ms | processor ms |\n|---|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder, Cache(Path(folder) / "cache") as cache:

        def key(seed: int) -> str:
            return key_parts(step, seed=seed, inputs={"poem": "ab"}, lock="l", source=source).key

        def keep(seed: int, data: bytes) -> None:
            told = key_parts(step, seed=seed, inputs={"poem": "ab"}, lock="l", source=source)
            cache.put(told.key, data, told)

        for seed in range(2000):
            keep(10**6 + seed, f"poem {seed}".encode())
        _line("key", lambda: key(1), rounds)
        for number, (name, data) in enumerate(values.items()):
            seeds = iter(range(number * 10**5, number * 10**5 + rounds))
            _line(f"keep, {name}", lambda s=seeds, d=data: keep(next(s), d), rounds)  # type: ignore[misc]
            seeds = iter(range(number * 10**5, number * 10**5 + rounds))
            _line(f"hit, {name}", lambda s=seeds: cache.get(key(next(s))), rounds)  # type: ignore[misc]
            found = cache.get(key(number * 10**5))
            assert found is not None
            assert found.data == data
            _line(f"unpacked, {name}", lambda d=data: unpack(d), rounds)  # type: ignore[misc]
        cold = [milliseconds(lambda: source_of(step, memory=ProcessMemory()), 1)[0]
                for _ in range(3)]  # fmt: skip
        print(f"| source of {len(source.files)} files, cold | {statistics.median(cold):.0f} | | |")
        source_of(step, memory=cache)
        _line(f"source of {len(source.files)} files, warm",
              lambda: source_of(step, memory=cache), rounds)  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        _line("opened and closed", lambda: Cache(Path(folder) / "cache").close(), rounds)


def _largest() -> tuple[Step, Source]:
    """The registered implementation that reaches most files, as a step."""
    found = []
    for role, group in GROUPS.items():
        for entry in entry_points(group=group):
            call = Call("values", "haiga.actions.compose:poem_step", settings={"temperature": 0.8})
            step = Step("largest", role=role, use=entry.name, call=call)
            found.append((step, source_of(step, memory=_memory)))
    return max(found, key=lambda one: len(one[1].files))


_memory = ProcessMemory()


def _line(what: str, work: Callable[[], object], rounds: int) -> None:
    median, most, used = milliseconds(work, rounds)
    print(f"| {what} | {median:.3f} | {most:.3f} | {used:.3f} |")


if __name__ == "__main__":
    main()
