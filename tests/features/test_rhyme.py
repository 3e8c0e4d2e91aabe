"""Rhyme by sound: known pairs, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haiga.features.rhyme import RhymeTable, rhyme_kind, richness, tails

PAIRS = [
    ("light", "night"), ("burning", "turning"), ("sky", "butterfly"), ("love", "dove"),
    ("moon", "june"), ("day", "weigh"), ("sorrow", "tomorrow"), ("rain", "again"),
]  # fmt: skip
NONE = [
    ("love", "move"), ("sea", "see"), ("night", "knight"), ("light", "light"), ("cough", "bough"),
    ("moon", "stone"), ("singing", "thing"),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_words_that_sound_alike_from_the_last_stress_rhyme(a: str, b: str) -> None:
    assert rhyme_kind(a, b) == rhyme_kind(b, a) == "sound"


@pytest.mark.parametrize(("a", "b"), NONE)
def test_words_that_only_look_alike_or_are_the_same_sounds_do_not(a: str, b: str) -> None:
    assert rhyme_kind(a, b) is None
    assert richness(a, b) == 0


def test_any_listed_pronunciation_will_do() -> None:
    assert rhyme_kind("wind", "kind") == rhyme_kind("wind", "sinned") == "sound"


def test_unlisted_words_rhyme_by_three_letters_and_it_is_said() -> None:
    assert not tails("zorplight")
    assert rhyme_kind("zorplight", "night") == "spelling"
    assert rhyme_kind("zorplight", "mat") is None


def test_a_rhyme_with_other_sounds_before_it_is_richer_than_an_identity() -> None:
    assert richness("light", "night") == 1
    assert richness("sorrow", "tomorrow") == 1
    assert 0 < richness("leave", "believe") < richness("sky", "butterfly") < 1
    assert 0 < richness("leave", "believe") < 1
    assert 0 < richness("zorplight", "night") < 1


WORDS = sorted({word for pair in PAIRS + NONE for word in pair} | {"zorplight", "flight"})


def test_a_table_finds_just_the_words_that_rhyme() -> None:
    table = RhymeTable(WORDS)
    for word in [*WORDS, "tonight", "xight"]:
        wanted = [i for i, other in enumerate(WORDS) if rhyme_kind(word, other)]
        assert table.partners(word).tolist() == wanted


@given(st.sampled_from(WORDS), st.sampled_from(WORDS))
def test_rhyming_goes_both_ways_and_never_with_itself(a: str, b: str) -> None:
    assert rhyme_kind(a, b) == rhyme_kind(b, a)
    assert rhyme_kind(a, a) is None
    assert richness(a, b) == pytest.approx(richness(b, a))
