"""Text becomes tokens and text again without losing anything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haiga.features.tokens import NEWLINE, Tokens, is_word

WORDS = Tokens("word")


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("The Sea,\nO’er", ["the", "sea", ",", NEWLINE, "o'er"]),
        ("'Tis moon-lit -- aye", ["'tis", "moon-lit", "—", "aye"]),
        ("don't, rock'n'roll singin' 24,5", ["don't", ",", "rock'n'roll", "singin'", "24,5"]),
        ("“Go!” he said", ['"', "go", "!", '"', "he", "said"]),
        ("a\r\nb\r\n\r\n\r\nc", ["a", NEWLINE, "b", NEWLINE, NEWLINE, "c"]),
        ("été straße 俳画", ["été", "straße", "俳画"]),
    ],
)  # fmt: skip
def test_words_are_cut_as_a_reader_would(text: str, tokens: list[str]) -> None:
    assert WORDS.split(text) == tokens


def test_joined_words_read_like_print() -> None:
    text = 'he said: "go!" (and went) — the sea\'s\nfar'
    assert WORDS.join(WORDS.split(text)) == text


def test_characters_stand_as_they_are() -> None:
    text = "O, Wild West Wind!\n  thou"
    assert Tokens("char").join(Tokens("char").split(text)) == text


@given(st.text())
def test_what_was_joined_cuts_into_the_same_tokens(text: str) -> None:
    tokens = WORDS.split(WORDS.join(WORDS.split(text)))
    assert WORDS.split(WORDS.join(tokens)) == tokens


@given(st.text(st.characters(categories=["L", "M", "N", "Po", "S", "Zs"])))
def test_no_visible_character_is_lost(text: str) -> None:
    shown = "".join(WORDS.split(text))
    assert len(shown) == sum(not c.isspace() for c in text.lower())


def test_words_are_told_from_marks() -> None:
    assert [is_word(t) for t in ("sea", "'tis", ",", "—", NEWLINE, "7", "'")] == [
        True, True, False, False, False, False, False,
    ]  # fmt: skip
