"""Quiet plots in SVG: lines over an axis, points, and bars; lines with their numbers as a table."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from haiga.pages import parts
from haiga.pages.markup import Html, element
from haiga.pages.numbers import number

WIDTH, HEIGHT = 440.0, 262.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 104.0, 14.0, 38.0
MOST_POINTS = 240
"""Points of one line that are drawn; a longer series is thinned evenly, its ends kept."""
TABLE_ROWS = 12

_SMALLEST, _LARGEST = 1e-250, 1e250
"""Beyond these, room around the values would leave what a number can hold."""

_STYLES = ("line", "line other", "line third")


@dataclass(frozen=True)
class Series:
    """A line: its name and its points (x, y); points that are not finite are left out.

    The one that matters most is `red`. `faint` ones stand behind the others without a name,
    for many that are only seen together.
    """

    name: str
    points: Sequence[tuple[float, float]]
    red: bool = False
    faint: bool = False


@dataclass(frozen=True)
class Bar:
    """A bar: its name, its length (0 or more) and the value as shown."""

    name: str
    value: float
    shown: str = ""
    red: bool = False


@dataclass(frozen=True)
class _Axis:
    """Values from `low` to `high` onto pixels from `first` to `last`."""

    low: float
    high: float
    first: float
    last: float
    log: bool

    def at(self, value: float) -> float:
        low, high, here = (
            (math.log(v) for v in (self.low, self.high, value))
            if self.log
            else (self.low, self.high, value)
        )
        return self.first + (here - low) / (high - low) * (self.last - self.first)

    def ticks(self, count: int) -> list[float]:
        if not self.log:
            step = _round_step((self.high - self.low) / count)
            first = math.ceil(self.low / step - 1e-9)
            return [i * step for i in range(first, math.floor(self.high / step + 1e-9) + 1)]
        every = [
            m * 10.0**e
            for e in range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
            for m in (1, 2, 5)
        ]
        inside = [v for v in every if self.low * 0.999 <= v <= self.high * 1.001]
        tens = [v for v in inside if math.log10(v) % 1 == 0]
        return tens if len(inside) > count + 2 and len(tens) > 2 else inside


def line_chart(
    title: str,
    series: Sequence[Series],
    *,
    x: str,
    y: str,
    log_y: bool = False,
    about: str = "",
) -> Html:
    """Lines over a common axis: `x` and `y` name the axes with their units.

    `log_y` spaces the y axis by its logarithm and leaves out values of 0 and less.
    `about` is a sentence under the plot. A sentence stands in for the plot where
    there are no two points to draw.
    """
    drawn = [Series(s.name, thin(_usable(s.points, log_y)), s.red, s.faint) for s in series]
    drawn = [s for s in drawn if s.points]
    if not any(len(s.points) > 1 for s in drawn):
        return parts.paragraph(f"{title}: there is nothing to draw yet.")
    xs = [px for s in drawn for px, _ in s.points]
    ys = [py for s in drawn for _, py in s.points]
    across = _Axis(*_widened(min(xs), max(xs), False), LEFT, WIDTH - RIGHT, False)
    up = _Axis(*_padded(min(ys), max(ys), log_y), HEIGHT - BOTTOM, TOP + 12, log_y)
    content = [*_grid(across, up, x, y), *_lines(drawn, across, up)]
    return _plot(title, content, HEIGHT, _told(drawn, x), _numbers_table(drawn, x), about)


def bar_chart(title: str, bars: Sequence[Bar], *, about: str = "") -> Html:
    """Bars from the left, one a row; the longest fills the plot."""
    longest = max((bar.value for bar in bars if math.isfinite(bar.value)), default=0.0)
    if longest <= 0:
        return parts.paragraph(f"{title}: there is nothing to draw yet.")
    row, room = 40.0, 70.0
    content: list[Html] = []
    for i, bar in enumerate(bars):
        value = bar.value if math.isfinite(bar.value) else 0.0
        width = max(1.0, value / longest * (WIDTH - room))
        top = i * row
        kind = "bar red" if bar.red else "bar"
        content += [
            element("text", bar.name, x=0, y=top + 13, class_="label"),
            element("rect", x=0, y=top + 19, width=width, height=10, rx=1, class_=kind),
            element("text", bar.shown or number(value), x=width + 7, y=top + 28.5, class_="label"),
        ]
    told = "; ".join(f"{bar.name}: {bar.shown or number(bar.value)}" for bar in bars)
    return _plot(title, content, len(bars) * row, told, Html(""), about)


def point_chart(
    title: str,
    points: Sequence[tuple[float, float]],
    *,
    x: str,
    y: str,
    log_x: bool = False,
    dark: int | None = None,
    about: str = "",
) -> Html:
    """Points (x, y), the one at place `dark` darker; `log_x` spaces the x axis by its logarithm.

    A sentence stands in for the plot where there are no two points to draw.
    """
    kept = [(i, *pair) for i, p in enumerate(points) for pair in _usable([p], False)]
    kept = [(i, px, py) for i, px, py in kept if not log_x or px > _SMALLEST]
    if len(kept) < 2:
        return parts.paragraph(f"{title}: there is nothing to draw yet.")
    xs, ys = [px for _, px, _ in kept], [py for _, _, py in kept]
    across = _Axis(*_padded(min(xs), max(xs), log_x), LEFT, WIDTH - RIGHT, log_x)
    up = _Axis(*_padded(min(ys), max(ys), False), HEIGHT - BOTTOM, TOP + 12, False)
    content = _grid(across, up, x, y)
    for i, px, py in sorted(kept, key=lambda point: point[0] == dark):
        kind = "dot dark" if i == dark else "dot"
        content.append(element("circle", cx=across.at(px), cy=up.at(py), r=4.5, class_=kind))
    rows = [[number(px, 4), number(py, 4)] for _, px, py in sorted(kept, key=lambda p: p[2])]
    numbers = element(
        "details", [element("summary", "the numbers"), parts.table([x, y], rows, numbers=2)]
    )
    told = f"{len(kept)} points, {y} from {number(min(ys))} to {number(max(ys))}."
    return _plot(title, content, HEIGHT, told, numbers, about)


def thin(
    points: Sequence[tuple[float, float]], most: int = MOST_POINTS
) -> list[tuple[float, float]]:
    """At most so many of the points, evenly chosen, the first and the last among them."""
    if len(points) <= most:
        return list(points)
    places = {round(i * (len(points) - 1) / (most - 1)) for i in range(most)}
    return [points[place] for place in sorted(places)]


def _plot(
    title: str, content: Sequence[Html], height: float, told: str, numbers: Html, about: str
) -> Html:
    svg = element(
        "svg",
        content,
        viewBox=f"0 0 {WIDTH:g} {height:g}",
        role="img",
        aria_label=f"{title}. {told}",
        xmlns="http://www.w3.org/2000/svg",
    )
    caption = [element("figcaption", about)] if about else []
    return element(
        "figure", [element("p", title, class_="title"), svg, *caption, numbers], class_="plot"
    )


def _grid(across: _Axis, up: _Axis, x: str, y: str) -> list[Html]:
    right, floor = WIDTH - RIGHT, HEIGHT - BOTTOM
    content = [element("text", y, x=0, y=TOP - 2)]
    for value in up.ticks(4):
        h = up.at(value)
        content.append(element("line", x1=LEFT, x2=right, y1=h, y2=h, class_="grid"))
        content.append(element("text", number(value), x=LEFT - 8, y=h + 4, text_anchor="end"))
    for value in across.ticks(4):
        w = across.at(value)
        content.append(element("line", x1=w, x2=w, y1=floor, y2=floor + 4, class_="grid"))
        label = _short(value)
        content.append(element("text", label, x=w, y=floor + 18, text_anchor="middle"))
    content.append(element("text", x, x=right, y=floor + 34, text_anchor="end"))
    return content


def _lines(series: Sequence[Series], across: _Axis, up: _Axis) -> list[Html]:
    content: list[Html] = []
    plain = 0
    ends: list[tuple[float, float, Series]] = []
    for line in sorted(series, key=lambda line: not line.faint):
        kind = "line red" if line.red else _STYLES[min(plain, len(_STYLES) - 1)]
        kind = "line faint" if line.faint else kind
        plain += not (line.red or line.faint)
        places = [(across.at(px), up.at(py)) for px, py in line.points]
        path = "M" + "L".join(f"{px:.1f} {py:.1f}" for px, py in places)
        content.append(element("path", d=path, class_=kind))
        if not line.faint:
            ends.append((places[-1][1], places[-1][0], line))
    heights = _apart([h for h, _, _ in ends], 16.0, HEIGHT - BOTTOM)
    furthest = max((w for _, w, _ in ends), default=0.0)
    for (_, _, line), h in zip(ends, heights, strict=True):
        kind = "label red" if line.red else "label"
        # beside the longest line, where no line can run through it
        content.append(element("text", line.name, x=furthest + 7, y=h + 4, class_=kind))
    return content


def _apart(heights: Sequence[float], gap: float, floor: float) -> list[float]:
    """The heights of labels, moved until no two are nearer than `gap` and none under `floor`."""
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    placed = list(heights)
    for before, i in itertools.pairwise(order):
        placed[i] = max(placed[i], placed[before] + gap)
    limit = floor
    for i in reversed(order):
        placed[i] = min(placed[i], limit)
        limit = placed[i] - gap
    return placed


def _numbers_table(series: Sequence[Series], x: str) -> Html:
    """The lines' numbers for those who cannot see them, thinned to a dozen rows."""
    lookup: list[dict[float, float]] = [dict(s.points) for s in series]
    every = sorted({px for points in lookup for px in points})
    chosen = [px for px, _ in thin([(px, 0.0) for px in every], TABLE_ROWS)]
    rows = [[number(px), *(number(points.get(px)) for points in lookup)] for px in chosen]
    heads = [x, *(s.name for s in series)]
    body = parts.table(heads, rows, numbers=len(heads))
    return element("details", [element("summary", "the numbers"), body])


def _told(series: Sequence[Series], x: str) -> str:
    ends = [
        f"{s.name} goes from {number(s.points[0][1])} to {number(s.points[-1][1])}"
        for s in series
        if not s.faint
    ]
    return "; ".join(ends) + f" over {x}."


def _usable(points: Sequence[tuple[float, float]], log: bool) -> list[tuple[float, float]]:
    """The points that can be drawn; numbers too small to part from 0 are 0."""
    near = [(_whole(a), _whole(b)) for a, b in points]
    # NaN and what is too large fail both comparisons
    return [(a, b) for a, b in near if abs(a) < _LARGEST and (_SMALLEST if log else -_LARGEST) < b
            and b < _LARGEST]  # fmt: skip


def _whole(value: float) -> float:
    return 0.0 if abs(value) < _SMALLEST else value


def _widened(low: float, high: float, log: bool) -> tuple[float, float]:
    """A range that can be parted into ticks, also where all values are (nearly) one."""
    if high - low > 1e-9 * max(abs(low), abs(high)):
        return low, high
    room = max(1.0, 1e-6 * abs(high))
    return (low / 1.5, high * 1.5) if log else (low - room, high + room)


def _padded(low: float, high: float, log: bool) -> tuple[float, float]:
    """The range with a little room on both sides."""
    low, high = _widened(low, high, log)
    if log:
        room = 10.0 ** (0.06 * (math.log10(high) - math.log10(low)))
        return low / room, high * room
    room = 0.06 * (high - low)
    return (low - room if low < 0 or low > room else 0.0), high + room


def _round_step(rough: float) -> float:
    """The next of 1, 2, 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next((m * power for m in (1, 2, 5) if m * power >= rough * 0.999), 10 * power)


def _short(value: float) -> str:
    """A tick of the x axis: 20000 as "20k"."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= 10 * size or (abs(value) >= size and value % size == 0):
            return f"{value / size:g}{letter}"
    return f"{value:g}"
