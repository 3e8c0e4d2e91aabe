"""Runs steps on this machine: in this process, or in warm processes of their own."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from haiga.core.errors import UserError
from haiga.engine.backend import Attempt, Outcome, StepFailed
from haiga.engine.calls import check_kind, open_values
from haiga.engine.kinds import Kind
from haiga.engine.limits import usable_cores
from haiga.engine.plan import Environment, Needs, Step, Work

if TYPE_CHECKING:
    from haiga.engine.environments import Prepared
    from haiga.engine.isolated import Worker

MEGABYTE = 1 << 20

_Place = tuple[Environment | None, Needs, tuple[int, ...]]


class LocalBackend:
    """This machine as a `Backend`.

    Steps of haiga's own run in this process, one at a time, unless there are several
    `workers`: then each runs in one of so many processes. A step with an environment, a plain
    function or a command line always runs in a process of its own environment, which stays
    warm for further items. `home` is where environments are kept and working folders made.
    `cores` and `gpus` are what there is to lend (default: the processors this process may use,
    and no GPU).
    """

    def __init__(
        self,
        kinds: Mapping[str, Kind],
        *,
        home: Path,
        workers: int = 1,
        cores: int | None = None,
        gpus: int = 0,
        memory_mb: int | None = None,
    ) -> None:
        self._kinds, self._home, self._workers = kinds, home, max(1, workers)
        whole = memory_mb if memory_mb is not None else machine_memory_mb()
        usable = cores if cores is not None else usable_cores()
        self._capacity = Needs(max(usable, self._workers), gpus, whole)
        self._ended: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self._lane: queue.SimpleQueue[Attempt | None] = queue.SimpleQueue()
        self._lane_free = True
        self._lane_thread: threading.Thread | None = None
        self._works: dict[str, Work] = {}
        self._prepared: dict[Environment | None, Prepared] = {}
        self._idle: list[tuple[_Place, Worker]] = []
        self._busy: dict[str, Worker] = {}
        self._lock = threading.Lock()
        self._closed = False

    @property
    def capacity(self) -> Needs:
        return self._capacity

    def prepare(self, steps: Sequence[Step]) -> Mapping[str, str]:
        from haiga.engine.environments import prepare  # only where a run asks for it

        faults: list[str] = []
        locks: dict[str, str] = {}
        for step in steps:
            environment = step.environment
            if environment not in self._prepared:
                haiga = any(
                    other.environment == environment and _is_values(other) for other in steps
                )
                try:
                    self._prepared[environment] = prepare(environment, self._home, with_haiga=haiga)
                except UserError as error:
                    faults.append(f"step '{step.name}': {error}")
                    continue
            locks[step.name] = self._prepared[environment].lock
        if faults:
            raise UserError("\n".join(faults))
        return locks

    def lock_text(self, lock: str) -> str:
        texts = {prepared.lock: prepared.lock_text for prepared in self._prepared.values()}
        return texts.get(lock, "")

    def room(self, step: Step) -> bool:
        if self._in_process(step):
            return self._lane_free
        return len(self._busy) < max(self._workers, int(self._capacity.cpu))

    def start(self, attempt: Attempt) -> None:
        if self._in_process(attempt.step):
            self._lane_free = False
            if self._lane_thread is None:
                self._lane_thread = threading.Thread(target=self._serve_lane, daemon=True)
                self._lane_thread.start()
            self._lane.put(attempt)
            return
        worker = self._worker(attempt)
        threading.Thread(target=self._run_apart, args=(attempt, worker), daemon=True).start()

    def wait(self, timeout_s: float) -> list[Outcome]:
        ended: list[Outcome] = []
        try:
            ended.append(self._ended.get(timeout=timeout_s))
            while True:
                ended.append(self._ended.get_nowait())
        except queue.Empty:
            return ended

    def close(self) -> None:
        with self._lock:
            self._closed = True
            workers = [*(worker for _, worker in self._idle), *self._busy.values()]
            self._idle.clear()
        for worker in workers:
            worker.stop()
        self._lane.put(None)

    def _in_process(self, step: Step) -> bool:
        if step.environment is not None or (self._workers > 1 and step.call is not None):
            return False
        return step.run is not None or (step.call is not None and step.call.kind == "values")

    def _serve_lane(self) -> None:
        """Runs attempts in this process, one after the other, in one thread for all."""
        while (attempt := self._lane.get()) is not None:
            outcome = self._run_here(attempt)
            self._lane_free = True
            self._ended.put(outcome)

    def _run_here(self, attempt: Attempt) -> Outcome:
        step = attempt.step
        begin = time.perf_counter()
        try:
            work = self._works.get(step.name)
            if work is None:
                assert step.run is not None or step.call is not None
                work = step.run or open_values(step.call)  # type: ignore[arg-type]
                self._works[step.name] = work
            begin = time.perf_counter()
            value = work(attempt.inputs, attempt.seed)
        except BaseException as error:  # a step's own fault never ends the lane
            return Outcome(attempt.id, error=error, seconds=time.perf_counter() - begin)
        seconds = time.perf_counter() - begin
        fault = check_kind(step, value, self._kinds)
        if fault:
            return Outcome(attempt.id, error=StepFailed(fault, retryable=False), seconds=seconds)
        return Outcome(attempt.id, value=value, seconds=seconds, peak_mb=_own_peak_mb())

    def _worker(self, attempt: Attempt) -> Worker:
        """A warm process for the attempt, or a new one; the longest idle makes room."""
        from haiga.engine.isolated import Worker

        place = _place(attempt)
        with self._lock:
            for at in reversed(range(len(self._idle))):
                if self._idle[at][0] == place:
                    _, worker = self._idle.pop(at)
                    if worker.alive:
                        self._busy[attempt.id] = worker
                        return worker
            retired = []
            while len(self._idle) + len(self._busy) >= 2 * max(self._workers, self._capacity.cpu):
                if not self._idle:
                    break
                retired.append(self._idle.pop(0)[1])
        for old in retired:
            old.stop()
        worker = Worker(
            self._prepared[attempt.step.environment],
            attempt.step,
            self._kinds,
            folder=self._home.parent / "work",
            gpus=attempt.gpus,
        )
        with self._lock:
            self._busy[attempt.id] = worker
        return worker

    def _run_apart(self, attempt: Attempt, worker: Worker) -> None:
        outcome = worker.run(attempt)
        with self._lock:
            del self._busy[attempt.id]
            warm = worker.alive and not self._closed
            if warm:
                self._idle.append((_place(attempt), worker))
        if not warm:
            worker.stop()
        self._ended.put(outcome)


def _place(attempt: Attempt) -> _Place:
    """What the attempts that one warm process can serve have in common."""
    return attempt.step.environment, attempt.step.needs, attempt.gpus


def _is_values(step: Step) -> bool:
    return step.call is not None and step.call.kind == "values"


def machine_memory_mb() -> int:
    """The machine's memory; 0 where it does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MEGABYTE
    except (AttributeError, ValueError, OSError):
        return 0


def _own_peak_mb() -> int:
    try:
        import resource
    except ImportError:  # Windows
        return 0
    import sys

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // MEGABYTE if sys.platform == "darwin" else peak // 1024
