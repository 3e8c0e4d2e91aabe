"""Boxes and links laid out in layers from top to bottom, few links crossing.

After Sugiyama, Tagawa and Toda 1981 ("Methods for Visual Understanding of Hierarchical System
Structures"): layers by the longest path, an order within each by barycentres and exchanges,
then places by least squares with room kept between neighbours.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Point = tuple[float, float]
GAP_X, GAP_Y = 30.0, 46.0
LANE = 10.0
"""Room that a link needs where it passes a layer."""
SWEEPS = 24
_WEIGHTS = (40.0, 4.0, 1.0)
"""How much a piece of a link wants to be straight: in the middle, at one end, a link of one piece.
"""


@dataclass
class Placed:
    """A flat graph laid out."""

    centres: dict[str, Point]
    links: list[tuple[str, str]]
    routes: list[list[Point]]
    width: float
    height: float

    def route(self, source: str, target: str) -> list[Point]:
        return self.routes[self.links.index((source, target))]


@dataclass
class _Layers:
    """The order in each layer, with a lane of its own for each link in the layers it passes."""

    rows: list[list[str]]
    up: dict[str, list[tuple[str, float, float]]] = field(default_factory=dict)
    down: dict[str, list[tuple[str, float, float]]] = field(default_factory=dict)
    """Neighbours: (name, offset of the link's ends from each other, weight)."""

    def crossings(self) -> int:
        return sum(self._between(a, b) for a, b in itertools.pairwise(self.rows))

    def _between(self, upper: list[str], lower: list[str]) -> int:
        at = {name: i for i, name in enumerate(lower)}
        ends = [at[n] for name in upper for n in sorted(
            (n for n, _, _ in self.down.get(name, [])), key=at.__getitem__)]  # fmt: skip
        return sum(a > b for i, a in enumerate(ends) for b in ends[i + 1 :])


def place(
    sizes: Mapping[str, tuple[float, float]],
    links: Sequence[tuple[str, str]],
    *,
    offsets: Mapping[tuple[int, int], float] | None = None,
    top: set[str] | None = None,
    bottom: set[str] | None = None,
) -> Placed:
    """Lays out a graph without groups; `offsets` move a link's ends from its boxes' middles."""
    if not sizes:
        return Placed({}, [], [], 0.0, 0.0)
    layer = _layer_of(sizes, links, top or set(), bottom or set())
    shifts = offsets or {}
    rows: list[list[str]] = [[] for _ in range(max(layer.values()) + 1)]
    for name in sizes:
        rows[layer[name]].append(name)
    layers = _Layers(rows)
    lanes: list[list[str]] = []
    for number, (source, target) in enumerate(links):
        chain = [source]
        for at in range(layer[source] + 1, layer[target]):
            lane = f"lane:{number}:{at}"
            rows[at].append(lane)
            chain.append(lane)
        chain.append(target)
        lanes.append(chain)
        for i, (a, b) in enumerate(itertools.pairwise(chain)):
            first = shifts.get((number, 0), 0.0) if i == 0 else 0.0
            last = shifts.get((number, 1), 0.0) if i == len(chain) - 2 else 0.0
            ends = (i == 0) + (i == len(chain) - 2)
            weight = _WEIGHTS[ends]
            layers.down.setdefault(a, []).append((b, first - last, weight))
            layers.up.setdefault(b, []).append((a, last - first, weight))
    _order(layers)
    across = _across(layers, sizes)
    return _drawn(layers, sizes, across, links, lanes, shifts)


def _layer_of(
    sizes: Mapping[str, tuple[float, float]],
    links: Sequence[tuple[str, str]],
    top: set[str],
    bottom: set[str],
) -> dict[str, int]:
    """Each box below all that lead to it; one that nothing leads to just above what it leads to."""
    before: dict[str, list[str]] = {name: [] for name in sizes}
    after: dict[str, list[str]] = {name: [] for name in sizes}
    for source, target in links:
        before[target].append(source)
        after[source].append(target)
    layer: dict[str, int] = {}
    waiting = {name: len(before[name]) for name in sizes}
    ready = [name for name in sizes if not waiting[name]]
    for name in ready:
        layer[name] = max((layer[b] + 1 for b in before[name]), default=0)
        for target in after[name]:
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    if len(layer) < len(sizes):
        raise ValueError("the links hold a circle")
    for name in sizes:
        if not before[name] and after[name] and name not in top:
            layer[name] = min(layer[target] for target in after[name]) - 1
    last = max(layer.values())
    if bottom and any(layer[name] == last for name in sizes if name not in bottom):
        last += 1
    layer.update(dict.fromkeys(bottom, last))
    return layer


def _order(layers: _Layers) -> None:
    """Orders each layer so that few links cross."""
    best, fewest = [list(row) for row in layers.rows], layers.crossings()
    for sweep in range(SWEEPS):
        downward = sweep % 2 == 0
        rows = layers.rows if downward else layers.rows[::-1]
        near = layers.up if downward else layers.down
        for fixed, row in itertools.pairwise(rows):
            at = {name: i for i, name in enumerate(fixed)}
            keys = {}
            for i, name in enumerate(row):
                seen = [at[n] for n, _, _ in near.get(name, ())]
                keys[name] = sum(seen) / len(seen) if seen else i * len(fixed) / max(1, len(row))
            row.sort(key=keys.__getitem__)
        _exchange(layers)
        crossings = layers.crossings()
        if crossings < fewest:
            best, fewest = [list(row) for row in layers.rows], crossings
        if not fewest:
            break
    layers.rows[:] = best


def _exchange(layers: _Layers) -> None:
    """Exchanges neighbours as long as that takes crossings away."""
    for at, row in enumerate(layers.rows):
        around = _Layers(layers.rows[max(0, at - 1) : at + 2], layers.up, layers.down)
        for i in range(len(row) - 1):
            before = around.crossings()
            row[i], row[i + 1] = row[i + 1], row[i]
            if around.crossings() >= before:
                row[i], row[i + 1] = row[i + 1], row[i]


def _across(layers: _Layers, sizes: Mapping[str, tuple[float, float]]) -> dict[str, float]:
    """The middle of each box and lane, near to what it is linked with."""

    def width(name: str) -> float:
        return sizes[name][0] if name in sizes else LANE

    x: dict[str, float] = {}
    for row in layers.rows:
        at = 0.0
        for name in row:
            x[name] = at + width(name) / 2
            at += width(name) + GAP_X
        for name in row:
            x[name] -= at / 2
    for sweep in range(2 * SWEEPS):
        rows = layers.rows if sweep % 2 == 0 else layers.rows[::-1]
        for row in rows:
            wanted, weights = [], []
            for name in row:
                near = [*layers.up.get(name, ()), *layers.down.get(name, ())]
                total = sum(w for _, _, w in near)
                # `shift` is where the neighbour's end lies from ours when both middles agree
                mean = sum((x[n] - shift) * w for n, shift, w in near) / total if near else x[name]
                wanted.append(mean)
                weights.append(total or 0.1)
            gaps = [
                (width(a) + width(b)) / 2 + (GAP_X if a in sizes or b in sizes else LANE)
                for a, b in itertools.pairwise(row)
            ]
            for name, place in zip(row, _apart(wanted, weights, gaps), strict=True):
                x[name] = place
    left = min(x[n] - width(n) / 2 for n in x)
    return {name: place - left for name, place in x.items()}


def _apart(wanted: Sequence[float], weights: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """The places nearest to those wanted (weighted least squares) with at least `gaps` between.

    Pool adjacent violators, after the gaps are taken out.
    """
    before = [0.0, *itertools.accumulate(gaps)]
    pools: list[list[float]] = []  # sum of weighted values, weight, how many
    for value, weight, shift in zip(wanted, weights, before, strict=True):
        pools.append([(value - shift) * weight, weight, 1])
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] > pools[-1][0] / pools[-1][1]:
            last = pools.pop()
            pools[-1] = [a + b for a, b in zip(pools[-1], last, strict=True)]
    flat = [total / weight for total, weight, count in pools for _ in range(int(count))]
    return [value + shift for value, shift in zip(flat, before, strict=True)]


def _drawn(
    layers: _Layers,
    sizes: Mapping[str, tuple[float, float]],
    across: Mapping[str, float],
    links: Sequence[tuple[str, str]],
    lanes: Sequence[Sequence[str]],
    shifts: Mapping[tuple[int, int], float],
) -> Placed:
    """Heights, and the points of every link."""
    tops: dict[str, float] = {}
    heights: dict[str, float] = {}
    y = 0.0
    centres: dict[str, Point] = {}
    for row in layers.rows:
        height = max((sizes[name][1] for name in row if name in sizes), default=0.0)
        for name in row:
            tops[name], heights[name] = y, height
            if name in sizes:
                centres[name] = (across[name], y + height / 2)
        y += height + (GAP_Y if height else GAP_Y / 2)
    ends = _ends(links, lanes, across, sizes, shifts)
    routes = []
    for number, ((source, target), chain) in enumerate(zip(links, lanes, strict=True)):
        start, end = ends[number]
        route = [(start, centres[source][1] + sizes[source][1] / 2)]
        route.append((start, tops[source] + heights[source]))  # straight, past higher neighbours
        for lane in chain[1:-1]:
            route += [(across[lane], tops[lane]), (across[lane], tops[lane] + heights[lane])]
        route.append((end, tops[target]))
        route.append((end, centres[target][1] - sizes[target][1] / 2))
        routes.append(route)
    width = max(across[n] + (sizes[n][0] if n in sizes else LANE) / 2 for n in across)
    last = max(centre[1] + sizes[name][1] / 2 for name, centre in centres.items())
    return Placed(centres, list(links), routes, width, last)


def _ends(
    links: Sequence[tuple[str, str]],
    lanes: Sequence[Sequence[str]],
    across: Mapping[str, float],
    sizes: Mapping[str, tuple[float, float]],
    shifts: Mapping[tuple[int, int], float],
) -> list[tuple[float, float]]:
    """Where each link leaves its box and where it comes in: several side by side, not crossing."""
    found = [[0.0, 0.0] for _ in links]
    for side in (0, 1):
        of_box: dict[str, list[int]] = {}
        for number, link in enumerate(links):
            if (number, side) in shifts:
                found[number][side] = across[link[side]] + shifts[number, side]
            else:
                of_box.setdefault(link[side], []).append(number)
        for box, numbers in of_box.items():
            step = 1 if side == 0 else -2
            numbers.sort(key=lambda number: across[lanes[number][step]])
            # those that come from one place, or go there, need no room of their own
            between = min(22.0, 0.6 * sizes[box][0] / max(1, len(numbers)))
            for i, number in enumerate(numbers):
                found[number][side] = across[box] + (i - (len(numbers) - 1) / 2) * between
    return [(a, b) for a, b in found]
