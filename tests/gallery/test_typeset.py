"""What is typed becomes what a printer would set, and nothing is lost on the way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haiga.core.errors import UserError
from haiga.gallery.typefaces import BRUSH, ITALIC, LETTERING, ROMAN, font_at
from haiga.gallery.typeset import set_lines, typeset


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("the old pond --", "the old pond —"),
        ("the old pond - still", "the old pond — still"),
        ("snow---and silence", "snow — and silence"),
        ("half-lit", "half-lit"),
        ("and yet, and yet ...", "and yet, and yet …"),
        ("and yet...", "and yet…"),
        ("don't", "don’t"),
        ("'tis winter; 'Twas autumn", "’tis winter; ’Twas autumn"),
        ("in '49", "in ’49"),
        ("he says 'come in'", "he says ‘come in’"),
        ('"come in," she said', "“come in,” she said"),
        ('("here")', "(“here”)"),
        ("the poets' moon", "the poets’ moon"),
        ("winter rain ;", "winter rain;"),
        ("  two\tspaces  here ", "two spaces here"),
        ("cafe\u0301", "café"),
        ("already — set ‘so’", "already — set ‘so’"),
    ],
)
def test_a_typed_line_is_set_as_a_printer_would(typed: str, printed: str) -> None:
    assert typeset(typed) == printed


@given(st.text(alphabet="abc 'fil\"-.,;é—’“”", max_size=30))
def test_setting_a_set_line_again_changes_nothing(text: str) -> None:
    once = typeset(text)
    assert typeset(once) == once


@given(st.text(alphabet="abcdefghilé ", max_size=30))
def test_letters_are_neither_lost_nor_added(text: str) -> None:
    assert typeset(text).replace(" ", "") == text.replace(" ", "")


def test_fi_and_fl_become_ligatures() -> None:
    assert set_lines(["firefly flight"], ITALIC) == ["ﬁreﬂy ﬂight"]


def test_an_empty_line_parts_stanzas_and_empty_ends_go() -> None:
    assert set_lines(["", "one", "", "", "two", " "], ITALIC) == ["one", "", "two"]


def test_an_unknown_character_is_named_with_its_code_and_name() -> None:
    with pytest.raises(UserError) as fault:
        set_lines(["a wave 🌊", "日"], ITALIC)
    said = str(fault.value)
    assert "'🌊' (U+1F30A water wave)" in said
    assert "'日' (U+65E5" in said
    assert "\n" not in said


def test_an_invisible_character_is_named_too() -> None:
    with pytest.raises(UserError, match=r"U\+200B zero width space"):
        set_lines(["a\u200bb"], ITALIC)


@pytest.mark.parametrize("lines", [[], [""], ["  ", "\t"], ["\n"]])
def test_a_poem_without_words_is_refused(lines: list[str]) -> None:
    with pytest.raises(UserError, match="poem is empty"):
        set_lines(lines, ITALIC)


@pytest.mark.parametrize("face", [*LETTERING.values(), BRUSH], ids=lambda face: str(face.name))
def test_a_character_said_to_be_drawn_is_not_the_empty_box(face) -> None:  # type: ignore[no-untyped-def]
    font = font_at(face.path, 40.0)
    empty_box = bytes(font.getmask("\U0010fffd"))
    for character in "aZ09&?!;" + ("éßøŁş—…“’ﬁ" if face is not BRUSH else "俳雪あア"):
        assert face.draws(character)
        assert bytes(font.getmask(character)) != empty_box, character
    assert not face.draws("\U0010fffd")
    assert not face.draws("🌊")


def test_pairs_are_kerned_without_raqm() -> None:
    for face in (ITALIC, ROMAN):
        assert face.width("To", 100) < face.width("T", 100) + face.width("o", 100) - 1


def test_every_font_has_its_licence_beside_it_and_all_together_are_small() -> None:
    fonts = list(ITALIC.path.parent.glob("*.ttf"))
    assert {font.name for font in fonts} == {f.file for f in (ITALIC, ROMAN, BRUSH)}
    assert sum(font.stat().st_size for font in fonts) < 600_000
    for font in fonts:
        licence = font.parent / f"{font.name.split('-')[0]}-OFL.txt"
        assert "SIL OPEN FONT LICENSE" in licence.read_text(encoding="utf-8").upper()
