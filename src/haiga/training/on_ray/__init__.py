"""Trainings on Ray: one by several workers (Ray Train), and many beside each other (Ray Tune).

The one room of training that knows Ray. Importing it raises `MissingExtra` where Ray is not
installed.
"""

from __future__ import annotations

import os

# Read when Ray is started: its workers step back behind every other process (nice 15), and on a
# busy machine a training would stand still.
os.environ.setdefault("RAY_worker_niceness", "0")
# Read when Ray Train and Tune are loaded.
os.environ.setdefault("RAY_TRAIN_ENABLE_PRINT_PATCH", "0")  # which says each line twice
os.environ.setdefault("TUNE_DISABLE_STRICT_METRIC_CHECKING", "1")  # a failed trial has no figure
os.environ.setdefault("TUNE_DISABLE_AUTO_CALLBACK_LOGGERS", "1")
os.environ.setdefault("RAY_AIR_NEW_OUTPUT", "0")  # which writes tables to standard output

import haiga.engine.on_ray  # noqa: F401  # says that Ray is missing, and keeps it quiet
from haiga.training.on_ray.together import train_on_ray
from haiga.training.on_ray.trials import TrialsOnRay

__all__ = ["TrialsOnRay", "train_on_ray"]
