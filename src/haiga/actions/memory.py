"""How much memory is free for what a user asks."""

from __future__ import annotations

import contextlib
from pathlib import Path

MEMINFO = Path("/proc/meminfo")
CGROUP = Path("/sys/fs/cgroup")


def free_memory() -> int | None:
    """Bytes that can be taken now, by the system's account and the container's; None if unknown."""
    found = [n for n in (_available(), _left_in_container()) if n is not None]
    return min(found) if found else None


def _available() -> int | None:
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in MEMINFO.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


def _left_in_container() -> int | None:
    """What a control group (version 2) leaves; its cache can be had back, so it is not counted."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        most = (CGROUP / "memory.max").read_text().strip()
        if most != "max":
            used = int((CGROUP / "memory.current").read_text())
            stat = dict(line.split() for line in (CGROUP / "memory.stat").read_text().splitlines())
            return max(0, int(most) - used + int(stat.get("file", 0)))
    return None
