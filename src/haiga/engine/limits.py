"""What a step's processes use, and what they may: memory watched, threads told, cores chosen."""

from __future__ import annotations

import contextlib
import math
import os
import re
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from haiga.engine.plan import Needs

LOOK_EVERY_S = 0.05
_SCAN_EVERY_S = 0.25
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
_PROC = Path("/proc")

THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


_NUMERIC = re.compile(
    r"OPENBLAS_(?!NUM_THREADS$)\w+|MKL_(CBWR|ENABLE_INSTRUCTIONS)|NPY_\w+FEATURES"
)


def numeric_variables() -> dict[str, str]:
    """The user's variables that choose how libraries calculate, and so the last bit of a sum.

    They reach every process of a step, so that it gives the same as haiga's own would, and are
    part of an environment's lock.
    """
    return {name: os.environ[name] for name in sorted(os.environ) if _NUMERIC.fullmatch(name)}


def thread_variables(needs: Needs) -> dict[str, str]:
    """The environment variables by which libraries learn how many threads they may start.

    ONNX Runtime reads none of them; it is held to its cores by the process's affinity.
    """
    return dict.fromkeys(THREADS, str(max(1, math.ceil(needs.cpu))))


def visible_gpus(gpus: Sequence[int]) -> str:
    """`CUDA_VISIBLE_DEVICES` for the lent devices, counted among those this process sees."""
    own = [part for part in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if part]
    return ",".join(own[gpu] if gpu < len(own) else str(gpu) for gpu in gpus)


def usable_cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def blas_threads() -> int:
    """With how many threads numpy multiplies matrices in this process."""
    for name in ("OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS"):
        told = os.environ.get(name, "")
        if told.isdigit() and int(told):
            return int(told)
    return usable_cores()


class MemoryWatch:
    """The memory of everything that descends from a process, the process itself not counted.

    An address-space limit would be too blunt (numpy and ONNX Runtime reserve far more than
    they use), so what is resident is looked at instead, every `LOOK_EVERY_S` or so by
    whoever waits for the step. What is shared between forked processes counts once where that
    decides. Where there is no /proc the watch sees nothing, and `peak_mb` is 0.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._watched: list[int] = []
        self._scanned = -math.inf
        self.peak_mb = 0

    def exceeds(self, limit_mb: int) -> bool:
        """Whether more than that is used now; `peak_mb` then says how much."""
        now = time.monotonic()
        if now - self._scanned >= _SCAN_EVERY_S:
            self._watched = descendants(self._pid)
            self._scanned = now
        used_mb = sum(_resident(pid) for pid in self._watched) * _PAGE // 2**20
        if used_mb > limit_mb and len(self._watched) > 1:
            used_mb = sum(_share(pid) for pid in self._watched) // 2**20
        self.peak_mb = max(self.peak_mb, used_mb)
        return used_mb > limit_mb


def descendants(pid: int) -> list[int]:
    """The children of a process, theirs, and so on; none where there is no /proc."""
    parents: dict[int, list[int]] = {}
    with contextlib.suppress(OSError):
        for entry in os.scandir(_PROC):
            if entry.name.isdigit():
                with contextlib.suppress(OSError, ValueError, IndexError):
                    text = Path(entry.path, "stat").read_text("utf-8", "replace")
                    parent = int(text.rpartition(")")[2].split()[1])
                    parents.setdefault(parent, []).append(int(entry.name))
    found: list[int] = []
    wanted = [pid]
    while wanted:
        children = parents.get(wanted.pop(), [])
        found += children
        wanted += children
    return found


def kill_tree(pid: int) -> None:
    """Ends a process and all that descends from it, at once and without asking."""
    for number in [pid, *descendants(pid)]:
        with contextlib.suppress(OSError):
            os.kill(number, signal.SIGKILL)


def kill_those_at_home(home: Path) -> None:
    """Ends every process whose environment calls this folder its home, where /proc tells.

    For what a step started when the one that should have ended it was killed itself.
    """
    told = b"HOME=" + os.fsencode(home)
    with contextlib.suppress(OSError):
        for entry in os.scandir(_PROC):
            with contextlib.suppress(OSError):
                if entry.name.isdigit():
                    variables = Path(entry.path, "environ").read_bytes().split(b"\0")
                    if told in variables:
                        os.kill(int(entry.name), signal.SIGKILL)


def _resident(pid: int) -> int:
    try:
        return int((_PROC / str(pid) / "statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return 0


def _share(pid: int) -> int:
    """Bytes resident for a process, each page divided among those that share it."""
    try:
        text = (_PROC / str(pid) / "smaps_rollup").read_text()
        return int(text.split("Pss:")[1].split()[0]) * 1024
    except (OSError, ValueError, IndexError):
        return _resident(pid) * _PAGE
