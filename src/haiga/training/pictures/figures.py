"""What a run on pictures measured of itself: one row a look, kept as `log.csv`."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from haiga.media.durable import write_durably

LOG = "log.csv"

Row = dict[str, Any]
"""A look's figures by name: step, epoch, minutes, images_per_s, each loss, what was measured
of the samples (kid, copy_share …), seen, pictures, best (1 where it is the one kept)."""


def write_log(folder: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes `log.csv`, whole or not at all; a figure that a row lacks is left empty."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _shown(value) for name, value in row.items()} for row in rows)
    write_durably(folder / LOG, buffer.getvalue().encode())


def _shown(value: Any) -> Any:
    return f"{value:.6g}" if isinstance(value, float) else value
