"""A step in a process of its own: started once, given one attempt after the other, ended whole."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from haiga.engine.backend import Attempt, Outcome, StepFailed
from haiga.engine.call_bytes import call_table, inputs_as_bytes, value_of
from haiga.engine.environments import Prepared
from haiga.engine.kinds import Kind
from haiga.engine.plan import Step
from haiga.engine.worker_process import WorkerProcess, too_much_memory

START_LIMIT_S = 120.0
"""How long a process may take to start and to load its step; no step's own limit counts it."""


class Worker:
    """One warm process for steps of one environment that is ready.

    `step` is the one it is made for; an attempt at another step of the same environment and
    limits is done in the same process. A step sees its inputs, a working folder of its own under
    `folder` that is removed when it ends, and of the user's environment variables only those
    that its environment names. What it prints is kept apart (the last 64 KB of an attempt that
    fails are in the error's `output`). `gpus` are the devices lent to it, `cores` the processors
    it is held to (all, where none is named).

    One thread at a time calls `run`; `stop` may be called from any. The process starts at the
    first `run`, or at `start`, and anew after one that ended.
    """

    def __init__(
        self,
        prepared: Prepared,
        step: Step,
        kinds: Mapping[str, Kind],
        *,
        folder: Path,
        gpus: Sequence[int] = (),
        cores: Sequence[int] = (),
    ) -> None:
        self._prepared, self._step, self._kinds = prepared, step, kinds
        self._folder, self._gpus, self._cores = folder, tuple(gpus), tuple(cores)
        self._process: WorkerProcess | None = None
        self._opened: dict[str, int] = {}
        self._number = 0
        self._stopped = False
        self._lock = threading.Lock()

    @property
    def alive(self) -> bool:
        """Whether its process runs and can be given an attempt without starting another."""
        process = self._process
        return process is not None and process.runs()

    def start(self) -> None:
        """Starts the process, without waiting for it."""
        if self.alive or self._stopped:
            return
        self._end_process()
        self._opened.clear()
        self._process = WorkerProcess(
            self._prepared, self._step, self._folder, self._gpus, self._cores
        )
        if self._stopped:  # while it started
            self._process.end()

    def run(self, attempt: Attempt) -> Outcome:
        """Does one attempt and waits for it. What goes wrong is in the outcome, never raised."""
        with self._lock:
            step = attempt.step
            gpus_differ = attempt.gpus and attempt.gpus != self._gpus
            if gpus_differ or (self._prepared.image and step != self._step):
                self._gpus, self._step = attempt.gpus or self._gpus, step
                self._end_process()
            begin = time.perf_counter()
            try:
                data, names = inputs_as_bytes(step, self._kinds, attempt.inputs)
                head, made = self._ask(step, data, names, attempt.seed)
                value = value_of(step, self._kinds, made)
                if self._process is not None:
                    self._process.give_back([made])
                return Outcome(attempt.id, value, None, head["seconds"], head["peak_mb"])
            except Exception as raised:
                error = _as_failure(raised)
                if self._stopped:
                    error = StepFailed("it was stopped", output=error.output)
                seconds = time.perf_counter() - begin
                peak_mb = self._process.peak_mb if self._process is not None else 0
                if not self.alive:
                    self._end_process()
                return Outcome(attempt.id, None, error, seconds, peak_mb, str(error))

    def stop(self) -> None:
        """Ends the process, whatever it is at, and everything it started; may be called twice."""
        self._stopped = True
        process = self._process
        if process is not None:
            process.end()
        with self._lock:
            self._end_process()

    def _end_process(self) -> None:
        if self._process is not None:
            self._process.close()
            self._process = None

    def _ask(
        self, step: Step, data: dict[str, list[bytes]], names: dict[str, list[str]], seed: int
    ) -> tuple[dict[str, Any], bytes]:
        self.start()
        process = self._process
        if process is None:
            raise StepFailed("it was stopped")
        call = call_table(step, self._kinds)
        told = json.dumps(call, sort_keys=True)
        if told not in self._opened:
            number = len(self._opened)
            self._exchange(process, {"step": number, "call": call}, [], START_LIMIT_S, step)
            self._opened[told] = number
        order = [name for name, many in data.items() for _ in many]
        blobs = [one for many in data.values() for one in many]
        head = {"step": self._opened[told], "seed": seed, "inputs": order, "names": names}
        answer, made = self._exchange(process, head, blobs, step.timeout_s, step)
        return answer, made[0]

    def _exchange(
        self,
        process: WorkerProcess,
        head: dict[str, Any],
        blobs: list[bytes],
        limit_s: float,
        step: Step,
    ) -> tuple[dict[str, Any], list[bytes]]:
        """An answer that says the work is done; `StepFailed` for any other, or none."""
        self._number += 1
        limit_mb = step.needs.memory_mb
        answer, made = process.exchange({**head, "number": self._number}, blobs, limit_s, limit_mb)
        answer["peak_mb"] = process.peak_mb = max(process.peak_mb, -(-answer["peak_kb"] // 1024))
        if limit_mb and process.peak_mb > limit_mb:
            process.end()
            raise StepFailed(too_much_memory(process.peak_mb, limit_mb), output=process.printed())
        if not answer["ok"]:
            if "call" in head:  # what half a load has left behind is no place to try again
                process.end()
            raise StepFailed(
                answer["error"], output=process.printed(), retryable=answer["retryable"]
            )
        return answer, made


def _as_failure(error: Exception) -> StepFailed:
    """What stopped an attempt: the step, or a kind or a setting that no process can be given."""
    if isinstance(error, StepFailed):
        return error
    if isinstance(error, OSError):
        return StepFailed(f"its process cannot be given work: {error}")
    return StepFailed(f"{type(error).__name__}: {error}", retryable=False)
