"""Chains of sayings that come back on themselves."""

from __future__ import annotations

from haiga.inspection.returns import Return, find_return, said_again


def test_a_saying_that_follows_itself_is_a_fixed_point():
    assert find_return(["a", "b", "a dog", "A dog.", "a dog", "c"]) == Return(2, 3, 1, ("a dog",))


def test_two_sayings_in_turn_are_a_loop_of_period_two():
    found = find_return(["start", "a", "b", "a", "b", "a"])
    assert found == Return(1, 5, 2, ("a", "b"))


def test_a_loop_must_be_gone_through_twice():
    assert find_return(["a", "b", "c", "a", "b", "d"]) is None
    assert find_return(["a", "b", "c", "a", "b", "c"]) == Return(0, 6, 3, ("a", "b", "c"))


def test_the_longest_stretch_is_told_and_the_shortest_period_of_it():
    assert find_return(["a", "a", "b", "c", "c", "c"]) == Return(3, 3, 1, ("c",))
    assert find_return(["x"] * 6) == Return(0, 6, 1, ("x",))


def test_sayings_of_no_word_are_no_loop():
    assert find_return(["", "", "…", "…"]) is None
    assert find_return([]) is None
    assert find_return(["once"]) is None


def test_what_had_been_said_before_is_counted_wherever_it_was():
    assert said_again(["a dog", "a cat", "A dog!", "a dog", "", ""]) == 2
