"""Trials one after the other, or a few side by side, without Ray."""

from __future__ import annotations

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
        self._threads = [
            threading.Thread(target=self._work, name=f"trial worker {n}", daemon=True)
            for n in range(min(workers, len(trials)))
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def wait(self, seconds: float) -> bool:
        for thread in self._threads:
            thread.join(seconds / len(self._threads))
        if self._errors:
            raise self._errors[0]
        return not any(thread.is_alive() for thread in self._threads)

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        try:
            while not self._stopping.is_set():
                try:
                    trial, words = self._left.get_nowait()
                except queue.Empty:
                    return
                self._run(Following(self._job, trial, words))
        except BaseException as error:
            self._errors.append(error)

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
