"""Runs steps on Ray: here, or on a cluster. The one room of the engine that knows Ray.

A seat is an actor that holds the processors, GPUs and memory it asked Ray for, and does one step
at a time. A role's step runs in the seat itself, where its weights stay; one with an
environment in an actor beside it, on the same machine, whose `py_executable` is that
environment's; a plain function, a command, a container, another Python than Ray's or
a limit of memory in a warm process below the seat, as on one machine. So the number of processes
follows what there is to lend, not the number of steps.

Importing it raises `MissingExtra` where Ray is not installed.
"""

from __future__ import annotations

import os

from haiga.core.errors import MissingExtra

# Read when Ray is loaded: it reports to nobody, joins no cluster by itself, and prints nothing onto
# the user's terminal.
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
os.environ["RAY_ENABLE_AUTO_CONNECT"] = "0"
os.environ.setdefault("RAY_DEDUP_LOGS_SKIP_REGEX", ".")
try:
    import ray  # noqa: F401  # asked for once, here
except ImportError as error:
    raise MissingExtra("this needs Ray: pip install 'haiga[ray]'") from error

from haiga.engine.on_ray.backend import RayBackend
from haiga.engine.on_ray.connection import Connection

__all__ = ["Connection", "RayBackend"]
