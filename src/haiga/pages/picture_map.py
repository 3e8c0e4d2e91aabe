"""A map of pictures in SVG: dots that show their picture where one points at or tabs to them."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from haiga.pages.markup import Content, Html, element

SIDE, MARGIN = 640.0, 14.0
BOX, PICTURE = 176.0, 152.0
LINE = 17.0
MOST_LETTERS = 20
LEAST_HEIGHT = 260.0


@dataclass(frozen=True)
class Spot:
    """A place on the map, `x` and `y` in [0, 1] from the left and the top.

    `data` are the bytes of a small JPEG; `name` is its title and `under` a second line.
    `kind` is one of "kept", "open", "dropped" and "proposed"; the last is red.
    """

    x: float
    y: float
    data: bytes
    name: str
    under: str = ""
    kind: str = "open"


def picture_map(spots: Sequence[Spot], *, told: str, about: Content = "") -> Html:
    """The map with its caption `about`; `told` says to those who cannot see it what it is.

    There is no script: pointing at a dot or moving to it by the Tab key shows its picture,
    which lies above everything else; a link leads past it.
    """
    lowest = max((_at(spot)[1] for spot in spots), default=0.0) + MARGIN
    height = max(lowest, LEAST_HEIGHT)
    dots = element("g", [_dot(spot) for spot in spots], aria_hidden="true")
    points = [_point(spot, height) for spot in spots]
    svg = element(
        "svg",
        [dots, *points],
        viewBox=f"0 0 {SIDE:g} {height:.0f}",
        role="group",
        aria_label=told,
        xmlns="http://www.w3.org/2000/svg",
    )
    past = element("a", "Past the map", href="#past-the-map", class_="past")
    caption = [element("figcaption", about, id="past-the-map")]
    return element("figure", [past, svg, *caption], class_="map")


def _at(spot: Spot) -> tuple[float, float]:
    span = SIDE - 2 * MARGIN
    return MARGIN + span * min(max(spot.x, 0), 1), MARGIN + span * min(max(spot.y, 0), 1)


def _dot(spot: Spot) -> Html:
    x, y = _at(spot)
    return element("circle", cx=x, cy=y, r=4, class_=f"dot {spot.kind}")


def _point(spot: Spot, map_height: float) -> Html:
    """What is pointed at, over all dots, and what then shows, towards the map's middle."""
    x, y = _at(spot)
    lines = [text for text in (_short(spot.name), _short(spot.under)) if text]
    height = PICTURE + 12 + LINE * len(lines) + 6
    left = x + 9 if x < SIDE / 2 else x - 9 - BOX
    top = y + 4 if y < map_height / 2 else y - 4 - height
    source = f"data:image/jpeg;base64,{base64.b64encode(spot.data).decode()}"
    shown = [
        element("rect", x=left, y=top, width=BOX, height=height, rx=2),
        element("image", href=source, x=left + 12, y=top + 12, width=PICTURE, height=PICTURE)
        if spot.data
        else Html(""),
        *(
            element("text", line, x=left + 12, y=top + PICTURE + 12 + LINE * (i + 0.9))
            for i, line in enumerate(lines)
        ),
    ]
    name = ", ".join(text for text in (spot.name, spot.under) if text)
    return element(
        "g",
        [
            element("title", name),
            element("circle", cx=x, cy=y, r=9, class_="spot"),
            element("g", shown, class_="seen", style=f"transform-origin: {x:.1f}px {y:.1f}px"),
        ],
        class_="point",
        tabindex="0",
        role="img",
        aria_label=name,
    )


def _short(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1].rstrip() + "…"
