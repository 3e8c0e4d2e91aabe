"""A plan that is killed at any instant, run again, and must end as if nothing had happened.

    python tests/engine/crash_plan.py FOLDER [POINT NUMBER]

runs it over the cache in FOLDER, writes each event to FOLDER/events.jsonl and the results to
standard output; with a point it kills itself, with signal 9, the NUMBERth time it comes there.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crash_steps import chosen, painting, poem, styled

from haiga.engine import schedule
from haiga.engine.backend import Attempt, Backend, Outcome
from haiga.engine.cache import Cache
from haiga.engine.events import Event, ignore
from haiga.engine.keep import Keep
from haiga.engine.plan import Needs, Pipeline, Step
from haiga.engine.reached import source_of

ITEMS = (("first", 11), ("second", 12))
TASKS = ("poem", "painting[0]", "painting[1]", "styled[0]", "styled[1]", "chosen")
Instant = Callable[[str], None]


PLAN = Pipeline(
    (
        Step("poem", poem),
        Step("painting", painting, ("poem",), count=2),
        Step("styled", styled, ("painting",)),
        Step("chosen", chosen, ("poem", "styled"), gathers=("styled",)),
    )
)


class OneByOne:
    """A backend that does each attempt when it is started; `at` is called in and after each."""

    capacity = Needs(cpu=1)

    def __init__(self, at: Instant) -> None:
        self._at = at
        self._ended: list[Outcome] = []

    def prepare(self, steps: Sequence[Step]) -> Mapping[str, str]:
        return {step.name: "here" for step in steps}

    def lock_text(self, lock: str) -> str:
        return "numpy==2\n"

    def room(self, step: Step) -> bool:
        return not self._ended

    def start(self, attempt: Attempt) -> None:
        self._at(f"inside {attempt.step.name}")
        assert attempt.step.run is not None
        value = attempt.step.run(attempt.inputs, attempt.seed)
        self._at(f"after {attempt.step.name}")
        self._ended.append(Outcome(attempt.id, value))

    def wait(self, timeout_s: float) -> list[Outcome]:
        ended, self._ended = self._ended, []
        return ended

    def close(self) -> None:
        pass


def results(
    folder: Path,
    *,
    at: Instant = lambda point: None,
    on_event: Callable[[Event], None] = ignore,
    backend: Backend | None = None,
) -> dict[str, dict[str, str]]:
    """Run the plan over the cache in a folder: the digest of each task's result, by item."""
    told: list[str] = []
    with Cache(folder / "cache", at_instant=at, on_trouble=told.append) as cache:
        keep = Keep(cache)
        with closing(backend or OneByOne(at)) as runs:
            found = {
                run.item: dict(run.digests)
                for run in schedule.run(PLAN, ITEMS, backend=runs, keep=keep, on_event=on_event)
            }
    if told:
        raise AssertionError(told)  # a kill is no fault of the disk
    return found


@dataclass
class Reported:
    """What runs said was done, and made anew although it had been: there must be none of those."""

    done: set[tuple[str, str]]
    made_twice: list[tuple[str, str]]
    made: int = 0

    def hear(self, event: Event) -> None:
        task = (event.item, event.step)
        if event.kind == "done":
            self.made += 1
            if task in self.done:
                self.made_twice.append(task)
        if event.kind in ("done", "cached"):
            self.done.add(task)


class _Killed(BaseException):
    """The process is gone: nothing that it would still have done is done."""


class Killer:
    """Raises at the nth instant, and at every one after it: the dead write no more."""

    def __init__(self, at: int) -> None:
        self.left, self.points = at, Counter[str]()
        self.last = ""

    def __call__(self, point: str) -> None:
        self.points[point] += 1
        self.left -= 1
        if self.left <= 0:
            self.last = self.last or point
            raise _Killed


def instants(folder: Path) -> Counter[str]:
    """Every instant of a whole run, with how often it comes."""
    watch = Killer(10**9)
    results(folder, at=watch, on_event=lambda event: watch(f"event {event.kind}"))
    return watch.points


def sweep(folder: Path, kills: int, chance: random.Random) -> Counter[str]:
    """Kill runs at random instants, so often in all; how often each kind of instant was hit.

    Each goes on from the disk as it was at the kill (a copy: what the killed one's memory still
    holds cannot reach it), up to three times, until it ends. Raises `AssertionError` where
    a result is not the same, or one that was reported done is made once more, or kept twice.
    """
    right = results(folder / "right")
    whole = sum(instants(folder / "count").values())
    with Cache(folder / "template" / "cache") as cache:
        for step in PLAN.steps:
            source_of(step, memory=cache)  # reading sources is no part of this, and takes long
    hit: Counter[str] = Counter()
    number = 0
    while hit.total() < kills:
        number += 1
        here = folder / f"run-{number}-0"
        if number % 20:  # the others begin with no cache at all
            shutil.copytree(folder / "template", here)
        reported = Reported(set(), [])
        for again in range(chance.randint(1, 3)):
            killer = Killer(chance.randint(1, whole))
            here, ended = _killed_run(here, killer, reported, folder / f"run-{number}-{again + 1}")
            if ended:
                break
            hit[killer.last] += 1
        found = results(here, on_event=reported.hear)
        assert found == right, (number, found)
        assert not reported.made_twice, (number, reported.made_twice)
        with Cache(here / "cache") as cache:
            assert len(cache.records()) == len(ITEMS) * len(TASKS), number
        for path in folder.glob(f"run-{number}-*"):
            shutil.rmtree(path)
    return hit


def _killed_run(here: Path, killer: Killer, reported: Reported, copy: Path) -> tuple[Path, bool]:
    """Run until the kill; where the disk as it was then lies, and whether the run had ended."""

    def heard(event: Event) -> None:
        killer(f"event {event.kind}")
        reported.hear(event)

    try:
        results(here, at=killer, on_event=heard)
    except _Killed:
        # Open files die with the process; this one's are still open while the copy is made.
        if here.exists():
            shutil.copytree(here, copy)
        else:
            copy.mkdir()
        return copy, False
    return here, True


def read_events(folder: Path) -> Iterator[Event]:
    """The events that all runs in a folder wrote, a last one cut short left out."""
    path = folder / "events.jsonl"
    for line in path.read_text().splitlines() if path.exists() else []:
        try:
            yield Event.read(line)
        except ValueError:
            continue


def digest_of(found: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()


def run_and_die(folder: Path, point: str = "", number: int = 0) -> str:
    """Run for others to kill, or to kill itself at an instant; the digest of all results."""
    from haiga.engine.local_backend import LocalBackend

    times: Counter[str] = Counter()

    def at(reached: str) -> None:
        times[reached] += 1
        if reached == point and times[reached] == number:
            os.kill(os.getpid(), signal.SIGKILL)

    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "events.jsonl").open("a") as log:

        def heard(event: Event) -> None:
            at(f"event {event.kind}")
            log.write(event.line() + "\n")
            log.flush()

        backend = LocalBackend({}, home=folder / "environments")
        return digest_of(results(folder, at=at, on_event=heard, backend=backend))


def check_after_kills(folder: Path, right: str) -> None:
    """What a killed and resumed run must have come to."""
    found = run_and_die(folder)
    assert found == right, folder
    reported = Reported(set(), [])
    for event in read_events(folder):
        reported.hear(event)
    assert not reported.made_twice, (folder, reported.made_twice)
    with Cache(folder / "cache") as cache:
        assert len(cache.records()) == len(ITEMS) * len(TASKS), folder


if __name__ == "__main__":
    more = (sys.argv[2], int(sys.argv[3])) if len(sys.argv) > 3 else ("", 0)
    sys.stdout.write(run_and_die(Path(sys.argv[1]), *more) + "\n")
