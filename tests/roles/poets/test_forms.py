"""Forms as data, and what words can fill them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from haiga.core.errors import UserError
from haiga.core.forms import Span
from haiga.roles.poets.forms import CountedForm, check_fillable, fillable, form_named, reachable
from haiga.roles.poets.syntax import completable


def test_a_form_is_found_by_name_and_a_near_miss_is_hinted() -> None:
    assert form_named("haiku").lines == (5, 7, 5)
    with pytest.raises(UserError, match="haiku"):
        form_named("haikuu")


def test_a_poet_of_counted_forms_refuses_rhyme_and_ranges() -> None:
    with pytest.raises(UserError, match="couplet.*--with"):
        form_named("couplet")


def test_words_of_two_syllables_fill_even_lines_only() -> None:
    sizes, ends = np.array([2, 2]), np.array([True, False])
    assert list(np.flatnonzero(fillable(sizes, ends, 6))) == [0, 2, 4, 6]


def test_a_line_that_no_words_can_fill_is_named() -> None:
    with pytest.raises(UserError, match="line 1"):
        check_fillable(CountedForm("haiku", (5, 7, 5)), np.array([2]), np.array([True]))


def test_words_that_may_not_end_a_line_alone_fill_none() -> None:
    assert not fillable(np.array([1]), np.array([False]), 3)[1:].any()


def test_slots_take_just_the_syllables_their_words_have() -> None:
    table = completable([0, 1], [{1}, {1, 3}], {3}, 6)
    assert list(np.flatnonzero(table[0])) == [4]
    assert list(np.flatnonzero(table[1])) == [3]
    assert list(np.flatnonzero(table[2])) == [0]


@given(
    st.lists(st.integers(1, 5), min_size=0, max_size=3),
    st.lists(st.integers(1, 5), min_size=0, max_size=3),
    st.integers(1, 9),
    st.integers(0, 4),
)
def test_what_is_reachable_is_what_some_words_reach(
    inner: list[int], last: list[int], least: int, more: int
) -> None:
    span = Span(least, least + more)

    def some(spoken: int) -> bool:
        if any(spoken + n in span for n in last):
            return True
        return any(spoken + n < span.most and some(spoken + n) for n in inner)

    assert reachable(span, inner, last).tolist() == [some(n) for n in range(span.most + 1)]
