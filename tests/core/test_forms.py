"""Forms as data: haiga's own, a user's own file, and everything that can be wrong with one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haiga.core.errors import UserError
from haiga.core.forms import FORMS, Form, Span, form_from, form_of, read_form


def test_a_form_is_found_by_name_and_a_near_miss_is_hinted() -> None:
    assert form_of("haiku").counts == (5, 7, 5)
    with pytest.raises(UserError, match="did you mean 'couplet'"):
        form_of("cuplet")


def test_the_lines_of_a_quatrain_rhyme_the_second_with_the_fourth() -> None:
    form = FORMS["quatrain"]
    assert form.earlier_rhymes(3) == (1,)
    assert form.later_rhymes(1) == (3,)
    assert form.earlier_rhymes(2) == form.later_rhymes(0) == ()


def test_each_stanza_has_rhymes_of_its_own() -> None:
    form = FORMS["couplet"].of_lines(6)
    assert len(form.lines) == 6
    assert [form.earlier_rhymes(i) for i in range(6)] == [(), (0,), (), (2,), (), (4,)]


def test_another_number_of_lines_is_a_whole_number_of_stanzas_or_refused() -> None:
    assert len(FORMS["free"].of_lines(3).lines) == 3
    with pytest.raises(UserError, match="multiple of 4; try 4, 8"):
        FORMS["lyric"].of_lines(6)
    with pytest.raises(UserError, match="has 3 lines"):
        FORMS["haiku"].of_lines(4)
    with pytest.raises(UserError, match="from 1 to 200"):
        FORMS["free"].of_lines(0)


def test_a_users_own_form_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "cinquain.toml"
    path.write_text('name = "cinquain"\nlines = [2, "3-4", "free", 8, 2]\nrhyme = "aXxba"\n')
    with pytest.raises(UserError, match=r"cinquain\.toml:3: rhyme: line 4: 'b' rhymes with no"):
        form_of(str(path))
    path.write_text('name = "cinquain"\nlines = [2, "3-4", "free", 8, 2]\nrhyme = "aXxxa"\n')
    form = form_of(str(path))
    assert form == Form("cinquain", (Span(2, 2), Span(3, 4), None, Span(8, 8), Span(2, 2)), "axxxa")
    assert form.counts is None
    assert form.earlier_rhymes(4) == (0,)


def test_every_fault_of_a_form_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(
        'name = 7\nlines = [5, "9-6", true, 99]\nrhyme = "aab"\nrepeat = "yes"\ncolour = 1\n'
    )
    with pytest.raises(UserError) as caught:
        read_form(path)
    told = str(caught.value).splitlines()
    assert len(told) == 7
    for place, piece in [
        (":1: name:", "letters"), (":2: lines: line 2", "'9-6'"), (":2: lines: line 3", "True"),
        (":2: lines: line 4", "99"), (":3: rhyme:", "3 letters for 4 lines"),
        (":4: repeat:", "true or false"), (":5: colour:", "no such key"),
    ]:  # fmt: skip
        assert any(place in line and piece in line for line in told), (place, told)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "name: is missing"),
        ("name = \n", "bad.toml:1"),
        ('name = "haiku"\nlines = [5]\n', "form of haiga's own"),
        ('name = "a"\nlines = []\n', "one entry a line"),
        ('name = "a"\nlines = ["free", "free"]\nrhyme = "aa"\n', "a free line cannot rhyme"),
    ],
)
def test_a_form_that_cannot_be_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(UserError, match=said):
        read_form(path)


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        form_of(str(tmp_path / "none.toml"))


_line = st.one_of(
    st.integers(1, 40),
    st.tuples(st.integers(1, 40), st.integers(0, 9)).map(lambda p: f"{p[0]}-{min(40, sum(p))}"),
    st.just("free"),
)


@given(st.lists(_line, min_size=1, max_size=12), st.booleans())
def test_a_form_written_as_a_table_is_read_back_the_same(lines: list[object], again: bool) -> None:
    faults: list[tuple[str, str]] = []
    form = form_from({"name": "own", "lines": lines, "repeat": again}, faults)
    assert not faults
    assert form_from(form.table(), faults) == form
    assert not faults
