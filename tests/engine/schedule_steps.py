"""Small plans, and a backend that runs each attempt in a thread of its own and notes it."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from haiga.engine.backend import Attempt, Outcome
from haiga.engine.plan import Needs, Step


class ThreadBackend:
    """Starts every attempt at once in a thread; counts how many run side by side."""

    def __init__(self, capacity: Needs, slots: int = 100) -> None:
        self.capacity = capacity
        self.started: list[Attempt] = []
        self.most: dict[str, int] = {}
        self._slots = slots
        self._now: dict[str, int] = {}
        self._ended: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self._lock = threading.Lock()

    def prepare(self, steps: Sequence[Step]) -> Mapping[str, str]:
        return {step.name: "here" for step in steps}

    def lock_text(self, lock: str) -> str:
        return lock

    def room(self, step: Step) -> bool:
        return sum(self._now.values()) < self._slots

    def start(self, attempt: Attempt) -> None:
        self.started.append(attempt)
        with self._lock:
            now = self._now[attempt.step.name] = self._now.get(attempt.step.name, 0) + 1
            self.most[attempt.step.name] = max(self.most.get(attempt.step.name, 0), now)
            self.most["all"] = max(self.most.get("all", 0), sum(self._now.values()))
        threading.Thread(target=self._run, args=(attempt,), daemon=True).start()

    def _run(self, attempt: Attempt) -> None:
        begin = time.perf_counter()
        assert attempt.step.run is not None
        try:
            outcome = Outcome(attempt.id, attempt.step.run(attempt.inputs, attempt.seed))
        except Exception as error:
            outcome = Outcome(attempt.id, error=error, seconds=time.perf_counter() - begin)
        with self._lock:
            self._now[attempt.step.name] -= 1
        self._ended.put(outcome)

    def wait(self, timeout_s: float) -> list[Outcome]:
        try:
            return [self._ended.get(timeout=timeout_s)]
        except queue.Empty:
            return []

    def close(self) -> None:
        pass


def step(name: str, work: Callable[[Mapping[str, Any], int], Any], **more: Any) -> Step:
    """A step of a plain function."""
    return Step(name, work, **more)
