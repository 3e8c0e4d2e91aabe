"""A step in a process of its own: started once, given one attempt after the other, ended whole."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from haiga.engine.backend import Attempt, Outcome, StepFailed
from haiga.engine.calls import call_table, inputs_as_bytes, value_of
from haiga.engine.environments import Prepared
from haiga.engine.kinds import Kind
from haiga.engine.limits import (
    LOOK_EVERY_S,
    MemoryWatch,
    kill_tree,
    thread_variables,
    visible_gpus,
)
from haiga.engine.plan import Step
from haiga.engine.worker import HELLO, LENGTHS, MOST_BYTES, frame

START_LIMIT_S = 120.0
"""How long a process may take to start and to load its step; no step's own limit counts it."""
KEPT_OUTPUT = 64 * 1024
_PIPE_BYTES = 2**20
_WORKER = Path(__file__).with_name("worker.py")


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
        self._process: _Process | None = None
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
        self._process = _Process(
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
            raise StepFailed(_too_much_memory(answer["peak_mb"], needs.memory_mb))
        return answer, made[0]


class _Process:
    """The process behind a worker, and the pipes to it."""

    def __init__(
        self,
        prepared: Prepared,
        step: Step,
        folder: Path,
        gpus: Sequence[int],
        kinds: Mapping[str, Kind],
        cores: Sequence[int],
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        self._place = Path(tempfile.mkdtemp(prefix=f"work-{os.getpid()}-", dir=folder)).resolve()
        (self._place / "tmp").mkdir()
        self.container = None
        if prepared.image:
            from haiga.engine.containers import Container

            self.container = Container(prepared, step, self._place, gpus, _WORKER)
            command, variables = self.container.command, dict(os.environ)
        else:
            command = [str(prepared.python), "-s", str(_WORKER), str(self._place)]
            variables = _variables(prepared, step, self._place, gpus)
        try:
            self._popen = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=self._place,
                env=variables,
                bufsize=0,
                start_new_session=True,
            )
        except OSError as error:
            shutil.rmtree(self._place, ignore_errors=True)
            raise StepFailed(f"its process cannot be started: {error}", retryable=False) from error
        self._pipes = [self._popen.stdin, self._popen.stdout, self._popen.stderr]
        self._in, self._out, self._log = (pipe.fileno() for pipe in self._pipes if pipe)
        for file in (self._in, self._out, self._log):
            os.set_blocking(file, False)
        for file in (self._in, self._out):
            with contextlib.suppress(OSError, AttributeError):
                fcntl.fcntl(file, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self._watch = MemoryWatch(self._popen.pid)
        self._got = bytearray()
        self._greeted = False
        self._printed = bytearray()
        self.peak_mb = 0
        path = sys.path if prepared.folder is None and not prepared.image else []
        opening = {
            "call": call_table(step, kinds),
            "cores": list(cores),
            "path": [entry for entry in path if entry],
        }
        if self.container is not None:
            opening["path"] = self.container.path
        self._waiting = frame(opening, [])

    def runs(self) -> bool:
        return self._popen.poll() is None

    def printed(self) -> str:
        """The last of what the step printed since its attempt began."""
        return bytes(self._printed).decode("utf-8", "replace")

    def exchange(
        self, parts: list[bytes], limit_s: float, memory_mb: int, doing: str, *, number: int = 0
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Sends a message and waits for the answer; `StepFailed` where none comes in time."""
        if number:
            self._printed.clear()
        waiting = [memoryview(part) for part in [*self._waiting, *parts]]
        self._waiting = []
        deadline = time.monotonic() + limit_s if limit_s else None
        with selectors.DefaultSelector() as selector:
            selector.register(self._out, selectors.EVENT_READ)
            selector.register(self._log, selectors.EVENT_READ)
            if waiting:
                selector.register(self._in, selectors.EVENT_WRITE)
            while True:
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and left <= 0:
                    self.end()
                    self._drain()
                    raise StepFailed(
                        f"it took more than {'' if doing else 'its '}{limit_s:g} s "
                        f"{doing + ' ' if doing else ''}and was ended",
                        output=self.printed(),
                    )
                if memory_mb and self.container is None and self._watch.exceeds(memory_mb):
                    self.end()
                    self._drain()
                    self.peak_mb = max(self.peak_mb, self._watch.peak_mb)
                    raise StepFailed(
                        _too_much_memory(self._watch.peak_mb, memory_mb), output=self.printed()
                    )
                pause = left
                if memory_mb:
                    pause = LOOK_EVERY_S if left is None else min(left, LOOK_EVERY_S)
                for key, _ in selector.select(pause):
                    if key.fd == self._in:
                        waiting = self._write(waiting)
                        if not waiting:
                            selector.unregister(self._in)
                    elif key.fd == self._log:
                        if not self._drain():
                            selector.unregister(self._log)
                    else:
                        message = self._read(number)
                        if message is not None:
                            self._drain()
                            self.peak_mb = max(self.peak_mb, self._watch.peak_mb)
                            return message

    def _write(self, waiting: list[memoryview]) -> list[memoryview]:
        try:
            while waiting:
                sent = os.write(self._in, waiting[0])
                waiting[0] = waiting[0][sent:]
                if not waiting[0]:
                    waiting = waiting[1:]
        except BlockingIOError:
            return waiting
        except BrokenPipeError:
            return []  # it ended; what it left to read says how
        return waiting

    def _read(self, number: int) -> tuple[dict[str, Any], list[bytes]] | None:
        """Takes what has come; the message, once it is whole. `StepFailed` where it ended."""
        try:
            part = os.read(self._out, _PIPE_BYTES)
        except BlockingIOError:
            return None
        if not part:
            raise self._death()
        self._got += part
        while (message := self._message()) is not None:
            if message[0].get("number", 0) == number:
                return message
        return None

    def _message(self) -> tuple[dict[str, Any], list[bytes]] | None:
        if not self._greeted:
            at = self._got.find(HELLO)
            if at < 0:
                del self._got[: -len(HELLO)]  # what an environment prints while it starts
                return None
            del self._got[: at + len(HELLO)]
            self._greeted = True
        if len(self._got) < LENGTHS.size:
            return None
        (length,) = LENGTHS.unpack_from(self._got)
        at = LENGTHS.size + length
        if len(self._got) < at:
            return None
        head = json.loads(bytes(self._got[LENGTHS.size : at]))
        sizes = [int(size) for size in head["blobs"]]
        if sum(sizes) > MOST_BYTES:
            self.end()
            raise StepFailed(f"its result has {sum(sizes):,} bytes, more than a result may")
        if len(self._got) < at + sum(sizes):
            return None
        blobs = []
        with memoryview(self._got) as view:
            for size in sizes:
                blobs.append(bytes(view[at : at + size]))
                at += size
        del self._got[:at]
        return head, blobs

    def _drain(self) -> bool:
        """Takes what the step has printed; False once nobody can print any more."""
        with contextlib.suppress(BlockingIOError):
            while part := os.read(self._log, 65536):
                self._printed += part
                del self._printed[:-KEPT_OUTPUT]
            return False
        return True

    def _death(self) -> StepFailed:
        """What to say of a process that ended in the middle of an attempt."""
        try:
            status = self._popen.wait(10)
        except subprocess.TimeoutExpired:
            self.end()
            status = -signal.SIGKILL
        self._drain()
        number = -status if status < 0 else status - 128
        try:
            how = f"was ended by {signal.Signals(number).name}"
        except ValueError:
            how = f"ended its process (exit status {status}) and gave no result"
        if self.container is not None:
            how = self.container.ending(status, self.printed()) or how
        lines = [line.strip() for line in self.printed().splitlines() if line.strip()]
        last = f"; it last printed: {' / '.join(lines[-3:])[-300:]}" if lines else ""
        return StepFailed(f"it {how}{last}", output=self.printed())

    def end(self) -> None:
        """Ends the process and everything it started, within seconds whatever it does."""
        if self.container is not None:
            self.container.kill()
        with contextlib.suppress(ProcessLookupError):
            self._popen.send_signal(signal.SIGTERM)  # its keeper then kills all the rest
        try:
            self._popen.wait(7)
        except subprocess.TimeoutExpired:
            kill_tree(self._popen.pid)
            self._popen.wait(10)

    def close(self) -> None:
        """Ends it and gives back pipes and working folder."""
        if self.runs():
            self.end()
        for pipe in self._pipes:
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        shutil.rmtree(self._place, ignore_errors=True)


def _variables(prepared: Prepared, step: Step, place: Path, gpus: Sequence[int]) -> dict[str, str]:
    """All that the step's process finds in its environment."""
    path = os.pathsep.join([str(prepared.python.parent), os.environ.get("PATH", os.defpath)])
    own = {
        "PATH": path,
        "HOME": str(place),
        "TMPDIR": str(place / "tmp"),
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "CUDA_VISIBLE_DEVICES": visible_gpus(gpus),
        **thread_variables(step.needs),
    }
    named = step.environment.variables if step.environment else ()
    return own | {name: os.environ[name] for name in named if name in os.environ}


def _too_much_memory(reached_mb: int, limit_mb: int) -> str:
    return f"it had {reached_mb:,} MB of memory, more than its {limit_mb:,} MB, and was ended"


def _sweep(folder: Path) -> None:
    """Removes the working folders of processes that are gone and could not do it themselves."""
    for leaving in folder.glob("work-*-*"):
        owner = leaving.name.split("-")[1]
        if owner.isdigit():
            try:
                os.kill(int(owner), 0)
            except ProcessLookupError:
                shutil.rmtree(leaving, ignore_errors=True)
            except OSError:
                continue
