"""The process behind a worker, the pipes to it, and how it is waited for, limited and ended."""

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
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from haiga.engine.backend import StepFailed
from haiga.engine.containers import Container
from haiga.engine.environments import Prepared
from haiga.engine.limits import (
    LOOK_EVERY_S,
    MemoryWatch,
    blas_threads,
    kill_those_at_home,
    kill_tree,
    numeric_variables,
    thread_variables,
    visible_gpus,
)
from haiga.engine.plan import Step
from haiga.engine.worker import HELLO, LENGTHS, MOST_BYTES, Buffers, frame

KEPT_OUTPUT = 64 * 1024
"""How much of what an attempt prints is kept, in bytes: the last of it."""
_PIPE_BYTES = 2**20
_ASK_EVERY_S = 0.5
_WORKER = Path(__file__).with_name("worker.py")


class WorkerProcess:
    """A running worker. What goes wrong with it is raised as `StepFailed`, in one clause."""

    def __init__(
        self,
        prepared: Prepared,
        step: Step,
        folder: Path,
        gpus: Sequence[int],
        cores: Sequence[int],
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        self._place = Path(tempfile.mkdtemp(prefix=f"work-{os.getpid()}-", dir=folder)).resolve()
        (self._place / "tmp").mkdir()
        self.container = None
        if prepared.image:
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
        self._inbox = _Inbox()
        self._printed = bytearray()
        self.peak_mb = 0
        path = sys.path if prepared.folder is None and not prepared.image else []
        if self.container is not None:
            path = self.container.path
        setting = {"cores": list(cores), "path": [entry for entry in path if entry]}
        self._waiting = [memoryview(part) for part in frame(setting, [])]

    def runs(self) -> bool:
        return self._popen.poll() is None

    def printed(self) -> str:
        """The last of what the step printed since its attempt began."""
        return bytes(self._printed).decode("utf-8", "replace")

    def exchange(
        self, head: Mapping[str, Any], blobs: list[bytes], limit_s: float, memory_mb: int
    ) -> tuple[dict[str, Any], list[Any]]:
        """Sends a message and waits for the answer; `StepFailed` where none comes in time."""
        self._printed.clear()
        waiting = [*self._waiting, *(memoryview(part) for part in frame(head, blobs))]
        self._waiting = []
        deadline = time.monotonic() + limit_s if limit_s else None
        with selectors.DefaultSelector() as selector:
            selector.register(self._out, selectors.EVENT_READ)
            selector.register(self._log, selectors.EVENT_READ)
            selector.register(self._in, selectors.EVENT_WRITE)
            while True:
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and left <= 0:
                    self.end()
                    self._drain()
                    raise StepFailed(
                        f"it took more than {limit_s:g} s "
                        f"{'to start ' if 'call' in head else ''}and was ended",
                        output=self.printed(),
                    )
                if memory_mb and self.container is None and self._watch.exceeds(memory_mb):
                    self.end()
                    self._drain()
                    self.peak_mb = max(self.peak_mb, self._watch.peak_mb)
                    raise StepFailed(
                        too_much_memory(self._watch.peak_mb, memory_mb), output=self.printed()
                    )
                pause = LOOK_EVERY_S if memory_mb else _ASK_EVERY_S
                events = selector.select(pause if left is None else min(left, pause))
                if not events and not self.runs():
                    # something that outlived it can hold the pipe open
                    raise self._death()
                for key, _ in events:
                    if key.fd == self._in:
                        waiting = self._write(waiting)
                        if not waiting:
                            selector.unregister(self._in)
                    elif key.fd == self._log:
                        if not self._drain():
                            selector.unregister(self._log)
                    else:
                        message = self._read(head["number"])
                        if message is not None:
                            self._drain()
                            self.peak_mb = max(self.peak_mb, self._watch.peak_mb)
                            return message

    def give_back(self, blobs: list[Any]) -> None:
        """Takes an answer's bodies once they are read: their memory is used again."""
        self._inbox.give_back(blobs)

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

    def _read(self, number: int) -> tuple[dict[str, Any], list[Any]] | None:
        """Takes what has come; the message, once it is whole. `StepFailed` where it ended."""
        try:
            message = self._inbox.take(self._out)
        except BlockingIOError:
            return None
        except EOFError:
            raise self._death() from None
        except OverflowError as error:
            self.end()
            raise StepFailed(str(error)) from None
        return message if message and message[0]["number"] == number else None

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
        by_engine = ""
        if self.container is not None:
            by_engine = self.container.ending(status, self.printed())
        lines = [line.strip() for line in self.printed().splitlines() if line.strip()]
        last = f"; it last printed: {' / '.join(lines[-3:])[-300:]}" if lines else ""
        return StepFailed(f"it {by_engine or how + last}", output=self.printed())

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
        if self._popen.returncode < 0:  # its keeper did not end by itself
            kill_those_at_home(self._place)

    def close(self) -> None:
        """Ends it and gives back pipes and working folder."""
        if self.runs() or self._popen.returncode < 0 or self.container is not None:
            self.end()
        for pipe in self._pipes:
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        shutil.rmtree(self._place, ignore_errors=True)


class _Inbox:
    """Makes messages of the bytes of a pipe; bodies are read straight into their place."""

    def __init__(self) -> None:
        self._greeted = False
        self._head = bytearray()
        self._told: dict[str, Any] | None = None
        self._blobs: list[bytearray] = []
        self._missing: list[memoryview] = []
        self._buffers = Buffers()

    def give_back(self, blobs: list[Any]) -> None:
        """Takes bodies that nobody reads any more."""
        self._buffers.give_back(blobs)

    def take(self, file: int) -> tuple[dict[str, Any], list[Any]] | None:
        """Reads once; the message where that was its last part.

        Raises `BlockingIOError` where nothing is there, `EOFError` where nothing will be,
        and `OverflowError` for a message that is longer than one may be.
        """
        if self._missing:
            got = os.readv(file, self._missing[:1])
            if not got:
                raise EOFError
            self._missing[0] = self._missing[0][got:]
            if not self._missing[0]:
                self._missing.pop(0)
        else:
            part = os.read(file, self._lacking())
            if not part:
                raise EOFError
            self._head += part
            self._read_head()
        if self._told is None or self._missing:
            return None
        message: tuple[dict[str, Any], list[Any]] = self._told, self._blobs
        self._told, self._blobs = None, []
        return message

    def _lacking(self) -> int:
        """How many bytes are sure to belong to what is read now."""
        if not self._greeted:
            return 1
        if len(self._head) < LENGTHS.size:
            return LENGTHS.size - len(self._head)
        return int(LENGTHS.size + LENGTHS.unpack_from(self._head)[0] - len(self._head))

    def _read_head(self) -> None:
        if not self._greeted:  # what an environment prints while it starts goes before
            if self._head.endswith(HELLO):
                self._greeted = True
                self._head.clear()
            return
        if len(self._head) < LENGTHS.size or self._lacking():
            return
        told = json.loads(self._head[LENGTHS.size :])
        self._head.clear()
        sizes = [int(size) for size in told["blobs"]]
        if sum(sizes) > MOST_BYTES:
            raise OverflowError(f"its result has {sum(sizes):,} bytes, more than a result may")
        self._told = told
        self._blobs = [self._buffers.of(size) for size in sizes]
        self._missing = [memoryview(blob) for blob in self._blobs if blob]


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
        **numeric_variables(),
        **thread_variables(step.needs),
    }
    if prepared.folder is None and not prepared.image:
        # In haiga's own interpreter numpy multiplies in as many parts as in this process: the
        # number decides in which order sums are taken, and so their last bit.
        own["OPENBLAS_NUM_THREADS"] = str(blas_threads())
    if prepared.folder is None and "PYTHONPATH" in os.environ:
        parts = os.environ["PYTHONPATH"].split(os.pathsep)
        own["PYTHONPATH"] = os.pathsep.join(str(Path(part).absolute()) for part in parts if part)
    named = step.environment.variables if step.environment else ()
    return own | {name: os.environ[name] for name in named if name in os.environ}


def too_much_memory(reached_mb: int, limit_mb: int) -> str:
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
