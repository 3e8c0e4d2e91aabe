"""Ray as a backend of the scheduler."""

from __future__ import annotations

import contextlib
import queue
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ray
from ray.exceptions import OutOfMemoryError, RayError

from haiga.core import errors
from haiga.core.errors import HaigaError, UserError
from haiga.engine import values
from haiga.engine.backend import Attempt, Outcome, StepFailed
from haiga.engine.calls import check_kind
from haiga.engine.kinds import Kind
from haiga.engine.limits import usable_cores
from haiga.engine.on_ray.connection import Connection
from haiga.engine.on_ray.machines import capacity, compare_machines, machines
from haiga.engine.on_ray.places import Place, Places, fits, told
from haiga.engine.on_ray.seat import MOST_OUTPUT, Order, Report, locked
from haiga.engine.on_ray.shared import Shared
from haiga.engine.plan import Environment, Needs, Step

if TYPE_CHECKING:
    from haiga.engine.environments import Prepared

_LOOK_S = 2.0  # how old what is known of the cluster may be
_JOIN_S = 5.0


class RayBackend:
    """Ray as a `Backend`.

    `kinds_at` is where the same `kinds` are found in any process ("module:name"); without it no
    step that deals in files can run.
    `home` is where environments are kept (each machine of a cluster makes its own there, or they
    share it), `address` that of a cluster (None: Ray is started here, and ends with `close`),
    `workers` how many steps run side by side at most (default: as many as the processors
    allow). A `connection` that is there already is used instead, and left open. A step that has
    only a `run` runs in this process, one at a time. Raises `UserError` where no cluster
    answers.
    """

    def __init__(
        self,
        kinds: Mapping[str, Kind],
        *,
        home: Path,
        kinds_at: str = "",
        address: str | None = None,
        workers: int | None = None,
        connection: Connection | None = None,
    ) -> None:
        self._kinds, self._home, self._workers = kinds, home.absolute(), workers
        self._connection = connection or Connection(address, cpus=max(usable_cores(), workers or 0))
        self._leaves_open = connection is not None
        own = self._connection.own
        self._places = Places(
            lambda: self.capacity,
            kinds_at,
            self._home,
            path=list(sys.path) if own else None,
            strange=[str(Path.cwd()), str(Path(sys.argv[0]).resolve().parent)],
        )
        self._capacity, self._looked = Needs(0, 0, 0), float("-inf")
        self._prepared: dict[Environment | None, tuple[Prepared, bool]] = {}
        self._executables: dict[Environment, Prepared | None] = {}
        self._shared = Shared()
        self._under_way: dict[str, threading.Thread] = {}
        self._here = False
        self._ended: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self._closed = False

    @property
    def capacity(self) -> Needs:
        """What the cluster has, as it was at most two seconds ago."""
        if time.monotonic() - self._looked > _LOOK_S:
            with contextlib.suppress(RayError, ConnectionError):
                self._capacity = capacity()
            self._looked = time.monotonic()
        return self._capacity

    def prepare(self, steps: Sequence[Step]) -> Mapping[str, str]:
        from haiga.engine.environments import prepare

        faults: list[str] = []
        locks: dict[str, str] = {}
        there = machines()
        for step in steps:
            environment = step.environment
            if not any(fits(step.needs, machine) for machine in there):
                faults.append(
                    f"step '{step.name}': no machine of the cluster has {told(step.needs)}"
                )
                continue
            if environment not in self._prepared:
                haiga = any(other.environment == environment and _is_role(other) for other in steps)
                try:
                    prepared = prepare(environment, self._home, with_haiga=haiga)
                except UserError as error:
                    faults.append(f"step '{step.name}': {error}")
                    continue
                self._prepared[environment] = prepared, haiga
            locks[step.name] = self._prepared[environment][0].lock
            if environment is not None and _is_role(step):
                self._find_executable(environment)
        if faults:
            raise UserError("\n".join(faults))
        if not self._connection.own:
            compare_machines()
        return locks

    def lock_text(self, lock: str) -> str:
        for prepared, _ in self._prepared.values():
            if prepared.lock == lock:
                return prepared.lock_text
        return ""

    def room(self, step: Step) -> bool:
        if step.call is None:
            return not self._here
        if not self._places.busy:
            return True  # if it finds no place even so, its outcome says why
        if self._workers is not None and self._places.busy >= self._workers:
            return False
        return self._places.room(step.needs)

    def start(self, attempt: Attempt) -> None:
        if attempt.step.call is None:
            self._here = True
            self._begin(attempt, self._run_here)
        else:
            place = self._places.take(attempt.step.needs, attempt.step.name)
            self._begin(attempt, lambda attempt: self._run_there(attempt, place))

    def wait(self, timeout_s: float) -> list[Outcome]:
        ended: list[Outcome] = []
        with contextlib.suppress(queue.Empty):
            ended.append(self._ended.get(timeout=timeout_s))
            while True:
                ended.append(self._ended.get_nowait())
        self._places.give_up_idle()
        return ended

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._places.close()
        for thread in list(self._under_way.values()):
            thread.join(_JOIN_S)
        self._shared.clear()
        if not self._leaves_open:
            self._connection.close()

    def _begin(self, attempt: Attempt, work: Callable[[Attempt], Outcome]) -> None:
        def run() -> None:
            begin = time.perf_counter()
            try:
                outcome = work(attempt)
            except BaseException as error:  # a step's own fault never ends the run
                outcome = Outcome(attempt.id, error=error, seconds=time.perf_counter() - begin)
            self._under_way.pop(attempt.id, None)
            self._ended.put(outcome)

        thread = threading.Thread(target=run, name="attempt on Ray", daemon=True)
        self._under_way[attempt.id] = thread
        thread.start()

    # What follows runs in a thread of the attempt's own.

    def _run_here(self, attempt: Attempt) -> Outcome:
        assert attempt.step.run is not None
        begin = time.perf_counter()
        try:
            value = attempt.step.run(attempt.inputs, attempt.seed)
        finally:
            self._here = False
        seconds = time.perf_counter() - begin
        fault = check_kind(attempt.step, value, self._kinds)
        failed = StepFailed(fault, retryable=False) if fault else None
        return Outcome(attempt.id, None if fault else value, failed, seconds)

    def _run_there(self, attempt: Attempt, place: Place) -> Outcome:
        try:
            return self._outcome(attempt, place)
        except RayError as error:
            place.dead = True
            raise StepFailed(_loss(error), output=self._printed(place)) from error
        except TypeError as error:  # an input that has no bytes
            raise StepFailed(str(error), retryable=False) from error
        finally:
            self._places.give_back(place)

    def _outcome(self, attempt: Attempt, place: Place) -> Outcome:
        step = attempt.step
        self._places.wait_for(place)
        report_ref, data_ref, limit_s = self._order(attempt, place)
        done, _ = ray.wait([report_ref], timeout=limit_s or None, fetch_local=False)
        if not done:
            place.end()
            raise StepFailed(f"it took longer than {limit_s:g} seconds")
        report: Report = ray.get(report_ref)
        if report.fault:
            return Outcome(attempt.id, None, _error(report), report.seconds, report.peak_mb)
        data = ray.get(data_ref)
        value = values.unpack(data)
        fault = check_kind(step, value, self._kinds)
        if fault:
            failed = StepFailed(fault, retryable=False)
            return Outcome(attempt.id, None, failed, report.seconds, report.peak_mb)
        self._shared.add(value, data_ref, len(data))
        return Outcome(attempt.id, value, None, report.seconds, report.peak_mb)

    def _order(self, attempt: Attempt, place: Place) -> tuple[Any, Any, float]:
        """Sends the attempt to where its step runs: references to the report and the result, and
        how long to wait for them (0: whoever does it sees to the limit)."""
        step = attempt.step
        order = Order.of(attempt)
        blobs = [
            self._shared.packed(one)
            for name, value in attempt.inputs.items()
            for one in (value if name in step.gathers else [value])
        ]
        if _is_role(step) and not step.needs.memory_mb:
            if step.environment is None:
                answer = place.actor.do.options(num_returns=2).remote(order, *blobs)
                return (*answer, step.timeout_s)
            there = self._executables.get(step.environment)
            if there is not None:
                actor = self._places.beside(place, step, there)
                return (*actor.do.options(num_returns=2).remote(order, *blobs), step.timeout_s)
        below = place.actor.do_below.options(num_returns=2)
        return (*below.remote(order, *self._prepared[step.environment], *blobs), 0.0)

    def _printed(self, place: Place) -> str:
        """The end of what a seat's process printed before it died, if that was on this machine."""
        if place.ready is None or not self._connection.own:
            return ""
        logs = self._connection.folder.glob(f"session_latest/logs/worker-*-{place.ready.pid}.err")
        lines: list[str] = []
        with contextlib.suppress(OSError):
            for log in logs:
                lines += log.read_text("utf-8", "replace")[-MOST_OUTPUT:].splitlines()
        return "\n".join(line for line in lines if not line.startswith(":"))  # Ray's own marks

    def _find_executable(self, environment: Environment) -> None:
        """Sees whether an actor can run in an environment: Ray comes beside its packages, and
        those stay as they are without it, so that one lock tells of both."""
        if environment in self._executables:
            return
        from haiga.engine.environments import prepare

        prepared, _ = self._prepared[environment]
        self._executables[environment] = None
        if prepared.folder is None or not _has_this_python(prepared.folder):
            return
        with contextlib.suppress(HaigaError):  # they do not go together: it runs below its seat
            self._executables[environment] = prepare(
                locked(environment, prepared),
                self._home,
                with_haiga=True,
                extra=[f"ray=={ray.__version__}"],
            )


def _is_role(step: Step) -> bool:
    return step.call is not None and step.call.kind == "values"


def _error(report: Report) -> BaseException:
    if report.fault == "StepFailed":
        return StepFailed(report.message, output=report.output, retryable=report.retryable)
    kind: type[HaigaError] = getattr(errors, report.fault)
    return kind(report.message)


def _loss(error: RayError) -> str:
    """Why an actor gave no answer, as one clause."""
    if isinstance(error, OutOfMemoryError):
        return "its machine ran out of memory"
    lines = [line for line in str(error).splitlines() if "node" in line.lower()]
    if any("dead" in line or "died" in line for line in lines if "worker process" not in line):
        return "its machine was lost"
    return "its process ended before it was done"


def _has_this_python(folder: Path) -> bool:
    """Whether an environment's Python has the minor version that Ray has here: others cannot talk
    to it."""
    return (folder / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}").is_dir()
