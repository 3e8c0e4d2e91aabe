"""Trainings on Ray: the workers of a crew through Ray Train, trials through Ray Tune.

The only file of this room that knows Ray. Ray starts the workers where there are processors
and brings them together; what they compute is `haiga.training.parallel`, as on one machine.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import io
import logging
import os
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("RAY_TRAIN_ENABLE_PRINT_PATCH", "0")  # which says each line twice

os.environ.setdefault("TUNE_DISABLE_STRICT_METRIC_CHECKING", "1")  # a failed trial has none
os.environ.setdefault("TUNE_DISABLE_AUTO_CALLBACK_LOGGERS", "1")
os.environ.setdefault("RAY_AIR_NEW_OUTPUT", "0")  # which writes tables to standard output

import ray
import torch.distributed as dist
from ray import tune
from ray.train import FailureConfig, RunConfig, ScalingConfig
from ray.train.torch import TorchConfig, TorchTrainer
from ray.tune.schedulers import ASHAScheduler

from haiga.core.errors import HaigaError, JobError, Stopped, UserError
from haiga.media.durable import make_folder
from haiga.training.on_one_machine import is_of_another
from haiga.training.parallel import Crew
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

WAIT_S = 6 * 3600
"""How long a worker waits for the others: as long as the first may take to measure or export."""
RETRIES = 2
"""So often Ray starts the workers again after one of them was lost."""
ASK_S = 0.5
"""How often the driver asks for news, and the first worker whether to stop."""
REACH_S = 5.0

Main = Callable[..., Any]
Tell = Callable[[str], None]


@contextlib.contextmanager
def connected(address: str | None) -> Iterator[None]:
    """Within it, Ray is there: the cluster at an address, or one that is started here.

    Raises UserError when nothing answers at the address.
    """
    if ray.is_initialized():
        yield
        return
    if address is not None:
        _reach(address)
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    try:
        if address is None:
            # "local": otherwise Ray joins whatever cluster of others it finds running here
            ray.init(address="local", include_dashboard=False, **quiet)
        else:
            ray.init(address=address, **quiet)
    except (ConnectionError, RuntimeError, ValueError) as error:
        where = address or "this machine"
        reason = str(error).strip().splitlines()[:1]
        raise UserError(f"Ray at {where} cannot be used: {''.join(reason)}") from error
    try:
        yield
    finally:
        ray.shutdown()


def _reach(address: str) -> None:
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not (host and port.isdecimal()):
        raise UserError(f"--ray-address {address}: must look like 10.0.0.5:6379")
    try:
        socket.create_connection((host, int(port)), REACH_S).close()
    except (OSError, OverflowError) as error:
        raise UserError(
            f"--ray-address {address}: nothing answers there; is `ray start --head` running?"
        ) from error


def processors_each(workers: int) -> int:
    """How many processors each of so many workers can have; UserError when it is none."""
    counts = [int(node["Resources"].get("CPU", 0)) for node in _nodes() if node.get("Alive", False)]
    for each in range(max(counts, default=0), 0, -1):
        if sum(count // each for count in counts) >= workers:
            return each
    raise UserError(
        f"--workers {workers}: Ray has {sum(counts)} processors here, and each worker takes one"
    )


def _nodes() -> list[dict[str, Any]]:
    return list(ray.nodes())  # type: ignore[no-untyped-call]


@ray.remote(num_cpus=0)
class _Board:
    """What the workers tell the driver, and what it asks of them."""

    def __init__(self) -> None:
        self._said: list[str] = []
        self._stop = False
        self._starts = 0
        self._end: tuple[str, Any] | None = None

    def start(self) -> int:
        """Which start this is of the first worker, from 1."""
        self._starts += 1
        return self._starts

    def say(self, text: str) -> None:
        self._said.append(text)

    def taken(self) -> list[str]:
        said, self._said = self._said, []
        return said

    def stop(self) -> None:
        self._stop = True

    def stopping(self) -> bool:
        return self._stop

    def end(self, kind: str, what: Any) -> None:
        """`made` with what the recipe returned, or the error's kind with what it says."""
        self._end = self._end or (kind, what)

    def ended(self) -> tuple[str, Any] | None:
        return self._end


def train_on_ray(
    main: Main,
    arguments: Sequence[str],
    workers: int,
    *,
    address: str | None = None,
    tell: Tell = lambda _: None,
) -> Any:
    """What `main(arguments, crew=...)` of a recipe returns, run by so many workers of Ray.

    The folders that the arguments name must be the same for every worker: on a cluster they
    lie on a shared disk. Workers that are lost are started again, from the last checkpoint.
    Raises what the recipe raises, UserError when Ray cannot be used, and JobError when
    workers are lost again and again. Ctrl-C keeps the place, as without Ray.
    """
    with connected(address), _storage(arguments) as storage:
        board: Any = _Board.remote()  # type: ignore[attr-defined]
        each = processors_each(workers)
        trainer = TorchTrainer(
            _work,
            train_loop_config={
                "module": main.__module__,
                "arguments": list(arguments),
                "folder": str(Path.cwd()),
                "threads": each,
                "board": board,
            },
            torch_config=TorchConfig(backend="gloo", timeout_s=WAIT_S),
            scaling_config=ScalingConfig(
                num_workers=workers, resources_per_worker={"CPU": each}, use_gpu=False
            ),
            run_config=RunConfig(
                name="haiga",
                storage_path=str(storage),
                failure_config=FailureConfig(max_failures=RETRIES),
            ),
        )
        failed = _followed(trainer, board, tell)
        ended = ray.get(board.ended.remote())
        if ended is None:
            reason = _last_line(failed) if failed else "its workers ended without a word"
            raise JobError(
                f"the training on Ray failed: {reason}; what was kept last is there: go on with "
                "--resume"
            )
        kind, what = ended
        if kind == "made":
            return what
        raise _error(kind, what)


def _followed(trainer: Any, board: Any, tell: Tell) -> BaseException | None:
    """Runs a trainer to its end, passing on what is said; the error it ended with."""
    failed: list[BaseException] = []

    def fit() -> None:
        try:
            trainer.fit()
        except BaseException as error:
            failed.append(error)

    running = threading.Thread(target=fit, name="ray training", daemon=True)
    running.start()  # not in the main thread, where Ray would take Ctrl-C for itself
    asked = False
    while running.is_alive():
        try:
            running.join(ASK_S)
            _pass_on(board, tell)
        except KeyboardInterrupt:
            if asked:
                raise
            asked = True
            board.stop.remote()
    _pass_on(board, tell)
    return failed[0] if failed else None


def _pass_on(board: Any, tell: Tell) -> None:
    for text in ray.get(board.taken.remote()):
        tell(text)


def _last_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__


def _error(kind: str, said: str) -> HaigaError:
    known = {each.__name__: each for each in (UserError, JobError, Stopped)}
    return known.get(kind, JobError)(said)


def _out(arguments: Sequence[str]) -> Path | None:
    """The folder that a recipe's arguments name by `--out`."""
    for place, word in enumerate(arguments):
        name, equals, value = word.partition("=")
        if name == "--out" and (equals or place + 1 < len(arguments)):
            return Path(value if equals else arguments[place + 1])
    return None


@contextlib.contextmanager
def _storage(arguments: Sequence[str]) -> Iterator[Path]:
    """A folder for Ray's own notes beside what is trained, where every worker sees it."""
    out = _out(arguments)
    if out is None:
        with tempfile.TemporaryDirectory() as made:
            yield Path(made)
        return
    folder = out.absolute().with_name(f".{out.absolute().name}.ray")
    there = folder.parent.exists()
    make_folder(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if not there:
            with contextlib.suppress(OSError):  # what was trained lies in it
                folder.parent.rmdir()


def _work(config: dict[str, Any]) -> None:
    """What each worker of Ray Train runs."""
    context = ray.train.get_context()
    rank, size = context.get_world_rank(), context.get_world_size()
    board, arguments = config["board"], list(config["arguments"])
    with contextlib.suppress(OSError):  # a recipe says of a path that is not there
        os.chdir(config["folder"])
    if rank == 0 and ray.get(board.start.remote()) > 1:
        arguments = _again(arguments)
    crew = Crew(
        rank,
        size,
        threads=config["threads"],
        asked_to_stop=_Asked(board) if rank == 0 else lambda: False,
    )
    said = _Said(board) if rank == 0 else io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            made = importlib.import_module(config["module"]).main(arguments, crew=crew)
        if rank == 0:
            ray.get(board.end.remote("made", made))
    except HaigaError as error:
        kind = next(
            each.__name__ for each in (UserError, Stopped, HaigaError) if isinstance(error, each)
        )
        ray.get(board.end.remote(kind, str(error)))
    except RuntimeError as error:
        if not (is_of_another(error) and ray.get(board.ended.remote())):
            raise
    finally:
        if dist.is_initialized():
            dist.destroy_process_group()  # so that those who wait for this worker hear of it


def _again(arguments: list[str]) -> list[str]:
    """The arguments of a run that goes on where its last checkpoint was."""
    out = _out(arguments)
    begun = out is not None and (out / "work" / "last.safetensors").exists()
    return [*arguments, "--resume"] if begun and "--resume" not in arguments else arguments


class _Asked:
    """Whether the driver wants the run to end, asked at most every half second."""

    def __init__(self, board: Any) -> None:
        self._board, self._last, self._found = board, time.monotonic(), False

    def __call__(self) -> bool:
        if not self._found and time.monotonic() - self._last > ASK_S:
            self._last = time.monotonic()
            self._found = ray.get(self._board.stopping.remote())
        return self._found


class _Said(io.TextIOBase):
    """A stream whose whole lines go to the board."""

    def __init__(self, board: Any) -> None:
        self._board, self._part = board, ""

    def write(self, text: str) -> int:
        *lines, self._part = (self._part + text).split("\n")
        for line in lines:
            self._board.say.remote(line)
        return len(text)


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
        self._failed: list[BaseException] = []
        self._running: threading.Thread | None = None
        self._flag = job.folder / ".stop"

    def start(self) -> None:
        self._flag.unlink(missing_ok=True)
        self._stack.enter_context(connected(self._address))
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

        self._running = threading.Thread(target=fit, name="ray trials", daemon=True)
        self._running.start()

    def wait(self, seconds: float) -> bool:
        assert self._running is not None
        self._running.join(seconds)
        if self._running.is_alive():
            return False
        self._stack.close()
        if self._failed:
            raise JobError(f"the search on Ray failed: {_last_line(self._failed[0])}")
        return True

    def stop(self) -> None:
        """Asks the trials to keep their places, and ends when they have."""
        self._flag.touch()
        if self._running is not None:
            self._running.join()
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
