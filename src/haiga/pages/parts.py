"""What stands on a page: figures, tables, poems, notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from haiga.pages.markup import Content, Html, element, markup


@dataclass(frozen=True)
class Figure:
    """A figure: what it is called, its value as shown, what it means in one plain sentence.

    `beside` is the value it should be read against. `red` marks the one or two
    figures of a page that should be seen first.
    """

    name: str
    value: str
    means: Content = ""
    beside: str = ""
    red: bool = False


@dataclass(frozen=True)
class Row:
    """A row of a table that compares: what is measured, what it means, a value for each column.

    Each value comes with what stands small under it, "" for nothing.
    """

    name: str
    means: Content
    cells: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Span:
    """A part of line `line` (0-based) of a poem, from character `start` up to `end`."""

    line: int
    start: int
    end: int


def paragraph(content: Content) -> Html:
    """A paragraph of text."""
    return element("p", content)


def warning(content: Content) -> Html:
    """A paragraph that must not be read over."""
    return element("p", content, class_="warning")


def bullets(items: Iterable[Content]) -> Html:
    """A list of sentences."""
    return element("ul", [element("li", item) for item in items])


def key_figures(figures: Sequence[Figure]) -> Html:
    """The three or four figures that are read first, large; their meanings are left out."""
    return element("dl", [_key_figure(figure) for figure in figures], class_="key")


def _key_figure(figure: Figure) -> Html:
    value = element("span", figure.value, class_="value red" if figure.red else "value")
    beside = element("span", figure.beside, class_="beside") if figure.beside else ""
    return element("div", [element("dt", figure.name), element("dd", [value, beside])])


def figures_table(figures: Sequence[Figure], *, value: str = "", beside: str = "") -> Html:
    """Figures with their meanings, one a row; `value` and `beside` head the number columns."""
    second = any(figure.beside for figure in figures)
    rows = []
    for figure in figures:
        name = element("span", figure.name, class_="name")
        means = element("span", figure.means, class_="means") if figure.means else ""
        cells = [element("th", [name, means], scope="row")]
        cells.append(element("td", figure.value, class_="number"))
        if second:
            cells.append(element("td", figure.beside, class_="number"))
        rows.append(cells)
    heads = ["", value, beside] if second else ["", value]
    return _table(heads if value or beside else [], rows, "figures")


def rows_table(heads: Sequence[str], rows: Sequence[Row]) -> Html:
    """Rows of one measure each, a column for each of the things that are compared."""
    cells = []
    for row in rows:
        name = element("span", row.name, class_="name")
        means = element("span", row.means, class_="means") if row.means else ""
        values = [
            element("td", [value, element("span", under, class_="beside") if under else ""],
                    class_="number")
            for value, under in row.cells
        ]  # fmt: skip
        cells.append([element("th", [name, means], scope="row"), *values])
    return _table(["", *heads], cells, "figures")


def table(heads: Sequence[str], rows: Iterable[Sequence[Content]], *, numbers: int = 0) -> Html:
    """A plain table whose last `numbers` columns are numbers, set to the right."""
    first_number = len(heads) - numbers
    cells = [
        [
            element("td", cell, class_="number" if i >= first_number else None)
            for i, cell in enumerate(row)
        ]
        for row in rows
    ]
    return _table(heads, cells, "", first_number)


def _table(
    heads: Sequence[str], rows: Iterable[Iterable[Html]], kind: str, first_number: int = 1
) -> Html:
    head = [
        element("th", text, scope="col", class_="number" if i >= first_number else None)
        if text
        else element("td")
        for i, text in enumerate(heads)
    ]
    parts = [element("thead", element("tr", head))] if heads else []
    parts.append(element("tbody", [element("tr", row) for row in rows]))
    return element("div", element("table", parts, class_=kind or None), class_="wide")


def passport(entries: Mapping[str, Content]) -> Html:
    """What is known of something, name by name."""
    pairs = [[element("dt", name), element("dd", value)] for name, value in entries.items()]
    return element("dl", [part for pair in pairs for part in pair], class_="passport")


def poem(lines: Sequence[str], *, caption: Content = "", spans: Iterable[Span] = ()) -> Html:
    """A poem with its lines kept, a caption under it, and the words of `spans` marked."""
    marked = list(spans)
    rows = [
        element("span", _marked(line, [s for s in marked if s.line == number]))
        for number, line in enumerate(lines)
    ]
    parts = [element("blockquote", rows, class_="poem")]
    if caption:
        parts.append(element("figcaption", caption))
    return element("figure", parts)


def poems(figures: Iterable[Html]) -> Html:
    """Several poems side by side where there is room."""
    return element("div", figures, class_="poems")


def runs(items: Iterable[tuple[Content, Content]]) -> Html:
    """A list of passages, each with where it comes from."""
    rows = [
        element("li", [markup(text), element("span", source, class_="source")])
        for text, source in items
    ]
    return element("ol", rows, class_="runs")


def marked(text: str, spans: Iterable[tuple[int, int]]) -> Html:
    """A line of text in which the characters of each (start, end) are marked."""
    return _marked(text, [Span(0, start, end) for start, end in spans])


def _marked(text: str, spans: Sequence[Span]) -> Html:
    inside = [False] * len(text)
    for span in spans:
        for place in range(max(span.start, 0), min(span.end, len(text))):
            inside[place] = True
    parts: list[Html] = []
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or inside[place] != inside[start]:
            piece = text[start:place]
            parts.append(element("mark", piece) if inside[start] else markup(piece))
            start = place
    return markup(parts)
