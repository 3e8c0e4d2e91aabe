"""The seats of a run: asked for when work comes, kept warm, given up for other work."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ray
from ray.exceptions import GetTimeoutError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from haiga.engine.backend import StepFailed
from haiga.engine.limits import blas_threads, numeric_variables, thread_variables
from haiga.engine.on_ray.seat import Ready, Seat, named_variables
from haiga.engine.plan import Needs, Step

if TYPE_CHECKING:
    from haiga.engine.environments import Prepared

SEAT_S = 90.0
"""How long a cluster may take to give a seat."""

IDLE_S = 60.0
"""How long a seat stays warm for nothing, while others may want what it holds."""

_PATIENCE_S = 3.0  # after which a seat that waits gets the room of an idle one
_EPSILON = 1e-9
_MEGABYTE = 1 << 20


class _RaySeat(Seat):
    """A seat as Ray makes an actor of it."""

    def ready(self) -> Ready:
        return Ready(
            os.getpid(),
            ray.get_runtime_context().get_node_id(),
            {k: v for k, v in os.environ.items() if k.endswith("VISIBLE_DEVICES")},
        )


class Place:
    """A seat that was asked for: what it holds, where it came to be, and who sits beside it."""

    def __init__(self, needs: Needs, actor: Any) -> None:
        self.needs, self.actor = needs, actor
        self.ready_ref = actor.ready.remote()
        self.ready: Ready | None = None
        self.beside: dict[tuple[Path, str], Any] = {}
        self.known: set[str] = set()  # the steps it has done
        self.idle_since = 0.0
        self.dead = False

    def covers(self, needs: Needs) -> bool:
        """Whether it holds enough for such a step; GPUs only for those that use them."""
        return (
            self.needs.cpu + _EPSILON >= needs.cpu
            and abs(self.needs.gpu - needs.gpu) < _EPSILON
            and self.needs.memory_mb >= needs.memory_mb
        )

    def end(self) -> None:
        """Ends its processes, whatever they are at."""
        self.dead = True
        for actor in (self.actor, *self.beside.values()):
            with contextlib.suppress(Exception):
                ray.kill(actor)


class Places:
    """All seats of a run. Any thread may call it.

    `capacity` is what the cluster has; the rest is what a `Seat` is made with.
    """

    def __init__(
        self,
        capacity: Callable[[], Needs],
        kinds_at: str,
        home: Path,
        *,
        path: Sequence[str] | None,
        strange: Sequence[str],
    ) -> None:
        self._capacity, self._home = capacity, home
        self._kinds_at = kinds_at
        self._path, self._strange = path, strange
        # On a cluster; a Ray of one's own is born with them, and so starts a seat sooner.
        threads = {"OPENBLAS_NUM_THREADS": str(blas_threads())}
        self._variables = {**numeric_variables(), **threads} if path is None else {}
        self._idle: list[Place] = []  # the longest idle first
        self._busy: list[Place] = []
        self._lock = threading.Lock()
        self._closed = False

    @property
    def busy(self) -> int:
        """How many do a step now."""
        return len(self._busy)

    def room(self, needs: Needs) -> bool:
        """Whether a step with such needs would get a seat at once."""
        with self._lock:
            if any(place.covers(needs) for place in self._idle):
                return True
            return fits(needs, _less(self._capacity(), self._busy))

    def take(self, needs: Needs, step: str) -> Place:
        """An idle seat, one that knows the step before others; or a new one, for which idle ones
        make room."""
        with self._lock:
            fitting = [place for place in self._idle if place.covers(needs)]
            if fitting:
                place = max(fitting, key=lambda p: (step in p.known, -p.needs.cpu))
                self._idle.remove(place)
            else:
                held = [*self._idle, *self._busy]
                while self._idle and not fits(needs, _less(self._capacity(), held)):
                    held.pop(0)
                    self._idle.pop(0).end()
                place = Place(needs, self._seat(needs))
            place.known.add(step)
            self._busy.append(place)
            return place

    def give_back(self, place: Place) -> None:
        """The seat's step has ended; a dead one is not kept."""
        with self._lock:
            self._busy.remove(place)
            if not place.dead and not self._closed:
                place.idle_since = time.monotonic()
                self._idle.append(place)
                return
        place.end()

    def give_up_idle(self) -> None:
        """Gives up the seats that were idle for long."""
        with self._lock:
            while self._idle and time.monotonic() - self._idle[0].idle_since > IDLE_S:
                self._idle.pop(0).end()

    def wait_for(self, place: Place) -> Ready:
        """Waits until the seat is there. Raises `StepFailed` where the cluster gives none."""
        begin = time.monotonic()
        while place.ready is None:
            try:
                place.ready = ray.get(place.ready_ref, timeout=_PATIENCE_S)
            except GetTimeoutError:
                if time.monotonic() - begin > SEAT_S:
                    place.dead = True
                    raise StepFailed(
                        f"the cluster gave it no place with {told(place.needs)} "
                        f"within {SEAT_S:g} seconds"
                    ) from None
                with self._lock:  # enough is free in all, and too little on one machine
                    if self._idle:
                        self._idle.pop(0).end()
        return place.ready

    def beside(self, place: Place, step: Step, there: Prepared) -> Any:
        """The actor of a step's environment on the machine of a seat, which holds what it needs."""
        environment, ready = step.environment, self.wait_for(place)
        assert environment is not None
        threads = thread_variables(step.needs)
        key = there.python, str(threads)
        if key not in place.beside:
            executable = ray.get(place.actor.interpreter.remote(environment, there, True))
            actor = ray.remote(_RaySeat).options(
                num_cpus=0,
                num_gpus=0,
                max_restarts=0,
                max_task_retries=0,
                scheduling_strategy=NodeAffinitySchedulingStrategy(ready.node, soft=False),
                runtime_env={
                    "py_executable": str(executable),
                    "env_vars": {**ready.devices, **numeric_variables(), **threads},
                },
            )
            place.beside[key] = actor.remote(
                "",
                self._home,
                strange=self._strange,
                only=named_variables(environment),
            )
        return place.beside[key]

    def close(self) -> None:
        """Ends them all."""
        with self._lock:
            self._closed = True
            places = [*self._idle, *self._busy]
            self._idle.clear()
        for place in places:
            place.end()

    def _seat(self, needs: Needs) -> Any:
        actor = ray.remote(_RaySeat).options(
            num_cpus=needs.cpu,
            num_gpus=needs.gpu,
            memory=needs.memory_mb * _MEGABYTE or None,
            max_restarts=0,
            max_task_retries=0,
            runtime_env={"env_vars": self._variables} if self._variables else None,
        )
        return actor.remote(self._kinds_at, self._home, path=self._path, strange=self._strange)


def fits(needs: Needs, free: Needs) -> bool:
    """Whether so much is free."""
    return (
        needs.cpu <= free.cpu + _EPSILON
        and needs.gpu <= free.gpu + _EPSILON
        and needs.memory_mb <= free.memory_mb
    )


def told(needs: Needs) -> str:
    """What a step needs, in words."""
    words = [f"{needs.cpu:g} processors"]
    words += [f"{needs.gpu:g} GPUs"] if needs.gpu else []
    words += [f"{needs.memory_mb:,} MB of memory"] if needs.memory_mb else []
    return " and ".join(words) if len(words) < 3 else f"{words[0]}, {words[1]} and {words[2]}"


def _less(capacity: Needs, places: Iterable[Place]) -> Needs:
    held = [place.needs for place in places]
    return Needs(
        capacity.cpu - sum(needs.cpu for needs in held),
        capacity.gpu - sum(needs.gpu for needs in held),
        capacity.memory_mb - sum(needs.memory_mb for needs in held),
    )
