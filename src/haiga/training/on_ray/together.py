"""The workers of a crew through Ray Train.

Ray starts them where there are processors and brings them together; what they compute is
`haiga.training.parallel`, as on one machine.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import ray
import torch.distributed as dist
from ray.train import FailureConfig, RunConfig, ScalingConfig
from ray.train.torch import TorchConfig, TorchTrainer

from haiga.core.counted import counted
from haiga.core.errors import HaigaError, JobError, Stopped, UserError
from haiga.engine.on_ray.connection import Connection
from haiga.engine.on_ray.machines import machines
from haiga.media.durable import make_folder
from haiga.training.on_one_machine import is_of_another
from haiga.training.parallel import Crew

WAIT_S = 6 * 3600
"""How long a worker waits for the others: as long as the first may take to measure or export."""
RETRIES = 2
"""So often Ray starts the workers again after one of them was lost."""
ASK_S = 0.5
"""How often the driver asks for news, and the first worker whether to stop."""

Main = Callable[..., Any]
Tell = Callable[[str], None]


def processors_each(workers: int) -> int:
    """How many processors each of so many workers can have; UserError when it is none."""
    counts = [int(machine.cpu) for machine in machines()]
    for each in range(max(counts, default=0), 0, -1):
        if sum(count // each for count in counts) >= workers:
            return each
    raise UserError(
        f"--workers {workers}: Ray has {counted(sum(counts), 'processor')} here, and each worker "
        "takes one"
    )


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
    with contextlib.closing(Connection(address)), _storage(arguments) as storage:
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
            reason = last_line(failed) if failed else "its workers ended without a word"
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
    done = threading.Event()  # a join that Ctrl-C breaks into takes a thread for ended

    def fit() -> None:
        try:
            trainer.fit()
        except BaseException as error:
            failed.append(error)
        finally:
            done.set()

    # not in the main thread, where Ray would take Ctrl-C for itself
    threading.Thread(target=fit, name="ray training", daemon=True).start()
    asked = False
    while not done.is_set():
        try:
            done.wait(ASK_S)
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


def last_line(error: BaseException) -> str:
    """The last thing that an error of Ray says, which is what happened."""
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
