"""What goes with what: the tables by themselves, and in poems."""

from __future__ import annotations

import re

import numpy as np
import pytest

from haiga.core.nouns import Poem
from haiga.roles.poets.roles import ADJECTIVE, PREPOSITION, SUBJECT, VERB, Roles
from haiga.roles.poets.sense import Sense, every_word, kinds, kinds_of_nouns, prepositions
from haiga.roles.poets.syntax import SLOTS

WORDS = sorted(every_word() | {"robot"})
SENSE = Sense(WORDS)


def _at(*words: str) -> np.ndarray:
    return np.array([SENSE.index[word] for word in words])


def test_kinds_and_prepositions_fit_the_bits_that_hold_them() -> None:
    assert len(kinds()) < 64
    assert len(prepositions()) < 64
    assert kinds_of_nouns()["berries"] == kinds_of_nouns()["berry"]


@pytest.mark.parametrize(
    ("noun", "does", "does_not"),
    [("crow", "calls", "blooms"), ("moon", "rises", "sleeps"), ("violets", "bend", "walk"),
     ("kettle", "steams", "sings"), ("child", "running", "flowing")],
)  # fmt: skip
def test_things_do_what_their_kind_does(noun: str, does: str, does_not: str) -> None:
    known = [word for word in (does, does_not) if word in SENSE.index]
    answer = dict(zip(known, SENSE.does(_at(noun), _at(*known))[0], strict=True))
    assert answer.get(does, True)
    assert not answer.get(does_not, False)


def test_a_crow_sits_on_a_roof_and_never_in_the_moon() -> None:
    on, into = _at("on"), _at("in")
    free = np.array([-1])
    assert SENSE.where(on, _at("roof"), free).all()
    assert not SENSE.where(into, _at("moon", "crow"), free).any()


def test_what_is_fixed_in_the_ground_is_in_mist_and_not_in_a_bowl() -> None:
    group = SENSE.group[_at("meadow")]
    assert SENSE.where(_at("in"), _at("mist", "bowl"), group).tolist() == [[True, False]]


def test_the_wind_carries_leaves_and_a_woman_carries_kettles() -> None:
    who, act = _at("wind", "woman"), _at("carries", "carries")
    assert SENSE.suffers(who, act, _at("leaf", "kettle")).tolist() == [[True, False], [False, True]]


def test_a_word_that_no_table_lists_goes_with_everything() -> None:
    robot = _at("robot")
    assert SENSE.does(robot, _at("calls", "blooms")).all()
    assert SENSE.called(_at("ripe"), robot).all()


def test_roles_ask_of_a_verb_what_its_subject_is_and_of_a_noun_its_adjective() -> None:
    roles = Roles(SENSE)
    now = np.full((2, Roles.COUNT), -1)
    none = np.array([-1, -1])
    now[:, SUBJECT] = _at("crow", "violet")
    agrees = roles.agree("verb_s", now, _at("calls", "blooms"), none)
    assert agrees is not None
    assert agrees.tolist() == [[True, False], [False, True]]
    now[:, ADJECTIVE] = _at("ripe", "stray")
    agrees = roles.agree("noun", now, _at("pear", "dog"), none)
    assert agrees is not None
    assert agrees.tolist() == [[True, False], [False, True]]


def test_a_place_said_first_must_suit_the_subject_that_follows() -> None:
    roles = Roles(SENSE)
    now = np.full((1, Roles.COUNT), -1)
    roles.move(SLOTS.index("in"), now, np.array([0]), _at("into"))
    assert now[0, PREPOSITION] == SENSE.index["into"]
    agrees = roles.agree("noun", now, _at("crow", "barn"), np.array([-1]))
    assert agrees is not None
    assert not agrees.any()
    roles.move(SLOTS.index("verb_s"), now, np.array([0]), _at("falls"))
    assert now[0, VERB] == SENSE.index["falls"]
    assert now[0, PREPOSITION] == -1


def test_what_poems_say_agrees_in_most_of_them_with_few_drafts(hundred: tuple[Poem, ...]) -> None:
    whole = sum(poem.details["parts"]["sense"] == 1.0 for poem in hundred)
    assert whole >= 70


def test_names_of_months_stand_where_a_season_may(hundred: tuple[Poem, ...]) -> None:
    months = "april|june|july|august|september|october|november|december|january|february"
    text = "\n".join(poem.text for poem in hundred)
    assert not re.search(rf"\b(on|under|through|along) ({months})\b", text)
