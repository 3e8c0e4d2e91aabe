"""A training by several workers on this machine: this process and others that it starts.

This process is the first worker: it speaks, writes and hears Ctrl-C as it does alone. The
others run this module; they end with it, whatever ends it.
"""

from __future__ import annotations

import contextlib
import datetime
import importlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any

import torch.distributed as dist
from torch.distributed import TCPStore  # type: ignore[attr-defined]

from haiga.core.errors import JobError
from haiga.training.parallel import Crew

HOST = "127.0.0.1"
WAIT = datetime.timedelta(hours=6)
"""How long a worker waits for the others: as long as the first may take to measure or export."""

PATIENCE_S = 5.0

Main = Callable[..., Any]


def train_together(main: Main, arguments: Sequence[str], workers: int) -> Any:
    """What `main(arguments, crew=...)` of a recipe returns, run by so many workers here.

    Raises what the recipe raises, and JobError when one of the other workers ended.
    """
    others = workers - 1
    store = TCPStore(HOST, 0, is_master=True, wait_for_workers=False, timeout=WAIT)
    with contextlib.ExitStack() as stack:
        said = [stack.enter_context(tempfile.TemporaryFile("w+")) for _ in range(others)]
        started = [
            _start(main.__module__, rank, workers, store.port, arguments, said[rank - 1])
            for rank in range(1, workers)
        ]
        stack.callback(_end, started)
        try:
            with _joined(store, 0, workers) as crew:
                return main(list(arguments), crew=crew)
        except RuntimeError as error:
            if not is_of_another(error):
                raise
            until = time.monotonic() + PATIENCE_S  # it is gone, and perhaps not yet counted so
            while time.monotonic() < until:
                for process, told in zip(started, said, strict=True):
                    if process.poll() not in (None, 0):
                        raise JobError(_why(process, told)) from error
                time.sleep(0.05)
            raise


def is_of_another(error: BaseException) -> bool:
    """Whether an error only says that another worker is gone."""
    return isinstance(error, dist.DistError) or "gloo" in str(error)


def _start(
    module: str, rank: int, workers: int, port: int, arguments: Sequence[str], said: IO[str]
) -> subprocess.Popen[bytes]:
    given = [__name__, module, str(rank), str(workers), str(port), *arguments]
    return subprocess.Popen(
        [sys.executable, "-m", *given],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=said,
        start_new_session=True,  # a Ctrl-C is for the first, which tells the others
    )


def _end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """Lets workers that are done end by themselves, and ends the others."""
    for process in processes:
        try:
            process.wait(0.5 if dist.is_initialized() else 5.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _why(process: subprocess.Popen[bytes], told: IO[str]) -> str:
    told.seek(0)
    lines = [line.strip() for line in told.read().splitlines() if line.strip()]
    code = process.returncode
    reason = (
        lines[-1] if lines else f"it was ended by signal {-code}" if code < 0 else "it said nothing"
    )
    return (
        f"a worker ended before the training did: {reason}; what was kept last is there: go on "
        "with --resume"
    )


@contextlib.contextmanager
def _joined(store: TCPStore, rank: int, workers: int) -> Iterator[Crew]:
    """Within it, this process is a worker of the crew that meets at the store."""
    dist.init_process_group("gloo", store=store, rank=rank, world_size=workers, timeout=WAIT)
    try:
        yield Crew(rank, workers, threads=max(1, (os.cpu_count() or 1) // workers))
    finally:
        dist.destroy_process_group()


def _work(module: str, rank: str, workers: str, port: str, *arguments: str) -> None:
    """What another worker than the first does."""
    main: Main = importlib.import_module(module).main
    store = TCPStore(HOST, int(port), is_master=False, timeout=WAIT)
    with _joined(store, int(rank), int(workers)) as crew:
        main(list(arguments), crew=crew)


if __name__ == "__main__":
    _work(*sys.argv[1:])
