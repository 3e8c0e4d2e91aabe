"""Forms as data, and what words can fill them."""

from __future__ import annotations

import numpy as np
import pytest

from haiga.core.errors import UserError
from haiga.roles.poets.forms import Form, check_fillable, fillable, form_named
from haiga.roles.poets.syntax import completable


def test_a_form_is_found_by_name_and_a_near_miss_is_hinted() -> None:
    assert form_named("haiku").lines == (5, 7, 5)
    with pytest.raises(UserError, match="haiku"):
        form_named("haikuu")


def test_words_of_two_syllables_fill_even_lines_only() -> None:
    sizes, ends = np.array([2, 2]), np.array([True, False])
    assert list(np.flatnonzero(fillable(sizes, ends, 6))) == [0, 2, 4, 6]


def test_a_line_that_no_words_can_fill_is_named() -> None:
    with pytest.raises(UserError, match="line 1"):
        check_fillable(Form("haiku", (5, 7, 5)), np.array([2]), np.array([True]))


def test_words_that_may_not_end_a_line_alone_fill_none() -> None:
    assert not fillable(np.array([1]), np.array([False]), 3)[1:].any()


def test_slots_take_just_the_syllables_their_words_have() -> None:
    table = completable([0, 1], [{1}, {1, 3}], {3}, 6)
    assert list(np.flatnonzero(table[0])) == [4]
    assert list(np.flatnonzero(table[1])) == [3]
    assert list(np.flatnonzero(table[2])) == [0]
