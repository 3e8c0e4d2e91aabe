"""The loop detector: what comes three times, and what may come twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from haiga.features.loops import LONGEST, find_cycle, find_loop


def test_a_line_three_times_is_a_loop_wherever_it_stands() -> None:
    lines = ["I love you", "the sea is cold", "i love you,", "a gull", "I LOVE YOU!"]
    loop = find_loop(lines)
    assert loop is not None
    assert (loop.kind, loop.period, loop.times, loop.text) == ("line", 3, 3, "i love you")


def test_a_refrain_may_come_twice() -> None:
    assert find_loop(["row your boat", "down the stream", "row your boat"]) is None


def test_a_cycle_over_line_ends_is_found_with_its_period() -> None:
    loop = find_loop(["and the sea and", "the sea and the", "sea again"])
    assert loop is not None
    assert (loop.kind, loop.period, loop.times, loop.text) == ("cycle", 3, 3, "and the sea")


def test_the_loop_that_fills_most_words_is_told() -> None:
    loop = find_loop(["la la la", *["on and on and on we go"] * 3])
    assert loop is not None
    assert loop.kind == "line"
    assert loop.times == 3


def test_nothing_is_no_loop() -> None:
    assert find_loop([]) is None
    assert find_loop(["", "—", "", "—", "…"]) is None


@given(st.lists(st.sampled_from("abcd"), max_size=40))
def test_a_cycle_told_is_there_and_none_is_missed(tokens: list[str]) -> None:
    best = 0
    for period in range(1, LONGEST + 1):
        for start in range(len(tokens)):
            times = 1
            first = tokens[start : start + period]
            while tokens[start + times * period : start + (times + 1) * period] == first:
                times += 1
            if times >= 3:
                best = max(best, period * times)
    found = find_cycle(tokens)
    assert (found.period * found.times if found else 0) == best
    if found:
        assert found.text.split() * found.times in [
            tokens[i : i + best] for i in range(len(tokens))
        ]
