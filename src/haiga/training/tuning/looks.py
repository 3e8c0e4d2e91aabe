"""What a training tells of itself while it runs, read from what every recipe writes."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WORK, PLAN = "work", "plan.json"
LOGS = ("log.jsonl", "log.csv")


@dataclass(frozen=True)
class Look:
    """What a run measured after a step: `share` of its plan, up to 1, and the figure."""

    step: int
    share: float
    figure: float


def looks_of(folder: Path, figure: str) -> list[Look]:
    """The looks of the run in a model's folder so far, oldest first.

    A line that is being written, and a look without the figure, are passed over.
    """
    steps = _planned(folder / WORK / PLAN)
    out: list[Look] = []
    for row in _rows(folder / WORK):
        try:
            step, value = int(row["step"]), float(row[figure])
        except (KeyError, TypeError, ValueError):
            continue
        if not math.isnan(value):
            out.append(Look(step, min(1.0, step / steps) if steps else 0.0, value))
    return out


def begun(folder: Path) -> bool:
    """Whether a run in the folder has a checkpoint to go on from."""
    return (folder / WORK / "last.safetensors").exists()


def _planned(file: Path) -> int:
    try:
        return int(json.loads(file.read_bytes())["steps"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def _rows(work: Path) -> list[Mapping[str, Any]]:
    for name in LOGS:
        try:
            text = (work / name).read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        if name.endswith(".csv"):
            return list(csv.DictReader(text.splitlines()))
        rows = []
        for line in text.splitlines():
            try:
                rows.append(json.loads(line))
            except ValueError:
                continue
        return [row for row in rows if isinstance(row, dict)]
    return []
