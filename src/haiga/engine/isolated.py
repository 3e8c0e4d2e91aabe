"""A step in a process of its own: started once, given one attempt after the other, ended whole."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from haiga.engine.backend import Attempt, Outcome, StepFailed
from haiga.engine.calls import inputs_as_bytes, value_of
from haiga.engine.environments import Prepared
from haiga.engine.kinds import Kind
from haiga.engine.plan import Step
from haiga.engine.worker import frame
from haiga.engine.worker_process import WorkerProcess, too_much_memory

START_LIMIT_S = 120.0
"""How long a process may take to start and to load its step; no step's own limit counts it."""


class Worker:
    """One warm process that does one step, in an environment that is ready.

    It sees its inputs, a working folder of its own under `folder` that is removed when it
    ends, and of the user's environment variables only those that the step's environment
    names. What it prints is kept apart (the last 64 KB of an attempt that fails are in the error's
    `output`). `gpus` are the devices lent to it, `cores` the processors it is held to.

    One thread calls `run`; `stop` may be called from any. The process starts at the first `run`
    or at `start`, and anew after one that ended.
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
        self._opened = False
        self._number = 0
        self._stopped = False
        self._lock = threading.Lock()

    @property
    def alive(self) -> bool:
        """Whether its process runs and can be given an attempt without starting another."""
        process = self._process
        return process is not None and process.runs()

    def start(self) -> None:
        """Starts the process and has it load the step, without waiting for that."""
        if self.alive or self._stopped:
            return
        self._end_process()
        self._opened = False
        self._process = WorkerProcess(
            self._prepared, self._step, self._folder, self._gpus, self._kinds, self._cores
        )

    def run(self, attempt: Attempt) -> Outcome:
        """Does one attempt and waits for it. What goes wrong is in the outcome, never raised."""
        with self._lock:
            if attempt.gpus and attempt.gpus != self._gpus:
                self._gpus = attempt.gpus
                self._end_process()
            seconds, peak_mb = 0.0, 0
            begin = time.perf_counter()
            try:
                data, names = inputs_as_bytes(self._step, self._kinds, attempt.inputs)
                if self._stopped:
                    raise StepFailed("it was stopped")
                head, made = self._ask(data, names, attempt.seed)
                seconds, peak_mb = head["seconds"], head["peak_mb"]
                value = value_of(self._step, self._kinds, made)
                return Outcome(attempt.id, value, None, seconds, peak_mb)
            except StepFailed as error:
                told = StepFailed(
                    f"step '{self._step.name}': {error}",
                    output=error.output,
                    retryable=error.retryable and not self._stopped,
                )
                seconds = seconds or time.perf_counter() - begin
                peak_mb = peak_mb or (self._process.peak_mb if self._process else 0)
                if self._process is not None and not self._process.runs():
                    self._end_process()
                return Outcome(attempt.id, None, told, seconds, peak_mb, str(error))

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
        self, data: dict[str, list[bytes]], names: dict[str, list[str]], seed: int
    ) -> tuple[dict[str, Any], bytes]:
        self.start()
        process = self._process
        if process is None:
            raise StepFailed("it was stopped")
        needs = self._step.needs
        if not self._opened:
            head, _ = process.exchange([], START_LIMIT_S, needs.memory_mb, "to start")
            if not head["ok"]:
                process.end()
                raise StepFailed(
                    head["error"], output=process.printed(), retryable=head["retryable"]
                )
            self._opened = True
        self._number += 1
        order = [name for name, many in data.items() for _ in many]
        blobs = [one for many in data.values() for one in many]
        head = {"number": self._number, "seed": seed, "inputs": order, "names": names}
        answer, made = process.exchange(
            frame(head, blobs), self._step.timeout_s, needs.memory_mb, "", number=self._number
        )
        answer["peak_mb"] = max(process.peak_mb, -(-answer["peak_kb"] // 1024))
        process.peak_mb = answer["peak_mb"]
        if not answer["ok"]:
            raise StepFailed(
                answer["error"], output=process.printed(), retryable=answer["retryable"]
            )
        if needs.memory_mb and answer["peak_mb"] > needs.memory_mb:
            process.end()
            raise StepFailed(too_much_memory(answer["peak_mb"], needs.memory_mb))
        return answer, made[0]
