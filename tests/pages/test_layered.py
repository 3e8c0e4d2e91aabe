"""Boxes in layers: links lead down, nothing lies over anything, and few links cross."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haiga.pages.framed import Box, Layout, Room, lay_out

Links = Sequence[tuple[str, str]]


def boxes(names: str, group: str = "") -> list[Box]:
    return [Box(name, 60 + 10 * i % 50, 40 + 7 * i % 30, group) for i, name in enumerate(names)]


def corners(box: Box, layout: Layout) -> tuple[float, float, float, float]:
    x, y = layout.centres[box.id]
    return x - box.width / 2, y - box.height / 2, x + box.width / 2, y + box.height / 2


def check(all_boxes: Sequence[Box], links: Links, layout: Layout) -> None:
    """No two boxes overlap, all lie on the paper, and every link leads down to where it should."""
    for a, b in itertools.combinations(all_boxes, 2):
        (al, at, ar, ab), (bl, bt, br, bb) = corners(a, layout), corners(b, layout)
        assert ar <= bl or br <= al or ab <= bt or bb <= at, (a.id, b.id)
    for box in all_boxes:
        left, top, right, bottom = corners(box, layout)
        assert left >= -1e-6
        assert top >= -1e-6
        assert right <= layout.width + 1e-6
        assert bottom <= layout.height + 1e-6
    by_id = {box.id: box for box in all_boxes}
    for (source, target), route in zip(links, layout.routes, strict=True):
        assert all(a[1] <= b[1] + 1e-6 for a, b in itertools.pairwise(route)), (source, target)
        sl, _, sr, sb = corners(by_id[source], layout)
        tl, tt, tr, _ = corners(by_id[target], layout)
        assert sl <= route[0][0] <= sr
        assert route[0][1] == pytest.approx(sb)
        assert tl <= route[-1][0] <= tr
        assert route[-1][1] == pytest.approx(tt)


def crossings(layout: Layout) -> int:
    """How many pairs of links cross between two layers, by their ends in each gap."""
    pieces = [
        (round(a[1], 3), round(b[1], 3), a[0], b[0])
        for route in layout.routes
        for a, b in itertools.pairwise(route)
        if b[1] - a[1] > 20
    ]
    return sum(
        (p[2] - q[2]) * (p[3] - q[3]) < 0
        for p, q in itertools.combinations(pieces, 2)
        if p[0] == q[0] and p[1] == q[1]
    )


def test_a_chain_is_a_straight_line_down() -> None:
    layout = lay_out([Box(name, 60, 40) for name in "abc"], [("a", "b"), ("b", "c")])
    assert {x for x, _ in layout.centres.values()} == {30.0}
    ys = [layout.centres[name][1] for name in "abc"]
    assert ys == sorted(ys)


def test_links_that_need_not_cross_do_not() -> None:
    crossed = [("a", "f"), ("b", "e"), ("c", "d"), ("d", "g"), ("e", "h"), ("f", "i")]
    all_boxes = boxes("abcdefghi")
    layout = lay_out(all_boxes, crossed)
    check(all_boxes, crossed, layout)
    assert crossings(layout) == 0


def test_neighbours_change_places_where_barycentres_alone_leave_a_crossing() -> None:
    links = [("a", "h"), ("b", "e"), ("b", "h"), ("c", "g"), ("c", "h"), ("e", "j"), ("f", "i"),
             ("f", "l"), ("h", "k")]  # fmt: skip
    all_boxes = boxes("abcdefghijkl")
    layout = lay_out(all_boxes, links)
    check(all_boxes, links, layout)
    assert crossings(layout) == 0


def test_what_nothing_leads_to_stands_just_above_what_it_leads_to() -> None:
    links = [("a", "b"), ("b", "c"), ("x", "c")]
    layout = lay_out(boxes("abcx"), links)
    assert layout.centres["x"][1] == layout.centres["b"][1]


def test_a_circle_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError, match="circle"):
        lay_out(boxes("ab"), [("a", "b"), ("b", "a")])


def test_a_group_stands_in_its_frame_and_nobody_else_does() -> None:
    inside, outside = boxes("klm", "game"), boxes("abcz")
    links = [("a", "k"), ("k", "l"), ("k", "m"), ("l", "z"), ("a", "b"), ("b", "z"), ("c", "m")]
    layout = lay_out([*inside, *outside], links, rooms={"game": Room(loop=20)})
    check([*inside, *outside], links, layout)
    frame = layout.frames["game"]
    for box in [*inside, *outside]:
        left, top, right, bottom = corners(box, layout)
        within = (
            left >= frame.x
            and right <= frame.x + frame.width
            and top >= frame.y
            and bottom <= frame.y + frame.height
        )
        apart = (
            right <= frame.x
            or left >= frame.x + frame.width
            or bottom <= frame.y
            or top >= frame.y + frame.height
        )
        assert within if box.group else apart, box.id


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Box], list[tuple[str, str]]]:
    count = draw(st.integers(1, 12))
    names = [f"n{i}" for i in range(count)]
    group = draw(st.integers(0, count // 2))
    sizes = st.integers(20, 160)
    # a group's boxes follow each other, so that what reads it cannot lead back into it
    found = [
        Box(name, draw(sizes), draw(sizes), "g" if i >= count - group else "")
        for i, name in enumerate(names)
    ]
    pairs = list(itertools.combinations(names, 2))
    links = draw(st.lists(st.sampled_from(pairs), max_size=20, unique=True)) if pairs else []
    return found, links


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_any_graph_is_laid_out_with_nothing_over_anything(
    graph: tuple[list[Box], list[tuple[str, str]]],
) -> None:
    check(*graph, lay_out(*graph))
