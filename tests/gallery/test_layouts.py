"""Every layout keeps picture, lines and seal apart, on the page and readable."""

from __future__ import annotations

import itertools
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haiga.core.errors import UserError
from haiga.core.nouns import Poem
from haiga.gallery.layouts import Box, Plan
from haiga.gallery.settings import Layout, SheetSettings
from haiga.gallery.sheet import plan
from haiga.gallery.typefaces import ITALIC

LAYOUTS = get_args(Layout)
SQUARE, TALL, WIDE = (np.zeros((h, w, 3), np.uint8) for h, w in ((64, 64), (90, 40), (48, 120)))
HAIKU = Poem(("the old pond --", "a frog leaps in,", "the sound of water"))
TANKA = Poem(
    (
        "a single cherry tree",
        "in the deep snow of the hill",
        "has opened its eyes",
        "who told it of the spring rain",
        "if no one has been this way",
    )
)


def boxes(found: Plan) -> list[Box]:
    """The picture, each line and the seal as boxes."""
    lines = []
    for run in found.runs:
        width = ITALIC.width(run.text, run.em)
        up, down = 0.66 * run.em, 0.24 * run.em
        if run.turned:
            lines.append(Box(run.x - down, run.y, up + down, width))
        else:
            lines.append(Box(run.x, run.y - up, width, up + down))
    return [found.picture, *lines, found.seal]


def apart(one: Box, other: Box) -> bool:
    return (
        one.x + one.w <= other.x + 1
        or other.x + other.w <= one.x + 1
        or one.y + one.h <= other.y + 1
        or other.y + other.h <= one.y + 1
    )


def check(found: Plan, width: int, height: int) -> None:
    every = boxes(found)
    for box in every:
        assert box.x >= 0.025 * width
        assert box.y >= 0.025 * height
        assert box.x + box.w <= 0.975 * width
        assert box.y + box.h <= 0.975 * height
    for one, other in itertools.combinations(every, 2):
        assert apart(one, other), (one, other)
    assert all(run.em >= 0.99 * 36 * width / 1080 for run in found.runs)


@pytest.mark.parametrize("picture", [SQUARE, TALL, WIDE], ids=["square", "tall", "wide"])
@pytest.mark.parametrize("poem", [HAIKU, TANKA, Poem(("snow",))], ids=["haiku", "tanka", "word"])
@pytest.mark.parametrize("mark", ["A", "AK", "俳", "俳句", "芭蕉庵", "haig"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_overlaps_or_leaves_the_page(
    layout: Any, mark: str, poem: Poem, picture: Any
) -> None:
    page = SheetSettings(layout=layout)
    check(plan(picture, poem, page, mark=mark), *page.size_px)


@given(
    st.lists(
        st.lists(st.sampled_from(["a", "of", "moon", "river", "blossoms", "nightingale"]),
                 min_size=1, max_size=5).map(" ".join),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from(LAYOUTS),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_any_small_poem_is_laid_out_cleanly_or_refused(lines: list[str], layout: Any) -> None:
    page = SheetSettings(layout=layout)
    try:
        found = plan(SQUARE, Poem(tuple(lines)), page)
    except UserError:
        if layout != "vertical":
            raise
        return
    check(found, *page.size_px)


@pytest.mark.parametrize("layout", ["portrait", "square", "landscape", "scroll"])
@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 10, 14])
def test_poems_of_one_to_fourteen_lines_keep_every_word_in_order(layout: Any, count: int) -> None:
    lines = tuple(f"By chance or nature's changing course {i}" for i in range(count))
    page = SheetSettings(layout=layout)
    found = plan(SQUARE, Poem(lines), page)
    check(found, *page.size_px)
    said = " ".join(run.text for run in found.runs).replace("’", "'")
    assert said.split() == " ".join(lines).split()
    assert found.picture.h > 0.1 * page.size_px[1]


def test_a_haiku_keeps_three_rows_in_every_horizontal_layout() -> None:
    poem = Poem(("on a withered branch", "a crow has come to settle", "autumn nightfall now"))
    for layout in ("portrait", "square", "landscape", "scroll"):
        assert len(plan(SQUARE, poem, SheetSettings(layout=layout)).runs) == 3  # type: ignore[arg-type]


def test_a_long_line_wraps_at_a_space() -> None:
    long = Poem(("the light of the evening stays upon the river longer than the people do",))
    found = plan(SQUARE, long, SheetSettings())
    assert len(found.runs) == 2
    assert " ".join(run.text for run in found.runs) == long.lines[0]


def test_a_word_wider_than_the_page_is_named() -> None:
    with pytest.raises(UserError, match="the word 'm{70}' is too long"):
        plan(SQUARE, Poem(("so", "m" * 70)), SheetSettings())


def test_a_poem_too_long_to_read_is_refused_with_its_length() -> None:
    with pytest.raises(UserError, match="60 lines do not fit"):
        plan(SQUARE, Poem(tuple(["a line"] * 60)), SheetSettings())


def test_a_tall_picture_stands_beside_the_columns_and_a_square_one_below() -> None:
    page = SheetSettings(layout="vertical")
    tall = plan(np.zeros((120, 30, 3), np.uint8), HAIKU, page)
    square = plan(SQUARE, HAIKU, page)
    assert tall.picture.x + tall.picture.w < min(run.x for run in tall.runs)
    assert square.picture.y > max(run.y for run in square.runs)


def test_the_picture_keeps_its_shape() -> None:
    for layout in LAYOUTS:
        for picture in (SQUARE, TALL, WIDE):
            box = plan(picture, HAIKU, SheetSettings(layout=layout)).picture
            assert box.w / box.h == pytest.approx(picture.shape[1] / picture.shape[0], rel=0.01)
