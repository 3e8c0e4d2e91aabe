"""Words and syllables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haiga.features.syllables import (
    by_rule,
    count,
    ends_hissing,
    is_counted_by_rule,
    is_ownable,
    line_syllables,
    uncountable,
)
from haiga.features.words import words

COUNTED = {
    "old": 1, "silent": 2, "pond": 1, "frog": 1, "water": 2, "butterfly": 3, "chrysanthemum": 4,
    "moonlight": 2, "willow": 2, "evening": 2, "cicada": 3, "blossoms": 2, "winter's": 2,
    "grass's": 2, "whippoorwill": 3, "moon-lit": 2, "nightingales": 3,
}  # fmt: skip


@pytest.mark.parametrize(("word", "syllables"), COUNTED.items())
def test_words_have_the_syllables_a_hand_counts(word: str, syllables: int) -> None:
    assert syllables in count(word)


def test_a_word_said_in_two_ways_has_two_counts() -> None:
    assert set(count("fire")) == {1, 2}


@pytest.mark.parametrize(
    ("word", "syllables"),
    [("glimmered", 2), ("dewdrops", 2), ("starless", 2), ("sunlit", 2), ("petalled", 2),
     ("mistfall", 2)],
)  # fmt: skip
def test_the_rule_counts_words_no_dictionary_lists(word: str, syllables: int) -> None:
    assert by_rule(word) == syllables


def test_a_line_is_the_sum_of_its_words() -> None:
    assert line_syllables("An old silent pond —") == 5


def test_a_possessive_gains_a_syllable_after_a_hiss_only() -> None:
    assert ends_hissing("moss")
    assert not ends_hissing("moon")


def test_a_word_may_own_something_where_the_dictionary_knows_it_with_an_s() -> None:
    assert is_ownable("farmer")
    assert not is_ownable("moss")
    assert not is_ownable("farmerish")


def test_words_keep_apostrophes_and_hyphens_and_fold_curly_ones() -> None:
    assert words("O’er the moon-lit Sea, 'tis 5 o'clock!") == [
        "o'er", "the", "moon-lit", "sea", "tis", "o'clock",
    ]  # fmt: skip


@given(st.text(max_size=60))
def test_any_text_has_countable_words(text: str) -> None:
    assert all(min(count(word)) >= 1 for word in words(text))


def test_words_in_other_letters_and_digits_have_no_count_and_accents_change_none() -> None:
    assert uncountable("мороз и Sonne, 雪 at 7, Καλημέρα") == ["мороз", "и", "雪", "καλημέρα", "7"]
    assert uncountable("Ñandú Zürich Łódź o’er") == []
    assert count("élégante")[0] == count("elegante")[0] == 3


@pytest.mark.parametrize(
    ("word", "by"),
    [("snow", False), ("winter's", False), ("moon-lit", False), ("frogs'", False),
     ("zyzzx", True), ("moon-zyzzx", True), ("zyzzx's", True)],
)  # fmt: skip
def test_it_is_told_which_words_the_rule_counts(word: str, by: bool) -> None:
    assert is_counted_by_rule(word) is by
