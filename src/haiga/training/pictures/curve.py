"""Is it enough? The same training on a quarter, half and all of the pictures, and what it says."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from haiga.core.seeds import generator
from haiga.media.durable import write_durably
from haiga.pages import parts
from haiga.pages.numbers import number, share
from haiga.pages.page import Section, page
from haiga.pages.plots import Series, line_chart
from haiga.training.pictures.store import Indexes, PictureStore

SHARES: Mapping[str, float] = {"quarter": 0.25, "half": 0.5, "all": 1.0}
JSON, HTML = "learning-curve.json", "learning-curve.html"


@dataclass(frozen=True)
class Span:
    """A KID with its interval; intervals that overlap say nothing of which is smaller."""

    value: float
    low: float
    high: float

    def below(self, other: Span) -> bool:
        """Whether it is smaller beyond both intervals."""
        return self.high < other.low


@dataclass(frozen=True)
class Point:
    """One training of the curve: its best look, its middle and its last one, and how it ended."""

    name: str
    pictures: int
    steps: int
    best_step: int
    kid: Span
    middle: Span
    last: Span
    copied: bool


def nested_subsets(store: PictureStore, *, seed: int) -> dict[str, Indexes]:
    """A quarter, half and all of the pictures to learn from, whole works at a time.

    Each holds the ones before it, so that only the number differs between them.
    """
    groups: dict[str, list[int]] = {}
    for index in store.train:
        groups.setdefault(store.items[index].group, []).append(int(index))
    names = sorted(groups)
    order = [names[i] for i in generator(seed, "learning curve").permutation(len(names))]
    out = {}
    for name, part in SHARES.items():
        wanted = part * len(store.train)
        chosen: list[int] = []
        for group in order:
            if len(chosen) >= wanted:
                break
            chosen += groups[group]
        out[name] = np.array(sorted(chosen), np.int64)
    return out


def point_of(name: str, pictures: int, rows: Sequence[Mapping[str, Any]], *, copied: bool) -> Point:
    """The point of a finished run from the rows of its looks; at least one is needed."""
    best = next((row for row in rows if row.get("best")), rows[-1])
    middle = min(rows, key=lambda row: abs(row["step"] - rows[-1]["step"] / 2))
    return Point(
        name,
        pictures,
        int(rows[-1]["step"]),
        int(best["step"]),
        _span(best),
        _span(middle),
        _span(rows[-1]),
        copied,
    )


def advice(points: Sequence[Point]) -> list[str]:
    """What would help, by rule: more pictures, more time, or better pictures.

    `points` are those of a quarter, half and all. A difference counts where the intervals
    do not overlap; otherwise it is said that it cannot be told.
    """
    quarter, half, whole = points
    said = [_of_pictures(quarter, half, whole), _of_time(whole)]
    helps = [sentence for found, sentence in said if found]
    told = [sentence for found, sentence in said if found is not None]
    if helps or len(told) < len(said):
        return [sentence for _, sentence in said]
    better = (
        "So better pictures would help most: more alike in kind and framing, or larger; or a "
        "larger network."
    )
    return [*(sentence for _, sentence in said), better]


def _of_pictures(quarter: Point, half: Point, whole: Point) -> tuple[bool | None, str]:
    fell = f"KID {_of(half)} with half of the pictures, {_of(whole)} with all"
    if whole.kid.below(half.kid):
        return True, f"More pictures would help: {fell}."
    if half.copied and not whole.copied:
        return True, "More pictures would help: with half of them it began to copy, with all not."
    if half.kid.below(whole.kid):
        return False, f"More pictures would not help in this time: {fell}."
    if whole.kid.below(quarter.kid):
        return None, (
            f"More pictures helped from a quarter ({_of(quarter)}) to all ({_of(whole)}); whether "
            "still more would cannot be told."
        )
    if quarter.kid.below(whole.kid):
        return False, "More pictures would not help in this time: a quarter of them did better."
    return None, f"Whether more pictures would help cannot be told: {fell}, and these overlap."


def _of_time(whole: Point) -> tuple[bool | None, str]:
    if whole.copied:
        return False, "More time would not help: with all pictures it began to copy before the end."
    moved = f"KID {_shown(whole.middle)} half-way, {_shown(whole.last)} at the end"
    if whole.last.below(whole.middle):
        return True, f"More time would help: {moved}."
    if whole.kid.below(whole.last):
        return False, (
            f"More time would not help: its best was step {whole.best_step:,}, KID "
            f"{_of(whole)}, and {_shown(whole.last)} at the end."
        )
    return None, f"Whether more time would help cannot be told: {moved}, and these overlap."


def table(points: Sequence[Point]) -> list[list[str]]:
    """Rows for a terminal or a page: part, pictures, KID, the step kept, how it ended."""
    total = points[-1].pictures
    return [
        [
            point.name,
            f"{point.pictures:,} ({share(point.pictures / total)})",
            _of(point),
            f"{point.best_step:,} of {point.steps:,}",
            "began to copy" if point.copied else "planned end",
        ]
        for point in points
    ]


HEADS = ["part", "pictures", "KID", "kept step", "ended"]


def write_curve(folder: Path, points: Sequence[Point]) -> None:
    """Writes `learning-curve.html` and `.json` into a model's folder."""
    said = advice(points)
    values = {"points": [dataclasses.asdict(point) for point in points], "advice": said}
    write_durably(folder / JSON, (json.dumps(values, indent=1) + "\n").encode())
    x = [point.pictures for point in points]
    lines = [
        Series("KID", list(zip(x, [p.kid.value for p in points], strict=True)), red=True),
        Series("lowest likely", list(zip(x, [p.kid.low for p in points], strict=True))),
        Series("highest likely", list(zip(x, [p.kid.high for p in points], strict=True))),
    ]
    plot = line_chart(
        "Distance from pictures held out",
        lines,
        x="pictures learned from",
        y="KID, less is better",
        about="Each point is a training of its own with as many steps, measured on the same "
        "held-out pictures; the interval is a bootstrap over pictures (95 %).",
    )
    body = [parts.bullets(said), plot, parts.table(HEADS, table(points))]
    html = page("Is it enough?", [Section("What would help", body)], subtitle=folder.name)
    write_durably(folder / HTML, html.encode())


def _span(row: Mapping[str, Any]) -> Span:
    value = float(row["kid"])
    low, high = (float(row.get(f"kid_{end}", value)) for end in ("low", "high"))
    return Span(value, low if math.isfinite(low) else value, high if math.isfinite(high) else value)


def _of(point: Point) -> str:
    return _shown(point.kid)


def _shown(span: Span) -> str:
    return f"{number(span.value, 2)} ({number(span.low, 2)} to {number(span.high, 2)})"
