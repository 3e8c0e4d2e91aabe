"""Boxes in layers where some stand together in a frame, as the steps of a loop do."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from haiga.pages.layered import Placed, Point, place


@dataclass(frozen=True)
class Box:
    """Something to be placed; boxes of one `group` stand together in a frame."""

    id: str
    width: float
    height: float
    group: str = ""


@dataclass(frozen=True)
class Frame:
    """Where a group's frame is: its corner, width and height."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Layout:
    """Centres of boxes, and for each link the points it goes through, from top to bottom.

    A link's points come in pairs with straight pieces within a layer and curves between layers.
    """

    centres: Mapping[str, Point]
    routes: Sequence[Sequence[Point]]
    frames: Mapping[str, Frame]
    width: float
    height: float


@dataclass(frozen=True)
class Room:
    """What a group's frame needs around its boxes."""

    top: float = 34.0
    side: float = 18.0
    bottom: float = 22.0
    loop: float = 0.0
    """Further room on the right, for what goes back to the top."""


def lay_out(
    boxes: Sequence[Box],
    links: Sequence[tuple[str, str]],
    *,
    rooms: Mapping[str, Room] | None = None,
) -> Layout:
    """Places every box so that links lead down. `links` must hold no circle."""
    of_group = {box.id: box.group for box in boxes if box.group}
    groups = list(dict.fromkeys(of_group.values()))
    sizes = {box.id: (box.width, box.height) for box in boxes if not box.group}
    inner: dict[str, Placed] = {}
    room = {name: (rooms or {}).get(name, Room()) for name in groups}
    ports: dict[str, dict[int, str]] = {name: {} for name in groups}
    for name in groups:
        own = {box.id: (box.width, box.height) for box in boxes if box.group == name}
        own_links: list[tuple[str, str]] = []
        top: list[str] = []
        bottom: list[str] = []
        for at, (source, target) in enumerate(links):
            inside = [of_group.get(end) == name for end in (source, target)]
            if all(inside):
                own_links.append((source, target))
            elif any(inside):
                port = f"{name}:{'in' if inside[1] else 'out'}:{source if inside[1] else at}"
                own[port] = (0.0, 0.0)
                ports[name][at] = port
                own_links.append((port, target) if inside[1] else (source, port))
                (top if inside[1] else bottom).append(port)
        placed = place(own, list(dict.fromkeys(own_links)), top=set(top), bottom=set(bottom))
        inner[name] = placed
        side = 2 * room[name].side + room[name].loop
        height = placed.height + room[name].top + room[name].bottom
        sizes[_frame_id(name)] = (placed.width + side, height)

    def outer(end: str) -> str:
        return _frame_id(of_group[end]) if end in of_group else end

    outer_links: list[tuple[str, str]] = []
    places: list[int] = []
    for at, (source, target) in enumerate(links):
        if outer(source) != outer(target):
            outer_links.append((outer(source), outer(target)))
            places.append(at)
    offsets: dict[tuple[int, int], float] = {}
    for number, at in enumerate(places):
        for side, end in enumerate(links[at]):
            if end in of_group:
                name = of_group[end]
                x = inner[name].centres[ports[name][at]][0]
                shift = (room[name].loop) / 2
                offsets[number, side] = x - inner[name].width / 2 - shift
    whole = place(sizes, outer_links, offsets=offsets)
    return _joined(links, whole, inner, room, ports, of_group, places)


def _frame_id(name: str) -> str:
    return f"frame:{name}"


def _joined(
    links: Sequence[tuple[str, str]],
    whole: Placed,
    inner: Mapping[str, Placed],
    room: Mapping[str, Room],
    ports: Mapping[str, Mapping[int, str]],
    of_group: Mapping[str, str],
    places: Sequence[int],
) -> Layout:
    """The outer and the inner layouts as one."""
    centres = {k: v for k, v in whole.centres.items() if not k.startswith("frame:")}
    frames: dict[str, Frame] = {}
    corners: dict[str, Point] = {}
    for name, placed in inner.items():
        width = placed.width + 2 * room[name].side + room[name].loop
        height = placed.height + room[name].top + room[name].bottom
        x, y = whole.centres[_frame_id(name)]
        frames[name] = Frame(x - width / 2, y - height / 2, width, height)
        corners[name] = (x - width / 2 + room[name].side, y - height / 2 + room[name].top)
        for key, (bx, by) in placed.centres.items():
            if key in of_group:
                centres[key] = (corners[name][0] + bx, corners[name][1] + by)

    def moved(name: str, route: Sequence[Point]) -> list[Point]:
        return [(corners[name][0] + x, corners[name][1] + y) for x, y in route]

    routes: list[list[Point]] = []
    outer_routes = dict(zip(places, whole.routes, strict=True))
    for at, (source, target) in enumerate(links):
        route = list(outer_routes.get(at, ()))
        group = of_group.get(source)
        if group and group == of_group.get(target):
            route = moved(group, inner[group].route(source, target))
        else:
            if group:
                lead = moved(group, inner[group].route(source, ports[group][at]))
                route = [*lead[:-1], (lead[-1][0], lead[-1][1]), *route]
            if (into := of_group.get(target)) is not None:
                route = [*route, *moved(into, inner[into].route(ports[into][at], target))]
        routes.append(_without_repeats(route))
    return Layout(centres, routes, frames, whole.width, whole.height)


def _without_repeats(route: Iterable[Point]) -> list[Point]:
    return [point for point, _ in itertools.groupby(route)]
