"""Why things could not be had, grouped: one reason, how many, and the first of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from haiga.core.collecting import Missed

MOST_NAMES = 3

_DETAIL = re.compile(r"'.*'|\d[\d.,]*(?<=\d)", re.S)
_PLURALS = {"is": "are", "has": "have", "was": "were"}


@dataclass(frozen=True)
class Group:
    """Things missed for one reason: how many, and the names of the first `MOST_NAMES`."""

    reason: str
    count: int
    names: tuple[str, ...]

    def told(self) -> str:
        """`gone.png is not there`, or `28 are not there: a.png, b.png, c.png and 25 more`."""
        if self.count == 1:
            return f"{self.names[0]} {self.reason}"
        first, _, rest = self.reason.partition(" ")
        said = f"{_PLURALS.get(first, first)} {rest}"
        said = re.sub(r"\band (is|has|was)\b", lambda m: f"and {_PLURALS[m[1]]}", said)
        more = f" and {self.count - len(self.names):,} more" if self.count > len(self.names) else ""
        return f"{self.count:,} {said}: {', '.join(self.names)}{more}"


def grouped(missed: Iterable[Missed]) -> tuple[Group, ...]:
    """What was missed by its reason, the most frequent first, then as they came.

    Reasons that differ in numbers and quoted words alone are one, these then being "…".
    """
    of: dict[str, list[Missed]] = {}
    for one in missed:
        of.setdefault(_DETAIL.sub("…", one.reason), []).append(one)
    groups = [
        Group(
            some[0].reason if len({one.reason for one in some}) == 1 else kind,
            len(some),
            tuple(one.source_id for one in some[:MOST_NAMES]),
        )
        for kind, some in of.items()
    ]
    return tuple(sorted(groups, key=lambda group: -group.count))
