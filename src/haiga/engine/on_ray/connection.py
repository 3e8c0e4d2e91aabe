"""A Ray that answers: started on this machine, or a cluster's."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import ray
from ray.exceptions import RayTaskError

from haiga.core.errors import JobError, MissingExtra, UserError
from haiga.engine.limits import blas_threads, usable_cores
from haiga.engine.on_ray.address import find_cluster

_STORE_BYTES = 1 << 30
_SWITCH = "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"
_TRIES = 4
_TOKEN, _MODE = "RAY_AUTH_TOKEN", "RAY_AUTH_MODE"
_OWN_TOKEN = secrets.token_hex(32)  # one a process: Ray reads it once


class Connection:
    """Ray on this machine, which ends with `close` (`own`), or a cluster that was there before.

    `address` is a cluster's: "auto", "host:port" or "ray://host:port". Without one, Ray is
    started here: its sockets are bound to the loopback interface and ask for a token that only its
    own processes have, and what it writes goes to `folder`, which `close` removes; `cpus` is how
    many processors it lends (default: those this process may use), `gpus` how many GPUs (default:
    those Ray finds). A Ray that this process
    has already is used and left as it is. Raises `UserError` where no cluster answers, within
    seconds.
    """

    def __init__(
        self, address: str | None = None, *, cpus: int | None = None, gpus: int | None = None
    ) -> None:
        self.own, self.folder = False, Path()
        with _own_signals():
            self._connect(address, cpus, gpus)

    def _connect(self, address: str | None, cpus: int | None, gpus: int | None) -> None:
        self._open = not ray.is_initialized()
        if not self._open:
            return
        if address is not None:
            _join(address)
            return
        self.own, self.folder = True, _folder()
        self._start(cpus or usable_cores(), gpus)

    def close(self) -> None:
        """Leaves the cluster, or ends the Ray that was started here and removes its folder."""
        if not self._open:
            return
        self._open = False
        ray.shutdown()
        if os.environ.get(_TOKEN) == _OWN_TOKEN:
            os.environ.pop(_TOKEN)
            os.environ.pop(_MODE, None)
        if self.own:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self, cpus: int, gpus: int | None) -> None:
        from ray._private import ray_constants

        # Whether Ray may span machines: where not, it keeps to the loopback interface.
        before = ray_constants.ENABLE_RAY_CLUSTER
        # What Ray's processes, and so all seats, are born with. Their sums are made in as many
        # parts as in this process, so that they come out the same.
        born_with = {_SWITCH: "0", "OPENBLAS_NUM_THREADS": str(blas_threads())}
        left = {name: os.environ.get(name) for name in born_with}
        os.environ.update(born_with)
        if not any(name.startswith("RAY_AUTH_") for name in os.environ):
            os.environ[_TOKEN] = _OWN_TOKEN  # else Ray would write one into the user's home
        ray_constants.ENABLE_RAY_CLUSTER = False  # read from the variable when Ray was loaded
        try:
            ray.init(
                address="local",
                num_cpus=cpus,
                num_gpus=gpus,
                include_dashboard=False,
                log_to_driver=False,
                logging_level=logging.ERROR,
                object_store_memory=min(_STORE_BYTES, memory_bytes() // 5),
                _temp_dir=str(self.folder),
                _system_config={
                    "worker_niceness": 0,  # as polite as other processes of haiga
                    # a seat's own keeper ends what is below it, and more than its children
                    "kill_child_processes_on_worker_exit": False,
                },
            )
        except Exception as error:  # Ray's errors here share no ancestor
            self.close()
            raise JobError(f"Ray could not be started on this machine: {clause(error)}") from error
        finally:
            ray_constants.ENABLE_RAY_CLUSTER = before
            for name, value in left.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


@contextlib.contextmanager
def _own_signals() -> Iterator[None]:
    """Leaves it to haiga what SIGTERM does; Ray would print where it struck, and abort."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _join(address: str) -> None:
    from ray._private import ray_constants

    found = find_cluster(address)
    before = ray_constants.NUM_REDIS_GET_RETRIES
    ray_constants.NUM_REDIS_GET_RETRIES = _TRIES  # one a second; something does answer there
    try:
        with _silent():
            ray.init(
                address=address if address == "auto" else found,  # only "auto" looks for a token
                log_to_driver=False,
                logging_level=logging.ERROR,
            )
    except (Exception, SystemExit) as error:  # Ray ends the process where a cluster turns silent
        why = clause(error)
        if "ray[client]" in str(error):
            raise MissingExtra(
                f"'{address}' is reached by Ray's client: pip install 'ray[client]'"
            ) from error
        if why.startswith(("Failed to connect", "ray client connection", "RPC error")):
            why = (
                "if it asks for a token, set RAY_AUTH_MODE=token and RAY_AUTH_TOKEN, and if it is "
                f"of another Ray than {ray.__version__}, install its own"
            )
        raise UserError(f"the Ray cluster at '{address}' lets nobody in: {why}") from error
    finally:
        ray_constants.NUM_REDIS_GET_RETRIES = before


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Keeps from the terminal what Ray's core writes there while it tries; an error is raised."""
    sys.stderr.flush()
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)


def clause(error: BaseException) -> str:
    """What an error says, on one line: the last of a traceback, else the first."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    whole = isinstance(error, RayTaskError) or lines[0].endswith(":")
    return lines[-1 if whole else 0][:300]


def memory_bytes() -> int:
    """The machine's memory; 2 GB where it does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 2 << 30


def _folder() -> Path:
    """A new folder, its name short enough for sockets in it; those left by the dead are removed."""
    place = Path(tempfile.gettempdir())
    if len(str(place)) > 20 and os.access("/tmp", os.W_OK):
        place = Path("/tmp")
    for left in place.glob("haiga-ray-*-*"):
        number = left.name.split("-")[2]
        if number.isdigit() and not _lives(int(number)):
            shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"haiga-ray-{os.getpid()}-", dir=place))


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
