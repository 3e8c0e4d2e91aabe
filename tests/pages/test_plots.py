"""Plots: what is drawn lies where its numbers say."""

from __future__ import annotations

import itertools
import math
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from haiga.pages.plots import (
    BOTTOM,
    HEIGHT,
    LEFT,
    MOST_POINTS,
    RIGHT,
    WIDTH,
    Bar,
    Series,
    bar_chart,
    line_chart,
    point_chart,
    thin,
)


def paths(chart: str) -> list[list[tuple[float, float]]]:
    """The points of every line, in pixels."""
    return [
        [(float(x), float(y)) for x, y in (p.split() for p in d[1:].split("L"))]
        for d in re.findall(r'<path d="(M[^"]+)"', chart)
    ]


def test_a_line_runs_from_edge_to_edge_and_up_where_its_numbers_rise() -> None:
    (line,) = paths(line_chart("t", [Series("s", [(0, 1), (5, 2), (10, 4)])], x="x", y="y"))
    assert [x for x, _ in line] == pytest.approx([LEFT, (LEFT + WIDTH - RIGHT) / 2, WIDTH - RIGHT])
    heights = [y for _, y in line]
    assert heights == sorted(heights, reverse=True)
    assert (heights[1] - heights[2]) == pytest.approx(2 * (heights[0] - heights[1]), abs=0.2)


def test_a_logarithmic_axis_gives_equal_ratios_equal_room_and_drops_what_has_no_logarithm() -> None:
    points = [(0, 0.0), (1, 10.0), (2, 100.0), (3, 1000.0), (4, -5.0)]
    (line,) = paths(line_chart("t", [Series("s", points)], x="x", y="y", log_y=True))
    assert len(line) == 3
    assert line[0][1] - line[1][1] == pytest.approx(line[1][1] - line[2][1], abs=0.2)


@settings(deadline=None)
@example([(0.0, 1.0), (5e-324, 1.0)], False)
@example([(1e17, 1e17), (1e17, 1e17)], False)
@example([(0.0, -1e308), (1.0, 1e308)], False)
@example([(0.0, 1e-300), (1.0, 3e-249)], True)
@given(
    st.lists(
        st.tuples(st.floats(allow_nan=True), st.floats(allow_nan=True)),
        max_size=30,
    ),
    st.booleans(),
)
def test_nothing_is_drawn_outside_the_plot_whatever_the_numbers(
    points: list[tuple[float, float]], log: bool
) -> None:
    chart = line_chart("t", [Series("s", points)], x="x", y="y", log_y=log)
    assert "nan" not in chart
    assert "inf" not in chart.replace("nothing", "")
    for line in paths(chart):
        for x, y in line:
            assert LEFT - 0.1 <= x <= WIDTH - RIGHT + 0.1
            assert 0 <= y <= HEIGHT - BOTTOM + 0.1


@pytest.mark.parametrize("points", [[], [(1, 2)], [(1, math.nan), (2, math.nan)]])
def test_where_there_is_no_line_the_page_says_so(points: list[tuple[float, float]]) -> None:
    chart = line_chart("Loss", [Series("s", points)], x="x", y="y")
    assert "<svg" not in chart
    assert "Loss: there is nothing to draw yet" in chart


def test_the_labels_of_lines_that_end_together_do_not_cover_each_other() -> None:
    lines = [Series(name, [(0, 1), (1, 5)]) for name in ("one", "two", "three")]
    chart = line_chart("t", lines, x="x", y="y")
    heights = [float(y) for y in re.findall(r'y="([\d.]+)" class="label"', chart)]
    gaps = [abs(a - b) for i, a in enumerate(heights) for b in heights[:i]]
    assert len(heights) == 3
    assert min(gaps) >= 15.9
    assert min(heights) > 20  # all ends lie at the top: the labels make way downward


def test_those_who_cannot_see_the_plot_get_its_ends_and_its_numbers() -> None:
    chart = line_chart("Loss", [Series("train", [(i, i / 2) for i in range(99)])], x="step", y="l")
    assert 'aria-label="Loss. train goes from 0 to 49 over step."' in chart
    assert 3 < chart.count("<tr>") <= 13
    assert '<td class="number">98</td>' in chart


def test_a_long_series_is_thinned_evenly_and_keeps_its_ends() -> None:
    many = [(float(i), float(i)) for i in range(10_001)]
    kept = thin(many)
    assert len(kept) <= MOST_POINTS
    assert (kept[0], kept[-1]) == (many[0], many[-1])
    assert max(b[0] - a[0] for a, b in itertools.pairwise(kept)) < 44


def test_bars_are_as_long_as_their_values() -> None:
    chart = bar_chart("t", [Bar("a", 2.0), Bar("b", 1.0), Bar("c", math.nan)])
    widths = [float(w) for w in re.findall(r'width="([\d.]+)"', chart)]
    assert widths[0] == pytest.approx(2 * widths[1])
    assert widths[2] <= 1
    assert "there is nothing to draw" in bar_chart("t", [Bar("a", 0.0)])


def test_faint_lines_stand_behind_the_others_and_have_no_name() -> None:
    series = [Series("best", [(0, 3), (1, 1)]), Series("other", [(0, 4), (1, 2)], faint=True)]
    html = line_chart("losses", series, x="steps", y="loss")
    svg = html[html.index("<svg") : html.index("</svg>")]
    assert svg.index('class="line faint"') < svg.index('class="line"')
    assert ">best<" in svg
    assert ">other<" not in svg
    assert "other goes" not in html
    assert "other" in html[html.index("</svg>") :]  # the numbers hold it


def test_points_stand_where_their_numbers_are_and_one_is_dark() -> None:
    html = point_chart("rate", [(1e-3, 2.0), (1e-2, 1.0), (1e-1, 3.0)], x="rate", y="loss",
                       log_x=True, dark=1)  # fmt: skip
    places = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="4.5" class="([a-z ]+)">', html)
    assert [kind for _, _, kind in places].count("dot dark") == 1
    assert places[-1][2] == "dot dark"  # it stands before the others
    by_x = sorted((float(x), float(y)) for x, y, _ in places)
    assert by_x[1][0] - by_x[0][0] == pytest.approx(by_x[2][0] - by_x[1][0], abs=0.1)
    assert by_x[2][1] < by_x[0][1] < by_x[1][1]  # up is more


def test_one_point_is_no_plot() -> None:
    assert "nothing to draw yet" in point_chart("rate", [(1, 2), (math.nan, 3)], x="x", y="y")
