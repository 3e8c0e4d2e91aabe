"""Diversity against closed forms, and a poet that has collapsed."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haiga.inspection.metrics.diversity import as_long_as, distinct, self_repetition

texts = st.lists(st.lists(st.sampled_from("abcd"), max_size=12), max_size=6)


def test_distinct_is_the_share_of_different_runs() -> None:
    rose = ["a rose is a rose is a rose".split()]
    assert distinct(rose, 1) == 3 / 8
    assert distinct(rose, 2) == 3 / 7
    assert distinct(rose, 3) == 3 / 6


def test_a_run_does_not_reach_from_one_text_into_the_next() -> None:
    assert distinct([["a", "b"], ["a", "b"]], 2) == 1 / 2
    assert math.isnan(distinct([["a"], ["b"]], 2))


def test_a_collapsed_poet_scores_one_over_all_it_wrote_and_repeats_itself_wholly() -> None:
    loop = [["the", "sea", "the", "sea", "the", "sea"]] * 100
    assert distinct(loop, 1) == 2 / 600
    assert distinct(loop, 2) == 2 / 500
    assert self_repetition(loop) == 1


def test_texts_that_share_nothing_are_wholly_distinct_and_repeat_nothing() -> None:
    own = [[f"{text}-{word}" for word in range(9)] for text in range(20)]
    assert [distinct(own, n) for n in (1, 2, 3)] == [1, 1, 1]
    assert self_repetition(own) == 0


def test_self_repetition_counts_runs_found_in_another_text_and_not_in_the_same_one() -> None:
    assert self_repetition(["a b c d a b c d".split(), "e f g h".split()]) == 0
    shared = ["a b c d e".split(), "z a b c d".split()]  # one run of two in each
    assert self_repetition(shared) == 2 / 4


def test_texts_too_short_for_a_run_have_no_figure() -> None:
    assert math.isnan(self_repetition([["a", "b"]]))
    assert math.isnan(distinct([], 1))


def test_each_text_gives_as_many_words_as_its_counterpart_has() -> None:
    human = ["a b c d".split(), ["e"], "f g h".split(), "i j k".split()]
    assert as_long_as(human, [["x"] * 3, ["x"] * 2]) == [["a", "b", "c"], ["f", "g"]]


def test_texts_give_what_follows_only_when_all_have_given_their_beginning() -> None:
    human = ["a b c d".split(), "e f".split()]
    assert as_long_as(human, [["x"] * 2] * 9) == [["a", "b"], ["e", "f"], ["c", "d"]]
    assert as_long_as([], [["x"]]) == []


@settings(deadline=None)
@given(texts, st.integers(1, 3))
def test_doubling_everything_halves_distinct(written: list[list[str]], n: int) -> None:
    once = distinct(written, n)
    if not math.isnan(once):
        assert distinct(written * 2, n) == pytest.approx(once / 2)
        assert 0 < once <= 1


@settings(deadline=None)
@given(texts)
def test_the_order_of_texts_does_not_matter(written: list[list[str]]) -> None:
    assert self_repetition(written) == pytest.approx(self_repetition(written[::-1]), nan_ok=True)


def test_runs_of_no_words_are_refused() -> None:
    with pytest.raises(ValueError, match="1 or more"):
        distinct([["a"]], 0)
