"""What happens in a run, one event at a time; every table, log and page reads this one stream."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

KINDS = ("queued", "started", "progress", "cached", "retried", "failed", "done")


@dataclass(frozen=True)
class Event:
    """Something that happened to a step of an item.

    `kind` is one of `KINDS`; `step` is the step's name, with its place among its kind where it
    is made several times ("painting[2]"); `item` is the piece it is for. `seconds` is what the
    work took, `peak_mb` the most memory its process ever had (0 where that is not known),
    `share` of "progress" is in [0, 1], `note` says why ("failed", "retried") or whence
    ("cached": the key). `at` is the time in seconds since 1970 UTC, 0 where nobody wrote it.
    """

    kind: str
    step: str
    seconds: float = 0.0
    item: str = ""
    peak_mb: int = 0
    share: float = 0.0
    note: str = ""
    at: float = field(default=0.0, compare=False)

    def line(self) -> str:
        """The event as one line of JSON, without what it does not say."""
        table = {key: value for key, value in asdict(self).items() if value not in ("", 0, 0.0)}
        if self.kind in ("done", "failed"):
            table["seconds"] = round(self.seconds, 4)
        return json.dumps(table, ensure_ascii=True)

    @staticmethod
    def read(line: str) -> Event:
        """The event of a line; `ValueError` for a line that holds none."""
        table: Any = json.loads(line)
        try:
            return Event(**table)
        except TypeError as error:
            raise ValueError(f"not an event: {line[:80]}") from error


Listener = Callable[[Event], None]


def ignore(event: Event) -> None:
    """Listens to nothing."""
