"""The trials of a search through Ray Tune."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ray import tune
from ray.tune.schedulers import ASHAScheduler

from haiga.core.errors import JobError
from haiga.engine.on_ray.connection import Connection
from haiga.media.durable import make_folder
from haiga.training.on_ray.together import last_line
from haiga.training.tuning.halving import ETA, RUNGS
from haiga.training.tuning.looks import Look
from haiga.training.tuning.trials import (
    STOPPED,
    WAITING,
    Following,
    Job,
    Trial,
    told_stopped,
)

WHOLE = round(1 / RUNGS[0])
"""How Ray counts a trial's budget, which wants whole numbers at the rungs."""


class TrialsOnRay:
    """Runs trials through Ray Tune, whose ASHAScheduler says which go on.

    Each is a process of its own beside an actor that follows it; how it goes stands in its
    record. `start`, `wait` and `stop` are as `InTurn` has them.
    """

    def __init__(
        self, job: Job, trials: Sequence[Trial], words: Sequence[Sequence[str]],
        *, workers: int | None, address: str | None,
    ) -> None:  # fmt: skip
        self._job, self._trials = job, trials
        self._words, self._workers, self._address = words, workers, address
        self._stack = contextlib.ExitStack()
        self._begun = False
        self._failed: list[BaseException] = []
        self._done = threading.Event()
        self._flag = job.folder / ".stop"

    def start(self) -> None:
        self._flag.unlink(missing_ok=True)
        self._stack.enter_context(contextlib.closing(Connection(self._address)))
        storage = self._job.folder / ".ray"
        make_folder(storage)
        self._stack.callback(shutil.rmtree, storage, ignore_errors=True)
        job = dataclasses.replace(self._job, folder=self._job.folder.absolute())
        given = [
            (job, str(Path.cwd()), *each) for each in zip(self._trials, self._words, strict=True)
        ]
        scheduler = ASHAScheduler(
            time_attr="spent", max_t=WHOLE, grace_period=round(WHOLE * RUNGS[0]),
            reduction_factor=ETA, stop_last_trials=False,
        )  # fmt: skip
        tuner = tune.Tuner(
            tune.with_resources(_TrialOnRay, {"cpu": _threads(self._job.command)}),
            param_space={"given": tune.grid_search(given)},
            tune_config=tune.TuneConfig(
                metric="figure", mode=job.goal, scheduler=scheduler,
                max_concurrent_trials=self._workers, reuse_actors=False,
            ),
            run_config=tune.RunConfig(
                name="haiga", storage_path=str(storage.absolute()), verbose=0,
                stop=_Stop(self._flag.absolute()),
            ),
        )  # fmt: skip

        def fit() -> None:
            try:
                tuner.fit()
            except BaseException as error:
                self._failed.append(error)
            finally:
                self._done.set()

        threading.Thread(target=fit, name="ray trials", daemon=True).start()
        self._begun = True

    def wait(self, seconds: float) -> bool:
        if not self._done.wait(seconds):
            return False
        self._stack.close()
        if self._failed:
            raise JobError(f"the search on Ray failed: {last_line(self._failed[0])}")
        return True

    def stop(self) -> None:
        """Asks the trials to keep their places, and ends when they have."""
        self._flag.touch()
        if self._begun:
            self._done.wait()
        self._flag.unlink(missing_ok=True)
        self._stack.close()


def _threads(command: Sequence[str]) -> int:
    words = list(command)
    return int(words[words.index("--threads") + 1]) if "--threads" in words else 1


class _TrialOnRay(tune.Trainable):
    """The actor beside a trial: each step of it is a look of the training."""

    def setup(self, config: dict[str, Any]) -> None:
        job, folder, trial, words = config["given"]
        os.chdir(folder)
        self._flag = job.folder / ".stop"
        self._last: Look | None = None
        self._following = Following(job, trial, words)

    def step(self) -> dict[str, Any]:
        look = None if self._flag.exists() else self._following.next(self._flag.exists)
        if look is None:
            return {"done": True}
        self._last = look
        return {"spent": WHOLE * look.share, "figure": look.figure}

    def save_checkpoint(self, checkpoint_dir: str) -> None:
        """Nothing: the training keeps its own checkpoints."""

    def load_checkpoint(self, checkpoint: dict[str, Any] | None) -> None:
        """Nothing, as there is none."""

    def cleanup(self) -> None:
        if self._following.trial.ended:
            return
        if self._last is None or self._flag.exists():
            self._following.stop(WAITING)
        else:
            self._following.stop(STOPPED, told_stopped(self._last))


class _Stop(tune.Stopper):
    """Ends a search when its flag is there."""

    def __init__(self, flag: Path) -> None:
        self._flag = flag

    def __call__(self, trial_id: str, result: dict[str, Any]) -> bool:
        return False

    def stop_all(self) -> bool:
        return self._flag.exists()
