"""Subjects and verbs: what agrees, what does not, and what is left alone."""

from __future__ import annotations

import pytest

from haiga.roles.poets.agreement import disagreements, is_plural

KNOWN = set("wind star leaf city glass wood flower shadow light rain sky child old moon".split())


@pytest.mark.parametrize(
    "text",
    [
        "the winds is cold", "the moon are low", "i are young", "i is here", "he were glad",
        "they was gone", "the shadows of the sun is long", "a star are bright",
        "when the woods has flung", "the cold wind were high", "the children is here",
    ],
)  # fmt: skip
def test_what_does_not_agree_is_found(text: str) -> None:
    assert disagreements(text.split(), KNOWN) == 1


@pytest.mark.parametrize(
    "text",
    [
        "the winds are cold", "the moon is low", "i am young", "i was here", "he has gone",
        "they were gone", "the shadows of the moon are long", "the light of stars is bright",
        "the moon and the star are high", "the wind , the rain are here", "you are here",
        "in the woods is a light", "there are stars", "a light that is old", "two are here",
        "the glass is cold", "all the flowers have gone", "i have seen", "who is it",
    ],
)  # fmt: skip
def test_what_agrees_or_cannot_be_told_is_left_alone(text: str) -> None:
    assert disagreements(text.split(), KNOWN) == 0


def test_a_plural_is_told_by_the_word_it_comes_of() -> None:
    assert all(is_plural(w, KNOWN) for w in ("winds", "leaves", "cities", "children", "woods"))
    assert not any(is_plural(w, KNOWN) for w in ("glass", "us", "wind", "is", "unknowns"))
