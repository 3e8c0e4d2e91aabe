"""A graph of steps drawn in the house's quiet manner: cards on paper, links that lead down."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from haiga.gallery.line_art import Curve, Drawing, Mark, Point, Rect, Shape, Text, text_width
from haiga.gallery.typefaces import ITALIC, ROMAN
from haiga.pages.framed import Box, Frame, Layout, Room, lay_out

PAPER, CARD, DEEP = "#faf6ec", "#fffdf8", "#f1ead9"
INK, SOFT, RULE, LINK, RED = "#2a2523", "#6a615a", "#d3c7b0", "#a99d8a", "#b23226"
TITLE_PX, NAME_PX, USE_PX, NOTE_PX = 30.0, 19.0, 15.5, 14.0
PAD_X, PAD_Y, LEADING = 16.0, 10.0, 17.0
STACK = 4.0
"""How far the cards of a stack stand out behind one another."""
MARGIN = 40.0
LANE = 7.0
"""Between the lines that go back to the top of a loop."""


@dataclass(frozen=True)
class Card:
    """One step: its name, who does it, notes in small letters, and how many there are of it.

    `plain` ones (values from outside) have no frame; the `red` one is what all is made for.
    """

    id: str
    name: str
    use: str = ""
    notes: tuple[str, ...] = ()
    count: int = 1
    group: str = ""
    plain: bool = False
    red: bool = False


@dataclass(frozen=True)
class Link:
    """What goes from one card to another; `back` to the next round of their loop."""

    source: str
    target: str
    back: bool = False


def draw_graph(
    title: str, about: str, cards: Sequence[Card], links: Sequence[Link], loops: Mapping[str, str]
) -> Drawing:
    """The graph; `loops` maps the cards' groups to what is written on their frames."""
    boxes = [Box(card.id, *_size(card), card.group) for card in cards]
    forward = list(dict.fromkeys((k.source, k.target) for k in links if not k.back))
    back = [link for link in links if link.back]
    of_group = {card.id: card.group for card in cards}
    rooms = {}
    for name in loops:
        many = sum(of_group[link.source] == name for link in back)
        rooms[name] = Room(loop=LANE * many + 8) if many else Room()
    layout = lay_out(boxes, forward, rooms=rooms)
    head = MARGIN + (TITLE_PX + 8 if title else 0) + (22.0 if about else 0)
    lines = _wrapped(about, max(layout.width, 380.0))
    head += 18.0 * max(0, len(lines) - 1) + (26.0 if title else 0)
    text = [text_width(title, TITLE_PX, ROMAN), *(text_width(t, USE_PX, ITALIC) for t in lines)]
    inside = max(layout.width, *text)
    width = inside + 2 * MARGIN
    shift = (MARGIN + (inside - layout.width) / 2, head)
    marks: list[Mark] = []
    if title:
        marks.append(Text(MARGIN, MARGIN + TITLE_PX * 0.7, title, TITLE_PX, INK))
    for i, line in enumerate(lines):
        y = MARGIN + TITLE_PX + 12 + 18.0 * i
        marks.append(Text(MARGIN, y, line, USE_PX, SOFT, ITALIC))
    for frame in layout.frames.values():
        marks += _frame(frame, shift)
    red = {card.id for card in cards if card.red}
    for (_, target), route in zip(forward, layout.routes, strict=True):
        marks += _link([_moved(p, shift) for p in route], RED if target in red else LINK)
    for group in loops:
        own = [link for link in back if of_group[link.source] == group]
        for number, link in enumerate(own):
            marks += _back(number, link, cards, layout, shift)
    for name, frame in layout.frames.items():
        marks += _label(frame, loops.get(name, name), shift)
    for card in cards:
        marks += _card(card, _moved(layout.centres[card.id], shift))
    told = "; ".join(f"{link.source} goes into {link.target}" for link in links)
    height = head + layout.height + MARGIN
    return Drawing(round(width), round(height), PAPER, tuple(marks), title, told or title)


def _size(card: Card) -> tuple[float, float]:
    lines = [text_width(card.name, NAME_PX, ITALIC if card.plain else ROMAN) + _many(card)]
    if card.use:
        lines.append(text_width(card.use, USE_PX, ITALIC))
    lines += [text_width(note, NOTE_PX, ROMAN) + 10 for note in card.notes]
    height = 2 * PAD_Y + 16.0 + LEADING * (bool(card.use) + len(card.notes))
    if card.plain:
        return max(lines) + 12, height - 2 * PAD_Y + 8
    stack = STACK * min(2, card.count - 1)
    return max(86.0, max(lines) + 2 * PAD_X) + 2 * stack, height + stack


def _many(card: Card) -> float:
    return 10 + text_width(f"×{card.count}", USE_PX, ITALIC) if card.count > 1 else 0.0


def _card(card: Card, centre: Point) -> list[Mark]:
    width, height = _size(card)
    left, top = centre[0] - width / 2, centre[1] - height / 2
    if card.plain:
        size = text_width(card.name, NAME_PX, ITALIC)
        marks: list[Mark] = [Text(centre[0] - size / 2, top + 18, card.name, NAME_PX, INK, ITALIC)]
        if card.use:
            x = centre[0] - text_width(card.use, USE_PX, ITALIC) / 2
            marks.append(Text(x, top + 18 + LEADING, card.use, USE_PX, SOFT, ITALIC))
        return marks
    behind = min(2, card.count - 1)
    stack = STACK * behind
    width, height, left = width - 2 * stack, height - stack, left + stack
    top += stack
    marks = []
    outline = RED if card.red else RULE
    line = 1.6 if card.red else 1.2
    for i in range(behind, -1, -1):
        marks.append(Rect(left + i * STACK, top - i * STACK, width, height, 5, CARD, outline, line))
    name = text_width(card.name, NAME_PX) + _many(card)
    x, y = left + (width - name) / 2, top + PAD_Y + 13
    marks.append(Text(x, y, card.name, NAME_PX, RED if card.red else INK))
    if card.count > 1:
        many = x + text_width(card.name, NAME_PX) + 8
        marks.append(Text(many, y, f"×{card.count}", USE_PX, SOFT, ITALIC))
    if card.use:
        y += LEADING
        x = left + (width - text_width(card.use, USE_PX, ITALIC)) / 2
        marks.append(Text(x, y, card.use, USE_PX, SOFT, ITALIC))
    for note in card.notes:
        y += LEADING
        size = text_width(note, NOTE_PX)
        x = left + (width - size - 10) / 2
        marks.append(Rect(x, y - 7, 5, 5, 1, LINK))
        marks.append(Text(x + 10, y, note, NOTE_PX, SOFT))
    return marks


def _frame(frame: Frame, shift: Point) -> list[Mark]:
    x, y = frame.x + shift[0], frame.y + shift[1]
    return [Rect(x, y, frame.width, frame.height, 10, DEEP, LINK, 1.0, (4, 4))]


def _label(frame: Frame, label: str, shift: Point) -> list[Mark]:
    """What is written on a frame, in front of the links that go through it."""
    x, y = frame.x + shift[0] + 14, frame.y + shift[1] + 22
    room = text_width(label, USE_PX, ITALIC) + 8
    return [
        Rect(x - 4, y - 14, room, 20, 0, DEEP),
        Text(x, y, label, USE_PX, SOFT, ITALIC),
    ]


def _link(route: Sequence[Point], colour: str) -> list[Mark]:
    """A line through the points, curved between layers, with a small head at its end."""
    parts = []
    for (x0, y0), (x1, y1) in itertools.pairwise(route):
        half = (y1 - y0) / 2
        parts.append(((x0, y0 + half), (x1, y1 - half), (x1, y1)))
    x, y = route[-1]
    last = parts[-1]
    parts[-1] = (last[0], last[1], (x, y - 5))
    head = Shape(((x - 3.6, y - 8), (x + 3.6, y - 8), (x, y - 1)), colour)
    return [Curve(route[0], tuple(parts), colour, 1.3), head]


def _back(
    number: int, link: Link, cards: Sequence[Card], layout: Layout, shift: Point
) -> list[Mark]:
    """From under a card round the right side of its frame to above the one that goes on from it."""
    sizes = {card.id: _size(card) for card in cards}
    group = next(card.group for card in cards if card.id == link.source)
    frame = layout.frames[group]
    (sx, sy), (tx, ty) = (_moved(layout.centres[end], shift) for end in (link.source, link.target))
    (s_width, s_height), (t_width, t_height) = sizes[link.source], sizes[link.target]
    lane = frame.x + frame.width + shift[0] - 14 - LANE * number
    out, into = sx + s_width / 2 - 16 - 5 * number, tx + t_width / 2 - 18 - 5 * number
    under, above = sy + s_height / 2, ty - t_height / 2
    low, high = under + 10 + 3 * number, above - 14 - 3 * number
    corners = [(out, under), (out, low), (lane, low), (lane, high), (into, high), (into, above - 5)]
    head = Shape(((into - 3.6, above - 8), (into + 3.6, above - 8), (into, above - 1)), LINK)
    return [_rounded(corners), head]


def _rounded(corners: Sequence[Point], radius: float = 7.0) -> Curve:
    """A dotted line from corner to corner, the corners round."""
    parts = []
    at = corners[0]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        near, far = _toward(corner, before, radius), _toward(corner, after, radius)
        parts += [(at, near, near), (corner, corner, far)]
        at = far
    parts.append((at, corners[-1], corners[-1]))
    return Curve(corners[0], tuple(parts), LINK, 1.3, (1, 4))


def _toward(corner: Point, other: Point, radius: float) -> Point:
    length = abs(other[0] - corner[0]) + abs(other[1] - corner[1])
    share = min(radius, length / 2) / length if length else 0.0
    return (
        corner[0] + share * (other[0] - corner[0]),
        corner[1] + share * (other[1] - corner[1]),
    )


def _moved(point: Point, shift: Point) -> Point:
    return point[0] + shift[0], point[1] + shift[1]


def _wrapped(text: str, width: float) -> list[str]:
    """The text in lines that are no longer than that."""
    lines: list[str] = []
    for word in text.split():
        if lines and text_width(f"{lines[-1]} {word}", USE_PX, ITALIC) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
