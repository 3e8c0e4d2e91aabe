"""Texts chosen by their columns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haiga.core.errors import UserError
from haiga.media.texts import Text, keep_where


def text(name: str, author: str = "", **columns: str) -> Text:
    return Text(name, author, columns=columns)


TEXTS = (
    text("a", "Emily Dickinson", gender="female", year="1862"),
    text("b", "Emily Dickinson", gender="Female", year="1863.0"),
    text("c", "Walt Whitman", gender="male", year="1900"),
    text("d", "Sappho", gender="female", year="c. -600"),
    text("e", "", year="99"),
    text("f", "emily  dickinson", Kind="a=b"),
)


@pytest.mark.parametrize(
    ("where", "left"),
    [
        ([], "abcdef"),
        (["gender=female"], "abd"),
        (["GENDER == Female"], "abd"),
        (["gender!=female"], "c"),
        (["year<1900"], "abe"),
        (["year<=1900"], "abce"),
        (["year>99"], "abc"),
        (["year>=1863"], "bc"),
        (["year=1863"], "b"),
        (["year!=1863"], "acde"),
        (["year=c. -600"], "d"),
        (["gender=female", "year<1863"], "a"),
        (["author=Emily Dickinson"], "abf"),
        (["author!=emily dickinson"], "cd"),
        (["author="], "e"),
        (["gender="], "ef"),
        (["gender!="], "abcd"),
        (["kind=A=B"], "f"),
        (["gender='female'"], "abd"),
    ],
)
def test_conditions_keep_what_they_say(where: list[str], left: str) -> None:
    assert "".join(t.text for t in keep_where(TEXTS, where)) == left


def test_only_authors_with_enough_works_are_kept() -> None:
    assert "".join(t.text for t in keep_where(TEXTS, [], min_works=3)) == "abf"
    assert "".join(t.text for t in keep_where(TEXTS, ["year>0"], min_works=2)) == "ab"
    assert keep_where(TEXTS, [], min_works=1) == TEXTS
    with pytest.raises(UserError, match=r"keeps none of 6 texts; no author has more than 3"):
        keep_where(TEXTS, [], min_works=4)
    with pytest.raises(UserError, match="name no author; say which column does"):
        keep_where([text("a"), text("b")], [], min_works=2)


@pytest.mark.parametrize(
    ("where", "words"),
    [
        (["female"], "'female': is no condition; it looks like gender=female"),
        (["=female"], "is no condition"),
        (["year<old"], "'<' compares numbers, and 'old' is none"),
        (["gendr=x"], "no text has a column 'gendr'; did you mean 'gender'?"),
        (["gendr=x"], "the columns are: gender, year, Kind, author, title"),
        (["gender=x"], "keeps none of 6 texts; gender is: female (2), Female (1), male (1); "),
        (["gender=x"], "not given in 2"),
        (["title=Snow"], "title is given in none of them"),
        (["gender=female", "year>1900"], "'year>1900': keeps none of 3 texts; year is: 1862 (1)"),
    ],
)
def test_a_condition_that_cannot_be_met_says_what_could_be(where: list[str], words: str) -> None:
    with pytest.raises(UserError) as caught:
        keep_where(TEXTS, where)
    assert words in str(caught.value)
    assert f"--where '{where[-1]}'" in str(caught.value)


def test_all_conditions_are_read_before_any_is_tried() -> None:
    with pytest.raises(UserError, match="is no condition"):
        keep_where(TEXTS, ["gender=x", "female"])


def test_nothing_to_choose_from_stays_nothing() -> None:
    assert keep_where((), ["author=Li"], min_works=3) == ()


@given(st.integers(-3000, 3000), st.sampled_from(["", ".0", ".00"]))
def test_numbers_are_compared_as_numbers(year: int, tail: str) -> None:
    texts = tuple(text(str(n), year=f"{n}{tail}") for n in (year - 1, year, year + 1))
    names = {
        sign: [t.text for t in keep_where(texts, [f"year{sign}{year}"])]
        for sign in ("<", "<=", "=", ">=", ">", "!=")
    }
    low, same, high = str(year - 1), str(year), str(year + 1)
    assert names == {
        "<": [low], "<=": [low, same], "=": [same], ">=": [same, high], ">": [high],
        "!=": [low, high],
    }  # fmt: skip
