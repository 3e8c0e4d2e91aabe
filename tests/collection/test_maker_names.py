"""Makers as sources write them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haiga.collection.maker_names import folded_name, name_key, read_makers

MORISOT = name_key("Berthe Morisot")


@pytest.mark.parametrize(
    "written",
    [
        "Berthe Morisot",
        "Morisot, Berthe (French, 1841–1895)",
        "MORISOT BERTHE",
        "berthe  morisot",
        "Berthe Morisot, French, 1841–1895",
        "Berthe Morisot (1841-1895)",
        "Artist: Berthe Morisot",
        "Berthe Morisot [French]",
        "by Berthe Morisot",
        "Bérthe Morìsot",
        "Berthe Morisot b. 1841",
        "Morisot, Berthe, 1841-1895",
        "Berthe Morisot, born 1841",
    ],
)
def test_one_painter_is_one_name_however_it_is_written(written: str) -> None:
    (maker,) = read_makers(written)
    assert maker.attributed == ""
    assert MORISOT in maker.keys


@pytest.mark.parametrize(
    ("written", "how"),
    [
        ("After Berthe Morisot", "after"),
        ("Attributed to Berthe Morisot", "attributed to"),
        ("Workshop of Berthe Morisot (French)", "workshop of"),
        ("circle of Berthe Morisot", "circle of"),
        ("Copy after Berthe Morisot", "copy after"),
        ("Berthe Morisot (attributed to)", "attributed to"),
        ("Berthe Morisot, after", "after"),
        ("Berthe Morisot, school of", "school of"),
        ("d'après Berthe Morisot", "d'après"),
        ("possibly by Berthe Morisot", "possibly by"),
        ("Berthe Morisot and workshop", "and workshop"),
        ("In the style of Berthe Morisot", "in the style of"),
        ("Follower of Morisot, Berthe", "follower of"),
        ("Berthe Morisot (follower of)", "follower of"),
    ],
)
def test_a_work_that_is_only_attributed_says_how(written: str, how: str) -> None:
    (maker,) = read_makers(written)
    assert maker.attributed == how
    assert MORISOT in maker.keys


@pytest.mark.parametrize(
    "field",
    [
        "Berthe Morisot; Mary Cassatt",
        "Berthe Morisot and Mary Cassatt",
        "Berthe Morisot\nMary Cassatt",
        "Berthe Morisot & Mary Cassatt (American)",
        "Morisot, Berthe | Cassatt, Mary",
        "Mary Cassatt, Berthe Morisot",
        "Morisot, Berthe , Cassatt, Mary",
    ],
)
def test_a_field_may_name_several_makers(field: str) -> None:
    keys = {key for maker in read_makers(field) for key in maker.keys}
    assert {MORISOT, name_key("Mary Cassatt")} <= keys


def test_who_copied_and_who_was_copied_are_two() -> None:
    by, after = read_makers("Jane Doe after Berthe Morisot")
    assert (by.attributed, after.attributed) == ("", "after")
    assert (by.keys[0], after.keys[0]) == (name_key("Jane Doe"), MORISOT)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "  ",
        "Unknown",
        "anonymous",
        "Anonymous (Italian, 16th century)",
        "unknown artist",
        "(1874)",
        "?",
        "Unknown Artist (1800–1850)",
    ],
)
def test_nobody_is_no_maker(written: str) -> None:
    assert read_makers(written) == []


def test_father_and_son_are_two() -> None:
    elder, younger = (read_makers(f"Jan Brueghel the {w}")[0] for w in ("Elder", "Younger"))
    assert set(elder.keys).isdisjoint(younger.keys)


def test_letters_without_a_plain_form_are_kept() -> None:
    assert folded_name("葛飾 北斎") == "葛飾 北斎"
    assert folded_name("Søren Łukasz Æbelø") == "soren lukasz aebelo"
    assert folded_name("が") == "が"


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_and_every_maker_has_a_name(text: str) -> None:
    for maker in read_makers(text):
        assert maker.keys
        assert all(all(key) for key in maker.keys)


WORDS = st.text(st.characters(categories=["Lu", "Ll"], max_codepoint=0x24F), min_size=3, max_size=8)


@settings(deadline=None)
@given(
    st.lists(
        WORDS.filter(
            lambda w: (
                w.casefold()
                not in (
                    "and",
                    "und",
                    "unknown",
                    "anonymous",
                    "with",
                    "nach",
                    "after",
                    "copy",
                    "anon",
                    "none",
                    "null",
                    "nan",
                    "various",
                )
            )
        ),
        min_size=2,
        max_size=3,
    ),
    st.integers(1400, 1950),
)
def test_inverting_a_name_and_adding_its_dates_changes_nothing(words: list[str], born: int) -> None:
    name = " ".join(words)
    inverted = f"{words[-1]}, {' '.join(words[:-1])} ({born}–{born + 60})"
    if name_key(name):
        assert name_key(name) in {key for m in read_makers(inverted) for key in m.keys}
    assert name_key(name.upper()) == name_key(name)
