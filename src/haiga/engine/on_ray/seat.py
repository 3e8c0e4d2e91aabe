"""What does steps at one place of a cluster: in its own process, or in warm ones below it.

Nothing here knows Ray: `haiga.engine.on_ray` makes an actor of a `Seat`, and sends it orders.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import io
import json
import os
import re
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haiga.core.errors import HaigaError, UserError
from haiga.engine import values
from haiga.engine.backend import Attempt, StepFailed
from haiga.engine.calls import open_values
from haiga.engine.kinds import Kind
from haiga.engine.plan import Environment, Step, Work

if TYPE_CHECKING:
    from haiga.engine.environments import Prepared
    from haiga.engine.isolated import Worker

MOST_OUTPUT = 8_000
"""How many characters of what a step printed are kept, from its end."""

MOST_BELOW = 8
"""How many processes below a seat stay warm."""

_VARIABLE = re.compile(r"[A-Z0-9_]+=(?!=)")  # that a lock's text tells of beside the packages

# What any program may need to know of its machine; a step's own variables come on top.
_OF_THE_MACHINE = ("PATH", "HOME", "USER", "LANG", "LANGUAGE", "TZ", "TMPDIR", "LD_LIBRARY_PATH")
_OF_THE_SYSTEM = ("LC_", "RAY_", "CUDA_", "NVIDIA_", "OMP_", "OPENBLAS_", "MKL_", "SSL_")


@dataclass(frozen=True)
class Order:
    """An attempt without its inputs: those follow as packed values, one after the other.

    `shape` names each input and how many values it has; None is one that is no list.
    `variables` are the sender's, those that the step's environment names.
    """

    id: str
    step: Step
    seed: int
    item: str
    shape: tuple[tuple[str, int | None], ...]
    variables: Mapping[str, str]

    @staticmethod
    def of(attempt: Attempt) -> Order:
        """The order for an attempt; its step keeps only what any process can read."""
        step = replace(attempt.step, run=None, models=_no_models)
        shape = tuple(
            (name, len(value) if name in step.gathers else None)
            for name, value in attempt.inputs.items()
        )
        variables = named_variables(step.environment)
        return Order(attempt.id, step, attempt.seed, attempt.item, shape, variables)

    def inputs(self, blobs: Sequence[bytes]) -> dict[str, Any]:
        """The inputs by name, of their packed values."""
        left = deque(blobs)
        return {
            name: values.unpack(left.popleft())
            if count is None
            else [values.unpack(left.popleft()) for _ in range(count)]
            for name, count in self.shape
        }


def named_variables(environment: Environment | None) -> dict[str, str]:
    """Those of this process's variables that an environment's steps may read."""
    names = environment.variables if environment is not None else ()
    return {name: os.environ[name] for name in names if name in os.environ}


def _no_models() -> Mapping[str, str]:
    return {}


@dataclass(frozen=True)
class Report:
    """How an order went; where it failed, `fault` is the error's class in
    `haiga.core.errors` (or "StepFailed"), and `message` its sentence."""

    seconds: float
    peak_mb: int = 0
    fault: str = ""
    message: str = ""
    output: str = ""
    retryable: bool = True


@dataclass(frozen=True)
class Ready:
    """Where a seat came to be; `devices` are the variables that say which GPUs it was lent."""

    pid: int
    node: str
    devices: Mapping[str, str] = dataclasses.field(default_factory=dict)


class Seat:
    """Does one order at a time and stays warm: what it has opened once, it keeps.

    `kinds_at` is where the kinds of files are found ("module:name"; "": none), on the
    `path` that `sys.path` becomes, where the sender's is known to be right here too (else only
    the `strange` places are taken out of it). `home` is where environments are kept, on
    whichever machine this is. `only` are the environment variables that it has of the
    sender's, which has no other's then (None: all of this machine's).
    """

    def __init__(
        self,
        kinds_at: str,
        home: Path,
        *,
        path: Sequence[str] | None = None,
        strange: Sequence[str] = (),
        only: Mapping[str, str] | None = None,
    ) -> None:
        sys.path[:] = path if path is not None else [p for p in sys.path if p not in strange]
        self._kinds = _kinds(kinds_at)
        self._home = home
        if only is not None:
            _keep_variables(only)
        self._works: dict[str, Work] = {}
        self._workers: dict[object, Worker] = {}
        self._prepared: dict[Environment | None, Prepared] = {}

    def do(self, order: Order, *blobs: bytes) -> tuple[Report, bytes]:
        """Does a "values" call in this process. Gives its result packed; never raises for it."""
        printed = _Tail()
        begin = time.perf_counter()
        try:
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
                work = self._work(order.step)
                inputs = order.inputs(blobs)
                begin = time.perf_counter()
                data = values.pack(work(inputs, order.seed))
        except BaseException as error:  # a step that calls sys.exit must not end the seat
            return _failed(error, time.perf_counter() - begin, printed.text()), b""
        return Report(time.perf_counter() - begin, _peak_mb()), data

    def do_below(
        self, order: Order, prepared: Prepared, with_haiga: bool, *blobs: bytes
    ) -> tuple[Report, bytes]:
        """Does any call in a process of its own environment, which stays warm for others."""
        begin = time.perf_counter()
        inputs = order.inputs(blobs)
        attempt = Attempt(order.id, order.step, order.seed, inputs, order.item, _lent(order.step))
        try:
            with _set(order.variables):  # the process below takes those it may have from here
                outcome = self._worker(order.step, prepared, with_haiga).run(attempt)
            if outcome.error is not None:
                raise outcome.error
            data = values.pack(outcome.value)
        except Exception as error:
            return _failed(error, time.perf_counter() - begin, ""), b""
        return Report(outcome.seconds, outcome.peak_mb), data

    def interpreter(self, environment: Environment, prepared: Prepared, with_haiga: bool) -> Path:
        """The Python of an environment on this machine, which is made ready where it is not.

        `prepared` is what it is on the machine of the sender: here it gets the same versions.
        """
        return self._here(environment, prepared, with_haiga).python

    def stop(self) -> None:
        """Ends the processes below."""
        for worker in self._workers.values():
            worker.stop()
        self._workers.clear()

    def _work(self, step: Step) -> Work:
        assert step.call is not None
        key = _table(step.call)
        if key not in self._works:
            self._works[key] = open_values(step.call)
        return self._works[key]

    def _worker(self, step: Step, prepared: Prepared, with_haiga: bool) -> Worker:
        from haiga.engine.isolated import Worker

        # one process for the steps of an environment and its limits; a container is one step's
        image = step.environment is not None and step.environment.image
        key = (step.environment, step.needs, step.timeout_s, step.name if image else "")
        worker = self._workers.pop(key, None)
        if worker is None:
            while len(self._workers) >= MOST_BELOW:
                self._workers.pop(next(iter(self._workers))).stop()
            there = self._here(step.environment, prepared, with_haiga)
            folder = self._home.parent / "work"
            worker = Worker(there, step, self._kinds, folder=folder, gpus=_lent(step))
        self._workers[key] = worker  # the latest used is the last
        return worker

    def _here(
        self, environment: Environment | None, prepared: Prepared, with_haiga: bool
    ) -> Prepared:
        from haiga.engine.environments import prepare

        if environment not in self._prepared:
            there = prepared
            if environment is None or (prepared.folder is None and not environment.image):
                there = prepare(None, self._home, with_haiga=with_haiga)
            elif environment.image or not prepared.python.exists():
                same = environment
                if not environment.image:
                    same = locked(environment, prepared)
                there = prepare(same, self._home, with_haiga=with_haiga)
            self._prepared[environment] = there
        return self._prepared[environment]


def locked(environment: Environment, prepared: Prepared) -> Environment:
    """The same environment, with exactly the packages that it was prepared with elsewhere."""
    lines = prepared.lock_text.splitlines()
    packages = [line for line in lines if not _VARIABLE.match(line)]
    return replace(environment, requirements=(), lock="\n".join(packages))


def _failed(error: BaseException, seconds: float, output: str) -> Report:
    if isinstance(error, StepFailed):
        kind, message, retryable = "StepFailed", str(error), error.retryable
        output = error.output or output
    elif isinstance(error, HaigaError) and type(error).__module__ == "haiga.core.errors":
        kind, message, retryable = type(error).__name__, str(error), True
    else:
        told = " ".join(str(error).split())
        kind, message, retryable = "StepFailed", f"{type(error).__name__}: {told}", True
    if isinstance(error, UserError):
        retryable = False
    return Report(seconds, _peak_mb(), kind, message, output, retryable)


def _lent(step: Step) -> tuple[int, ...]:
    """The devices of a step, counted among those that this process sees."""
    seen = os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if step.needs.gpu else []
    return tuple(range(len([device for device in seen if device])))


def _table(told: Any) -> str:
    """A dataclass as text: equal ones have equal text."""
    return json.dumps(dataclasses.asdict(told), sort_keys=True, default=repr)


def _kinds(at: str) -> Mapping[str, Kind]:
    """The kinds that a module names."""
    if not at:
        return {}
    module, _, name = at.partition(":")
    kinds: Mapping[str, Kind] = getattr(importlib.import_module(module), name)
    return kinds


def _keep_variables(given: Mapping[str, str]) -> None:
    for name in list(os.environ):
        if name not in _OF_THE_MACHINE and not name.startswith(_OF_THE_SYSTEM):
            del os.environ[name]
    os.environ.update(given)


@contextlib.contextmanager
def _set(variables: Mapping[str, str]) -> Iterator[None]:
    """Sets variables of this process for a while."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _peak_mb() -> int:
    try:
        import resource
    except ImportError:  # Windows
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak >> 20 if sys.platform == "darwin" else peak >> 10


class _Tail(io.TextIOBase):
    """The end of what was written to it."""

    def __init__(self) -> None:
        self._parts: deque[str] = deque()
        self._length = 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._parts.append(text)
        self._length += len(text)
        while self._length - len(self._parts[0]) >= MOST_OUTPUT:
            self._length -= len(self._parts.popleft())
        return len(text)

    def text(self) -> str:
        return "".join(self._parts)[-MOST_OUTPUT:].strip()
