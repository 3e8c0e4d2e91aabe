"""Trials one after the other, or a few side by side, without Ray."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Sequence

from haiga.training.tuning.halving import Halving
from haiga.training.tuning.trials import (
    STOPPED,
    WAITING,
    Following,
    Job,
    Trial,
    told_stopped,
)


class InTurn:
    """Runs trials in their order, `workers` at a time; `halving` says which go on.

    `start` begins, `stop` ends all that run and keeps their places, `wait` waits for a while
    and says whether all have ended.
    """

    def __init__(
        self, job: Job, trials: Sequence[Trial], words: Sequence[Sequence[str]],
        halving: Halving, workers: int,
    ) -> None:  # fmt: skip
        self._job, self._halving = job, halving
        self._left: queue.SimpleQueue[tuple[Trial, Sequence[str]]] = queue.SimpleQueue()
        for trial, given in zip(trials, words, strict=True):
            self._left.put((trial, given))
        self._lock, self._stopping = threading.Lock(), threading.Event()
        self._errors: list[BaseException] = []
        # events, as a join that Ctrl-C breaks into takes a thread for ended
        self._done = [threading.Event() for _ in range(min(workers, len(trials)))]

    def start(self) -> None:
        for number, done in enumerate(self._done):
            threading.Thread(
                target=self._work, args=(done,), name=f"trial worker {number}", daemon=True
            ).start()

    def wait(self, seconds: float) -> bool:
        for done in self._done:
            done.wait(seconds / len(self._done))
        if self._errors:
            raise self._errors[0]
        return all(done.is_set() for done in self._done)

    def stop(self) -> None:
        self._stopping.set()
        for done in self._done:
            done.wait()

    def _work(self, done: threading.Event) -> None:
        try:
            while not self._stopping.is_set():
                try:
                    trial, words = self._left.get_nowait()
                except queue.Empty:
                    return
                following = Following(self._job, trial, words)
                try:
                    self._run(following)
                except BaseException:
                    with contextlib.suppress(Exception):
                        following.stop(WAITING)
                    raise
        except BaseException as error:
            self._errors.append(error)
        finally:
            done.set()

    def _run(self, following: Following) -> None:
        trial = following.trial
        for look in following.until(self._stopping.is_set):
            with self._lock:
                on = self._halving.goes_on(trial.number, look.share, look.figure)
            if not on:
                following.stop(STOPPED, told_stopped(look))
                return
        if self._stopping.is_set() and not trial.ended:
            following.stop(WAITING)
