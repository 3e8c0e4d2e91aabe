"""What does a step cost in a process of its own?

    python benchmarks/isolation.py [--runs 30] [--cold 5]

warm      the same step in this process and in a warm process of haiga's own interpreter: a small
          value, and a picture of 1024 px that goes in and comes out. Limit: 15 ms over
          the same in this process.
files     the same as a plain function over files and as a command line.
cold      a process that is started for one attempt, in an environment that is ready: asking
          whether it is, starting, loading, the attempt. Once a plain function with nothing
          installed, once a work of values, which loads haiga and numpy, and once haiga's eye, which
          loads ONNX Runtime and a network too. Limit: 1.0 s.
ready     how long it takes to ask for an environment that is there.
processor what both processes spent of it, which other work on the machine changes little.
build     how long the environment took to resolve and to build, with uv's cache as it is.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from machine import machine_line

from haiga.engine.backend import Attempt
from haiga.engine.environments import Prepared, prepare
from haiga.engine.isolated import Worker
from haiga.engine.kinds import Kind
from haiga.engine.plan import Call, Environment, Step

STEPS = """
import shutil
def copies(thing, out):
    shutil.copyfile(thing, out)
def same():
    return lambda inputs, seed: inputs["thing"]
def sees():
    from haiga.features.eye import Eye
    eye = Eye()
    return lambda inputs, seed: eye.embed([inputs["thing"]])
"""
BYTES = Kind("bytes", ".bin", lambda v: "", lambda v: bytes(v), lambda data: data)
PICTURE = np.random.default_rng(0).integers(0, 256, (1024, 1024, 3), dtype=np.uint8)


def milliseconds(work: Callable[[], Any], runs: int) -> list[float]:
    """How long each of so many runs took, in ms."""
    taken = []
    for _ in range(runs):
        begin = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begin) * 1000)
    return taken


def row(name: str, taken: list[float], limit: str = "", processor_ms: str = "") -> str:
    """A line of the table."""
    middle = f"{statistics.median(taken):.2f} | {max(taken):.2f}"
    return f"| {name} | {middle} | {processor_ms} | {limit} |"


def processor_s() -> float:
    """Processor time of this process and of those it has waited for, in s."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--cold", type=int, default=5)
    arguments = parser.parse_args()
    print(machine_line())
    with tempfile.TemporaryDirectory(prefix="haiga-isolation-") as name:
        place = Path(name)
        (place / "bench_steps.py").write_text(STEPS)
        sys.path.insert(0, str(place))
        print("\n| step, ms | median | worst | processor | limit |\n|---|---:|---:|---:|---:|")
        warm(place, arguments.runs)
        cold(place, arguments.cold)


def steps(place: Path) -> dict[str, Step]:
    """The same step in three manners."""
    copies = Call("files", f"{place / 'bench_steps.py'}:copies")
    command = Call("command", command=("cp", "{thing}", "{out}"))
    return {
        "values": Step("same", call=Call("values", "bench_steps:same"), inputs=("thing",)),
        "files": Step("copies", call=copies, inputs=("thing",), makes="bytes"),
        "command": Step("command", call=command, inputs=("thing",), makes="bytes"),
    }


def warm(place: Path, runs: int) -> None:
    own = prepare(None, place, with_haiga=True)
    things: dict[str, Any] = {"a small value": {"mood": "calm"}, "a picture of 1024 px": PICTURE}
    for kind, step in steps(place).items():
        for what, thing in things.items():
            given = thing if kind == "values" else bytes(str(thing), "utf-8")
            if kind != "values" and what.startswith("a picture"):
                given = PICTURE.tobytes()
            worker = Worker(own, step, {"bytes": BYTES}, folder=place / "work")
            attempt = Attempt("one", step, 7, {"thing": given})

            def once(worker: Worker = worker, attempt: Attempt = attempt) -> None:
                outcome = worker.run(attempt)
                assert outcome.error is None, outcome.error

            begin = processor_s()
            once()
            worker.stop()
            starting = processor_s() - begin
            worker = Worker(own, step, {"bytes": BYTES}, folder=place / "work")
            begin = processor_s()
            once(worker)
            taken = milliseconds(lambda once=once, worker=worker: once(worker), runs)  # type: ignore[misc]
            worker.stop()
            spent = (processor_s() - begin - starting) / runs * 1000
            limit = "15" if kind == "values" else ""
            print(row(f"warm, {kind}, {what}", taken, limit, f"{spent:.2f}"))
    from bench_steps import same  # type: ignore[import-not-found]

    work = same()
    taken = milliseconds(lambda: work({"thing": PICTURE}, 7), runs)
    print(row("the same in this process", taken))


def cold(place: Path, runs: int) -> None:
    home = place / "environments"
    made = steps(place)
    role = Step("tells", call=Call("values", "bench_steps:same"), inputs=("thing",))
    eye = Step("sees", call=Call("values", "bench_steps:sees"), inputs=("thing",))
    plain = Environment(python=f"{sys.version_info[0]}.{sys.version_info[1]}")
    ways: dict[str, tuple[Step, Environment | None, Any]] = {
        "a plain function, haiga's own Python": (made["files"], None, b"x"),
        "a plain function, an environment of its own": (made["files"], plain, b"x"),
        "a work of values, haiga's own Python": (role, None, {"mood": "calm"}),
        "a work of values, an environment of its own": (role, plain, {"mood": "calm"}),
        "the eye looks at a picture of 1024 px, an environment of its own": (eye, plain, PICTURE),
    }
    for what, (step, environment, given) in ways.items():
        with_haiga = step.call is not None and step.call.kind == "values"

        def ready(environment: Any = environment, with_haiga: bool = with_haiga) -> Prepared:
            return prepare(environment, home, with_haiga=with_haiga)

        begin = time.perf_counter()
        prepared = ready()
        if prepared.built:
            print(f"| built: {what} | {(time.perf_counter() - begin) * 1000:.0f} | | | |")
            site = next(prepared.folder.glob("lib/python*/site-packages"))  # type: ignore[union-attr]
            (site / "bench_steps.py").write_text(STEPS)
        print(row(f"asking whether it is ready: {what}", milliseconds(ready, runs)))

        def once(step: Step = step, given: Any = given) -> None:
            worker = Worker(ready(), step, {"bytes": BYTES}, folder=place / "work")
            outcome = worker.run(Attempt("one", step, 7, {"thing": given}))
            assert outcome.error is None, outcome.error
            worker.stop()

        print(row(f"cold: {what}", milliseconds(once, runs), "1000"))


if __name__ == "__main__":
    os.environ.setdefault("UV_NO_PROGRESS", "1")
    main()
