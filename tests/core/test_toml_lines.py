import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haiga.core.toml_lines import key_lines, parse

TEXT = '''# an artist
name = "a"

[poet]   # who writes
use = "lstm.v1"
note = """
use = "not a key"
[nor.a.table]
"""
"odd key" = 1

[a.b]
c.d = [
  1,
]
'''


def test_every_key_has_its_line() -> None:
    lines = key_lines(TEXT)
    assert lines["name"] == 2
    assert lines["poet"] == 4
    assert lines["poet.use"] == 5
    assert lines["poet.note"] == 6
    assert lines["a.b.c.d"] == 13
    assert "nor.a.table" not in lines


def test_good_toml_has_no_faults() -> None:
    values, faults = parse(TEXT)
    assert faults == []
    assert values == tomllib.loads(TEXT)


def test_a_text_that_never_ends_is_one_fault() -> None:
    _, faults = parse('a = """\nb = 1\nc = 2\n')
    assert len(faults) == 1


def test_a_broken_table_name_hides_what_is_under_it() -> None:
    _, faults = parse("[poet\nuse = 1\nuse = 2\n")
    assert [line for line, _ in faults] == [1]


@given(st.text(max_size=200))
def test_no_text_whatever_is_more_than_a_fault(text: str) -> None:
    values, faults = parse(text)
    key_lines(text)
    assert not (values and faults)


keys = st.text("abcdefgh_-", min_size=1, max_size=6)


@given(st.dictionaries(keys, st.dictionaries(keys, st.integers(0, 9), min_size=1), max_size=5))
def test_the_line_of_a_key_holds_that_key(tables: dict[str, dict[str, Any]]) -> None:
    text = "".join(
        f"[{table}]\n" + "".join(f"{k} = {v}\n" for k, v in pairs.items())
        for table, pairs in tables.items()
    )
    lines, rows = key_lines(text), text.splitlines()
    for table, pairs in tables.items():
        assert rows[lines[table] - 1] == f"[{table}]"
        for key, value in pairs.items():
            assert rows[lines[f"{table}.{key}"] - 1] == f"{key} = {value}"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('a = 1\nname = "cinq\nlines = [2]\n', 2, "a quotation is not closed on this line"),
        ('a = 1\r\nname = "cinq\r\n', 2, "a quotation is not closed on this line"),
        ("a = 1\nname = 'cinq\nlines = [2]\n", 2, "a quotation is not closed"),
        ('lines = [2, 4\nrhyme = "x"\n', 2, "is not closed before this, or lacks a comma"),
        ("name = “cinquain”\n", 1, 'straight "quotation marks"'),
        ("name cinquain\n", 1, "write key = value"),
    ],
)
def test_a_fault_says_what_to_look_for(text: str, line: int, said: str) -> None:
    _, faults = parse(text)
    assert faults[0][0] == line
    assert said in faults[0][1]
    assert "Illegal character" not in faults[0][1]
