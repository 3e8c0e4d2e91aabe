"""Flat drawings of rectangles, lines and letters, as an SVG or as a picture, the same in both."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from haiga.core.nouns import Picture
from haiga.gallery.font_subset import subset
from haiga.gallery.typefaces import ITALIC, ROMAN, Typeface, draw_text
from haiga.pages.markup import Html, element

Point = tuple[float, float]
OVERSAMPLING = 3
"""A picture is drawn this much larger and averaged."""


@dataclass(frozen=True)
class Rect:
    """A rectangle with round corners; `dash` is the lengths of strokes and gaps of its outline."""

    x: float
    y: float
    width: float
    height: float
    radius: float = 0.0
    fill: str = ""
    stroke: str = ""
    line: float = 1.0
    dash: tuple[float, float] | None = None


@dataclass(frozen=True)
class Curve:
    """A line through cubic curves: a start, then triples of two controls and an end."""

    start: Point
    parts: tuple[tuple[Point, Point, Point], ...]
    stroke: str
    line: float = 1.0
    dash: tuple[float, float] | None = None


@dataclass(frozen=True)
class Shape:
    """A filled polygon."""

    points: tuple[Point, ...]
    fill: str


@dataclass(frozen=True)
class Text:
    """A line of text from `x` on the baseline `y`, in one of the bundled typefaces."""

    x: float
    y: float
    text: str
    size_px: float
    fill: str
    face: Typeface = ROMAN


Mark = Rect | Curve | Shape | Text


@dataclass(frozen=True)
class Drawing:
    """Marks on paper, the first at the bottom; `told` says in words what is drawn."""

    width: float
    height: float
    paper: str
    marks: tuple[Mark, ...]
    title: str
    told: str


def text_width(text: str, size_px: float, face: Typeface = ROMAN) -> float:
    """The length of a line in pixels; a letter that the typeface lacks counts as a whole em."""
    lacking = [c for c in text if not face.draws(c)]
    drawn = "".join(c for c in text if face.draws(c))
    return face.width(drawn, size_px) + len(lacking) * size_px


def svg_of(drawing: Drawing) -> str:
    """The drawing as an SVG file that holds the letters it needs; equal drawings, equal text."""
    rules: list[str] = []
    for name, face in (("haiga", ROMAN), ("haiga-italic", ITALIC)):
        used = {c for m in drawing.marks if isinstance(m, Text) and m.face is face for c in m.text}
        if used:
            font = base64.b64encode(subset(face.path, sorted(used))).decode()
            source = f"url(data:font/ttf;base64,{font})"
            rules.append(f"@font-face{{font-family:'{name}';src:{source}}}")
    rules.append(".r{font-family:'haiga',Georgia,'DejaVu Serif',serif}")
    rules.append(".i{font-family:'haiga-italic',Georgia,'DejaVu Serif',serif;font-style:normal}")
    content = [
        element("title", drawing.title),
        element("desc", drawing.told),
        element("style", Html("".join(rules))),
        element("rect", width=drawing.width, height=drawing.height, fill=drawing.paper),
        *(_svg_mark(mark) for mark in drawing.marks),
    ]
    whole = element(
        "svg",
        [Html("\n"), *(Html(f"{part}\n") for part in content)],
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {drawing.width:g} {drawing.height:g}",
        width=drawing.width,
        height=drawing.height,
        role="img",
    )
    return f"{whole}\n"


def _svg_mark(mark: Mark) -> Html:
    if isinstance(mark, Rect):
        return element(
            "rect",
            x=round(mark.x, 2),
            y=round(mark.y, 2),
            width=round(mark.width, 2),
            height=round(mark.height, 2),
            rx=mark.radius or None,
            fill=mark.fill or "none",
            stroke=mark.stroke or None,
            stroke_width=mark.line if mark.stroke and mark.line != 1 else None,
            stroke_dasharray=_dash(mark.dash),
        )
    if isinstance(mark, Curve):
        path = f"M{_at(mark.start)}" + "".join(
            f"C{_at(a)} {_at(b)} {_at(end)}" for a, b, end in mark.parts
        )
        return element(
            "path",
            d=path,
            fill="none",
            stroke=mark.stroke,
            stroke_width=mark.line if mark.line != 1 else None,
            stroke_dasharray=_dash(mark.dash),
            stroke_linecap="round",
        )
    if isinstance(mark, Shape):
        return element("path", d="M" + "L".join(map(_at, mark.points)) + "Z", fill=mark.fill)
    return element(
        "text",
        mark.text,
        x=round(mark.x, 2),
        y=round(mark.y, 2),
        font_size=mark.size_px,
        fill=mark.fill,
        class_="i" if mark.face is ITALIC else "r",
    )


def _at(point: Point) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"


def _dash(dash: tuple[float, float] | None) -> str | None:
    return f"{dash[0]:g} {dash[1]:g}" if dash else None


def picture_of(drawing: Drawing, scale: float = 2.0) -> Picture:
    """The drawing as a picture, `scale` pixels to each of its own."""
    k = scale * OVERSAMPLING
    size = (round(drawing.width * scale), round(drawing.height * scale))
    canvas = Image.new("RGB", (size[0] * OVERSAMPLING, size[1] * OVERSAMPLING), drawing.paper)
    pen = ImageDraw.Draw(canvas)
    letters: list[Text] = []
    for mark in drawing.marks:
        if isinstance(mark, Text):
            letters.append(mark)  # letters bring their own smooth edges
        elif isinstance(mark, Rect):
            _draw_rect(pen, mark, k)
        elif isinstance(mark, Curve):
            _draw_line(pen, _points(mark), mark.stroke, mark.line, mark.dash, k)
        else:
            pen.polygon([(x * k, y * k) for x, y in mark.points], fill=mark.fill)
    picture = np.asarray(canvas.reduce(OVERSAMPLING)).copy()
    for text in letters:
        _write(picture, text, scale)
    return picture


def _draw_rect(pen: ImageDraw.ImageDraw, mark: Rect, k: float) -> None:
    box = (mark.x * k, mark.y * k, (mark.x + mark.width) * k, (mark.y + mark.height) * k)
    width = max(1, round(mark.line * k))
    if mark.fill or (mark.stroke and not mark.dash):
        # Pillow's outline lies inside its box, SVG's on its edge
        out = width / 2 if mark.stroke and not mark.dash else 0.0
        around = (box[0] - out, box[1] - out, box[2] + out, box[3] + out)
        outline = mark.stroke if not mark.dash else None
        pen.rounded_rectangle(
            around, mark.radius * k + out, mark.fill or None, outline or None, width
        )
    if mark.stroke and mark.dash:
        _draw_line(pen, _around(mark), mark.stroke, mark.line, mark.dash, k)


def _around(mark: Rect) -> list[Point]:
    """The outline of a rectangle as points."""
    r = mark.radius
    left, top, right, bottom = mark.x, mark.y, mark.x + mark.width, mark.y + mark.height
    corners = (
        (right - r, top + r, -90),
        (right - r, bottom - r, 0),
        (left + r, bottom - r, 90),
        (left + r, top + r, 180),
    )
    points: list[Point] = []
    for x, y, first in corners:
        for angle in np.radians(np.linspace(first, first + 90, 12)):
            points.append((x + r * float(np.cos(angle)), y + r * float(np.sin(angle))))
    return [*points, points[0]]


def _points(mark: Curve) -> list[Point]:
    """A curve as many short lines."""
    points = [mark.start]
    for first, second, end in mark.parts:
        begin = points[-1]
        for t in np.linspace(0, 1, 49)[1:]:
            a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
            points.append(
                (
                    float(a * begin[0] + b * first[0] + c * second[0] + d * end[0]),
                    float(a * begin[1] + b * first[1] + c * second[1] + d * end[1]),
                )
            )
    return points


def _draw_line(
    pen: ImageDraw.ImageDraw,
    points: Sequence[Point],
    colour: str,
    line: float,
    dash: tuple[float, float] | None,
    k: float,
) -> None:
    width = max(1, round(line * k))
    for piece in _dashed(points, dash) if dash else [list(points)]:
        scaled = [(x * k, y * k) for x, y in piece]
        pen.line(scaled, fill=colour, width=width, joint="curve")
        for x, y in (scaled[0], scaled[-1]):
            r = width / 2
            pen.ellipse((x - r, y - r, x + r, y + r), fill=colour)


def _dashed(points: Sequence[Point], dash: tuple[float, float]) -> Iterator[list[Point]]:
    """The pieces of a line that are drawn."""
    on, left, piece = True, dash[0], [points[0]]
    for begin, end in itertools.pairwise(points):
        length = float(np.hypot(end[0] - begin[0], end[1] - begin[1]))
        gone = 0.0
        while length - gone > left:
            gone += left
            at = gone / length
            there = (begin[0] + at * (end[0] - begin[0]), begin[1] + at * (end[1] - begin[1]))
            if on:
                yield [*piece, there]
            on, left, piece = not on, dash[1] if on else dash[0], [there]
        left -= length - gone
        piece.append(end)
    if on and len(piece) > 1:
        yield piece


def _write(picture: Picture, mark: Text, scale: float) -> None:
    """Draws a line of text into the picture; what the typeface lacks is a dot."""
    text = "".join(c if mark.face.draws(c) else "·" for c in mark.text)
    if not text.strip():
        return
    x, y = mark.x * scale, mark.y * scale
    inked = draw_text(mark.face, text, mark.size_px * scale, x - int(x), y - int(y))
    top, left = int(y) + inked.y, int(x) + inked.x
    height, width = inked.cover.shape
    up, start = max(0, -top), max(0, -left)
    down = min(height, picture.shape[0] - top)
    end = min(width, picture.shape[1] - left)
    if up >= down or start >= end:
        return
    cover = inked.cover[up:down, start:end, None]
    ink = np.array([int(mark.fill[i : i + 2], 16) for i in (1, 3, 5)], np.float32)
    place = picture[top + up : top + down, left + start : left + end]
    place[:] = np.round(place * (1 - cover) + ink * cover).astype(np.uint8)
