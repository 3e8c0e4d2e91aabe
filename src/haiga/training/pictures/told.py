"""What a training on pictures says while it runs: the live line and how it ends."""

from __future__ import annotations

import math
import shutil
import sys
import time
from collections.abc import Mapping

from haiga.pages.numbers import duration, number
from haiga.training.pictures.parts import Progress

QUIET_S = 120.0
"""Without a terminal, a line at least so often between two looks."""


def told(progress: Progress) -> str:
    """`step 1,200/9,000 · 143 img/s · D 0.91 G 1.20 · KID 0.041 · copies 0 % · 6 min left`."""
    parts = [f"step {progress.step:,}/{progress.steps:,}"]
    if progress.images_per_s:
        parts.append(f"{progress.images_per_s:,.0f} img/s")
    losses = [f"{short(name)} {value:.2f}" for name, value in progress.losses.items()]
    if losses:
        parts.append(" ".join(losses))
    if progress.row is not None:
        parts += measured(progress.row)
    if progress.step < progress.steps and math.isfinite(progress.left_s):
        parts.append(f"{duration(progress.left_s / 60)} left")
    return " · ".join(parts)


def measured(row: Mapping[str, float]) -> list[str]:
    """What the last look found, in the words of the live line."""
    parts = []
    if math.isfinite(row.get("kid", math.nan)):
        parts.append(f"KID {number(row['kid'], 2)}")
    if math.isfinite(row.get("copy_share", math.nan)):
        chance = row.get("false_alarms", 0.0)  # with few held-out pictures it cannot be small
        beside = f" (by chance {100 * chance:.0f} %)" if chance > 0.02 else ""
        parts.append(f"copies {100 * row['copy_share']:.0f} %{beside}")
    return parts


def short(name: str) -> str:
    """`d_loss` as "D", `reconstruction` as it is."""
    name = name.removesuffix("_loss")
    return name.upper() if len(name) == 1 else name.replace("_", " ")


class Live:
    """Writes to standard error: on a terminal one line that changes, elsewhere few lines."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._drawn = False
        self._last = time.monotonic()

    def say(self, line: str) -> None:
        """A line that stays."""
        sys.stderr.write(("\r\033[K" if self._drawn else "") + line + "\n")
        sys.stderr.flush()
        self._drawn = False
        self._last = time.monotonic()

    def progress(self, progress: Progress) -> None:
        """The live line; it stays when it tells of a look."""
        line = told(progress)
        if progress.looked or (not self._terminal and time.monotonic() - self._last > QUIET_S):
            self.say(line)
        elif self._terminal:
            width = shutil.get_terminal_size().columns
            sys.stderr.write("\r\033[K" + line[: width - 1])
            sys.stderr.flush()
            self._drawn = True
