"""Runs killed at any instant, and what they come to when they are run again.

    python benchmarks/crashes.py [--instants 10000] [--kills 200] [--rotten 2000] [--seed 1]

Instants: a plan of six steps for two pieces is stopped at a random one of the points at which
it touches the disk, tells an event, or is inside a step; the disk as it is then is all that the
next run has, which may be stopped again. Kills: the same in a process of its own, ended by
`kill -9` after a random time or at a named point. In the end, each time, every result must
be the same to the byte, none that was reported done is made once more, and none is kept twice.
Rotten: random bytes of the index are overwritten; no wrong value may ever be given.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from machine import machine_line

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "engine"))

from cache_parts import keep, parts
from crash_plan import check_after_kills, instants, read_events, run_and_die, sweep

from haiga.engine.cache import Cache


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instants", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--rotten", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    print(machine_line())
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
        for what, how_often, check in (
            ("instants in process", asked.instants, _instants),
            ("kill -9", asked.kills, _kills),
            ("rotten indexes", asked.rotten, _rotten),
        ):
            if how_often:
                begin = time.perf_counter()
                told = check(Path(folder) / what.replace(" ", "-"), how_often, chance)
                print(f"{how_often:,} {what}: all as they should be, "
                      f"{time.perf_counter() - begin:.0f} s; {told}")  # fmt: skip


def _instants(folder: Path, how_often: int, chance: random.Random) -> str:
    hit = sweep(folder, how_often, chance)
    return ", ".join(f"{point} {number:,}" for point, number in sorted(hit.items()))


def _kills(folder: Path, how_often: int, chance: random.Random) -> str:
    """Half after a random time, half at a named point, in turn; up to three to a run."""
    begin = time.perf_counter()
    right = run_and_die(folder / "right")
    whole_s = time.perf_counter() - begin
    points = sorted(instants(folder / "count"))
    points = [point for point in points if not point.startswith(("inside", "after p", "after s"))]
    done: Counter[str] = Counter()
    run = 0
    while done.total() < how_often:
        run += 1
        here = folder / f"run-{run}"
        for again in range(chance.randint(1, 3)):
            named = (run + again) % 2
            point = points[(done.total() // 2) % len(points)] if named else ""
            child = _begin(lambda h=here, p=point: run_and_die(h, p, chance.randint(1, 8)))  # type: ignore[misc]
            if not named:
                time.sleep(chance.uniform(0.0, whole_s))
                os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            if os.WIFSIGNALED(status):
                done["at a named point" if named else "at a random time"] += 1
            elif os.WEXITSTATUS(status) != 0:
                raise AssertionError(f"{here}: the run failed by itself")
        list(read_events(here))
        check_after_kills(here, right)
        shutil.rmtree(here)
    return ", ".join(f"{number} {where}" for where, number in sorted(done.items()))


def _begin(work: Callable[[], object]) -> int:
    """The process id of a child that does the work and ends."""
    child = os.fork()
    if child:
        return child
    try:
        work()
        os._exit(0)
    except BaseException as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        os._exit(1)


def _rotten(folder: Path, how_often: int, chance: random.Random) -> str:
    results = ((parts("poem"), b"snow on the gate"), (parts(), random.Random(2).randbytes(200_000)))
    with Cache(folder / "whole") as cache:
        for told, data in results:
            keep(cache, data, told)
    whole = (folder / "whole" / "cache.sqlite3").read_bytes()
    found = Counter[str]()
    for _ in range(how_often):
        copy = folder / "copy"
        shutil.copytree(folder / "whole", copy)
        rotten = bytearray(whole)
        for _ in range(chance.choice((1, 10, 300))):
            rotten[chance.randrange(len(rotten))] = chance.randrange(256)
        (copy / "cache.sqlite3").write_bytes(rotten)
        for last in (False, True):
            with Cache(copy) as cache:
                for told, data in results:
                    got = cache.get(told.key)
                    assert got is None or got.data == data
                    found["found" if got else "made again"] += not last
                    cache.put(told.key, data, told)
                    got = cache.get(told.key)
                    assert not last or (got is not None and got.data == data)
        shutil.rmtree(copy)
    return ", ".join(f"{number:,} values {how}" for how, number in sorted(found.items()))


if __name__ == "__main__":
    main()
