"""What a run on pictures tells of itself: a row a look, and a row an epoch."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from haiga.media.durable import write_durably

LOG, COVERAGE, AUDIT = "log.csv", "coverage.csv", "audit.json"

EPOCH = ("epoch", "step", "seen", "pictures", "least", "most")
"""The columns of `coverage.csv`: how many pictures were seen by the end of each epoch, and
how often the one seen least and most."""

Row = dict[str, Any]
"""A look's figures by name: step, epoch, minutes, images_per_s, each loss, what was measured
of the samples (kid, copy_share …), seen, pictures, best (1 where it is the one kept)."""


def write_log(folder: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes `log.csv`, whole or not at all; a figure that a row lacks is left empty."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [[_shown(row.get(name, "")) for name in names] for row in rows]
    _write(folder / LOG, names, lines)


def write_coverage(folder: Path, epochs: Sequence[Sequence[int]]) -> None:
    """Writes `coverage.csv`, a line for each epoch that has ended."""
    _write(folder / COVERAGE, EPOCH, epochs)


def write_audit(
    folder: Path, epochs: Sequence[Sequence[int]], augmentations: Sequence[str]
) -> None:
    """Writes `audit.json`, what the report tells of what was seen: every epoch, and how
    pictures were changed before they were shown."""
    told = [{n: v for n, v in zip(EPOCH, row, strict=True) if n != "step"} for row in epochs]
    value = {"epochs": told, "lost": None, "augmentations": list(augmentations)}
    write_durably(folder / AUDIT, json.dumps(value, ensure_ascii=False).encode())


def _write(path: Path, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(rows)
    write_durably(path, buffer.getvalue().encode())


def _shown(value: Any) -> Any:
    return f"{value:.6g}" if isinstance(value, float) else value
