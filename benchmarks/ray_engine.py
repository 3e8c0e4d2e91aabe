"""What Ray costs on one machine: memory, starting, a step, and a step's own environment.

    python benchmarks/ray_engine.py [--steps 200] [--pieces 4] [--no-environments]

Starting: Ray itself, and a seat (a worker process with haiga loaded) up to its first answer.
Steps: a plan of one step that gives a number, or a picture of 1,024 px (3 MB), one at a time in
one warm seat; what it takes above the bare function, in ms. Environments: a
step with one of its own, as an actor beside its seat (`py_executable`) and as a process below it:
the first answer with the environment ready and the seat warm, a number, a picture out of a
picture, and the memory of its process. It needs a package index, as what is beside a seat holds
Ray. Memory: all of Ray's processes
(proportional set size), idle, and with the models of the bundled artist in two seats.

Whole pieces: benchmarks/engine.py --engine ray.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import numpy as np
from machine import machine_line

from haiga.actions.create import create
from haiga.actions.create_apart import pieces_apart
from haiga.actions.makers import Makers
from haiga.archive.studio import Studio
from haiga.core.config import load_artist
from haiga.engine import schedule
from haiga.engine.on_ray import Connection, RayBackend
from haiga.engine.plan import Call, Environment, Needs, Pipeline, Step, Work

write = sys.stdout.write
ROUNDS = 3


def number() -> Work:
    """A step that gives a number."""
    return lambda inputs, seed: seed % 1000


def picture() -> Work:
    """A step that gives 3 MB."""

    def work(inputs: Mapping[str, Any], seed: int) -> np.ndarray[Any, Any]:
        made = np.zeros((1024, 1024, 3), np.uint8)
        made[:8] = seed % 255
        return made

    return work


def seconds_of(plan: Pipeline, backend: RayBackend, steps: int) -> float:
    items = [(str(seed), seed) for seed in range(steps)]
    begin = time.perf_counter()
    assert sum(1 for _ in schedule.run(plan, items, backend=backend, ahead=1)) == steps
    return time.perf_counter() - begin


def proportional_mb() -> tuple[int, float]:
    """How many processes descend from this one, and their memory: what they share is divided."""
    parents = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parents[process.name] = (process / "stat").read_text().rpartition(")")[2].split()[1]
    ours, kb = {str(os.getpid())}, 0
    while more := {name for name, parent in parents.items() if parent in ours} - ours:
        ours |= more
    for name in ours - {str(os.getpid())}:
        with suppress(OSError, IndexError):
            told = Path("/proc", name, "smaps_rollup").read_text()
            kb += int(told.split("Pss:")[1].split()[0])
    return len(ours) - 1, kb / 1024


def starting(home: Path) -> Connection:
    begin = time.perf_counter()
    connection = Connection()
    ray_s = time.perf_counter() - begin
    seats = []
    for _ in range(ROUNDS):
        with closing(RayBackend({}, home=home, connection=connection)) as backend:
            plan = Pipeline((Step("number", call=Call("values", "ray_engine:number")),))
            seats.append(seconds_of(plan, backend, 1))
    count, mb = proportional_mb()
    write(f"Ray: {ray_s:.1f} s; a seat and its first answer: {statistics.median(seats):.2f} s\n")
    write(f"Ray idle: {count} processes, {mb:.0f} MB\n\n")
    return connection


def steps_table(connection: Connection, home: Path, steps: int) -> None:
    write("| a step gives | bare, ms | + Ray, ms |\n|---|---:|---:|\n")
    for name, factory in (("number", number), ("picture", picture)):
        work = factory()
        begin = time.perf_counter()
        for seed in range(steps):
            work({}, seed)
        bare = (time.perf_counter() - begin) / steps
        plan = Pipeline((Step(name, call=Call("values", f"ray_engine:{name}")),))
        with closing(RayBackend({}, home=home, connection=connection)) as backend:
            seconds_of(plan, backend, 3)
            took = seconds_of(plan, backend, steps) / steps
        write(f"| a {name} | {bare * 1000:.2f} | {(took - bare) * 1000:.2f} |\n")
    write("\n")


def environments_table(connection: Connection, home: Path, steps: int) -> None:
    columns = ["a step in its own environment", "first answer, s", "a number, ms"]
    columns += ["picture to picture, ms", "its process, MB"]
    write(f"| {' | '.join(columns)} |\n|---|---:|---:|---:|---:|\n")
    own = Environment((str(_own_role(home / "own")),))
    # a limit of memory is held below a seat, so that a step with one runs there
    for where, needs in (("beside its seat", Needs()), ("below its seat", Needs(memory_mb=1000))):

        def plan(target: str, needs: Needs = needs) -> Pipeline:
            first = Step("picture", call=Call("values", "ray_engine:picture"), needs=needs)
            call = Call("values", f"own_role:{target}")
            inputs = ("picture",) if target == "darker" else ()
            step = Step("own", call=call, environment=own, needs=needs, inputs=inputs)
            return Pipeline((first, step) if inputs else (step,))

        firsts = []
        for _ in range(ROUNDS):
            with closing(RayBackend({}, home=home, connection=connection)) as backend:
                backend.prepare(plan("number").steps)
                alone = Pipeline(plan("darker").steps[:1])
                seconds_of(alone, backend, 2)  # the seat is there, and warm
                _, before = proportional_mb()
                firsts.append(seconds_of(plan("number"), backend, 1))
                _, after = proportional_mb()
                picture_s = seconds_of(alone, backend, steps)
                number_s = seconds_of(plan("number"), backend, steps)
                darker_s = seconds_of(plan("darker"), backend, steps) - picture_s
        write(f"| {where} | {statistics.median(firsts):.2f} | {number_s / steps * 1000:.2f} ")
        write(f"| {darker_s / steps * 1000:.2f} | {after - before:.0f} |\n")
    write("\n")


def _own_role(folder: Path) -> Path:
    """A package that pip can install: a number, and a picture out of a picture."""
    folder.mkdir(parents=True)
    (folder / "own_role.py").write_text(
        "def number():\n    return lambda inputs, seed: seed % 1000\n\n"
        "def darker():\n    return lambda inputs, seed: inputs['picture'] // 2\n"
    )
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "own-role"\nversion = "1.0"\n'
        '[tool.hatch.build.targets.wheel]\ninclude = ["own_role.py"]\n'
    )
    return folder


def pieces_memory(home: Path, pieces: int) -> None:
    makers = Makers(load_artist("auria"))
    studio = Studio.open(home.parent / "pieces")
    with pieces_apart("ray", studio, makers, workers=2) as begin_all:
        made = create(makers, studio, seeds=range(pieces), begin_all=begin_all)
        assert sum(1 for _ in made) == pieces
        count, mb = proportional_mb()
    write(f"Ray with the artist's models in two seats: {count} processes, {mb:.0f} MB\n")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--steps", type=int, default=200)
    options.add_argument("--pieces", type=int, default=4)
    options.add_argument("--no-environments", action="store_true")
    asked = options.parse_args()
    write(machine_line() + "\n\n")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "environments"
        connection = starting(home)
        steps_table(connection, home, asked.steps)
        if not asked.no_environments:
            environments_table(connection, home, asked.steps)
        connection.close()
        if asked.pieces:
            pieces_memory(home, asked.pieces)


if __name__ == "__main__":
    main()
