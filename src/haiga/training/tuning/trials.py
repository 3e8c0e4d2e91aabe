"""A trial: one training by `haiga train` with settings drawn for it, in a process of its own."""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from haiga.core.errors import UserError
from haiga.media.durable import write_durably
from haiga.models.card import CARD
from haiga.training.tuning.looks import Look, begun, looks_of
from haiga.training.tuning.space import Value

WAITING, RUNNING, FINISHED, STOPPED, FAILED = "waiting running finished stopped failed".split()
ENDED = (FINISHED, STOPPED, FAILED)
POLL_S = 0.2
POLITE_S = 60.0
"""How long a training may take to keep its place when it is asked to end."""


@dataclass
class Trial:
    """A trial and how it went. `best` is its best figure so far, None before its first look."""

    number: int
    settings: Mapping[str, Value]
    state: str = WAITING
    looks: list[Look] = field(default_factory=list)
    best: float | None = None
    seconds: float = 0.0
    reason: str = ""
    """Why it failed, or was stopped."""
    refused: bool = False
    """Whether it failed because the training refused what it was given."""

    @property
    def name(self) -> str:
        """As its folder is called: 007."""
        return f"{self.number:03d}"

    @property
    def ended(self) -> bool:
        """Whether it is not to be run again."""
        return self.state in ENDED


@dataclass(frozen=True)
class Job:
    """What all trials of a search share. `command` is what stands before a trial's settings:
    `["poet", "--texts", "poems.txt"]`; `folder` holds them all.
    """

    command: tuple[str, ...]
    figure: str
    goal: str
    folder: Path

    def out(self, trial: Trial) -> Path:
        """The folder of a trial's model."""
        return self.folder / trial.name

    def record(self, number: int) -> Path:
        """The file that says how a trial went."""
        return self.folder / f"{number:03d}.json"

    def keep(self, trial: Trial) -> None:
        """Writes a trial's record."""
        text = json.dumps(dataclasses.asdict(trial), ensure_ascii=False, indent=1)
        write_durably(self.record(trial.number), text.encode())

    def kept(self, number: int) -> Trial | None:
        """A trial as its record has it; None where there is none that can be read."""
        try:
            values: dict[str, Any] = json.loads(self.record(number).read_bytes())
            values["looks"] = [Look(**look) for look in values["looks"]]
            return Trial(**values)
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            return None


class Following:
    """A trial's training while it runs, and its looks.

    Its record is written at every look. `stop` ends the training politely, so that its last
    checkpoint is whole.
    """

    def __init__(self, job: Job, trial: Trial, words: Sequence[str]) -> None:
        self.job, self.trial, self.words = job, trial, list(words)
        self._process: subprocess.Popen[bytes] | None = None
        self._began = time.monotonic()
        self._before = trial.seconds
        self._given = 0
        """How many looks have been given out."""

    def until(self, stopping: Callable[[], bool] = lambda: False) -> Iterator[Look]:
        """Every look as it is made, until the training ends or `stopping()`."""
        while (look := self.next(stopping)) is not None:
            yield look

    def next(self, stopping: Callable[[], bool] = lambda: False) -> Look | None:
        """The next look, as soon as it is made; None when the training has ended."""
        if self._process is None:
            self._start()
        process = self._process
        while process is not None and not stopping():
            code = process.poll()
            self._read()
            if self._given < len(self.trial.looks):
                look = self.trial.looks[self._given]
                if look.share < 1 or code is not None:  # it still has its model to write
                    self._given += 1
                    return look
            elif code is not None:
                self._end(code)
                return None
            time.sleep(POLL_S)
        return None

    def stop(self, state: str, reason: str = "") -> None:
        """Ends the training where it is, and its record with a state."""
        process = self._process
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(POLITE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._read()
        self.trial.state, self.trial.reason = state, reason
        self._keep()

    def _start(self) -> None:
        job, trial = self.job, self.trial
        out = job.out(trial)
        words = [*job.command, *self.words, "--out", str(out), "--no-report"]
        if begun(out):
            words.append("--resume")
        trial.state = RUNNING
        self._keep()
        with (
            _held(job.folder / f".{trial.name}.lock") as held,
            (job.folder / f"{trial.name}.log").open("ab") as log,
        ):
            ended = (out / CARD).exists()  # before its record said so
            self._process = subprocess.Popen(
                [sys.executable, *(["-c", "pass"] if ended else ["-m", "haiga", "train", *words])],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl-C is for the search, which ends its trials
                pass_fds=(held.fileno(),) if held is not None else (),
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            )

    def _read(self) -> None:
        """Takes over what the training has said since, and keeps it."""
        looks = looks_of(self.job.out(self.trial), self.job.figure)
        if len(looks) > len(self.trial.looks):
            self.trial.looks = looks
            figures = [look.figure for look in looks]
            self.trial.best = min(figures) if self.job.goal == "min" else max(figures)
            self._keep()

    def _end(self, code: int) -> None:
        trial = self.trial
        if code == 0 and trial.best is None:
            trial.state = FAILED
            trial.reason = f"it wrote no {self.job.figure} to its log"
        elif code == 0:
            trial.state, trial.reason = FINISHED, ""
        else:
            trial.state, trial.reason = FAILED, self._said(code)
            trial.refused = code == UserError.exit_code
        self._keep()

    def _said(self, code: int) -> str:
        """The last thing that a training said."""
        text = (self.job.folder / f"{self.trial.name}.log").read_text("utf-8", "replace")
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if code < 0:
            return f"it was ended by signal {-code}"
        return lines[-1].removeprefix("haiga: ") if lines else f"it left with {code}"

    def _keep(self) -> None:
        self.trial.seconds = self._before + time.monotonic() - self._began
        self.job.keep(self.trial)


def told_stopped(look: Look) -> str:
    """Why a trial was stopped after a look."""
    return f"after {100 * look.share:.0f} % of its steps others had done better"


def _end_with_parent() -> None:
    """In a new process, before it becomes the training: SIGTERM comes when its parent dies."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG, from <linux/prctl.h>


@contextlib.contextmanager
def _held(
    file: Path, *, wait_s: float = 300.0, whose: str = "a training of an earlier search"
) -> Iterator[IO[bytes] | None]:
    """The lock of a trial, which its training holds as long as it lives.

    So a search that goes on after it was killed does not start a second training beside one
    that is still ending. UserError when it does not end.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        yield None
        return
    with file.open("ab") as lock:
        until = time.monotonic() + wait_s
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if time.monotonic() > until:
                    raise UserError(
                        f"{file.parent}: {whose} still runs there; end it, or choose another --out"
                    ) from error
                time.sleep(POLL_S)
        yield lock


def alone_in(folder: Path) -> contextlib.AbstractContextManager[object]:
    """Within it, no other search runs in the folder; UserError where one does."""
    return _held(folder / ".tune.lock", wait_s=0.0, whose="another search")
