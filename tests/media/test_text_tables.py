"""Tables written by others' programs, and tables of nonsense."""

import csv
import io
import json
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from haiga.core.errors import UserError
from haiga.media.text_tables import read_csv, read_json

CELL = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=20).map(str.strip)
LYRIC = st.text(st.sampled_from("ab,;\t|\"'\n é"), max_size=60).map(lambda s: "x" + s)
ROWS = st.lists(st.tuples(CELL, CELL, LYRIC), min_size=1, max_size=8)


@given(ROWS, st.sampled_from(",;\t|"), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_what_a_program_writes_as_csv_is_read_back(
    rows: list[tuple[str, str, str]], delimiter: str, quoting: int
) -> None:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([("artist", "song", "lyrics"), *rows])
    table = read_csv(buffer.getvalue(), "a.csv")
    assert table.columns == ("artist", "song", "lyrics")
    assert table.notes == ()
    for number, (row, found) in enumerate(zip(rows, table.rows, strict=True), 2):
        assert found.where == f"row {number}"
        expected = zip(table.columns, row, strict=True)
        assert found.values == {c: v for c, v in expected if v and not v.isspace()}


@given(st.lists(st.dictionaries(CELL, st.one_of(CELL, st.integers(), st.none())), min_size=1))
def test_what_a_program_writes_as_json_lines_is_read_back(records: list[dict[str, object]]) -> None:
    content = "".join(json.dumps(record) + "\n" for record in records)
    table = read_json(content + '"end"\n', "a.jsonl")
    for record, row in zip(records, table.rows, strict=False):
        assert row.values == {
            k: str(v) for k, v in record.items() if v is not None and str(v).strip()
        }
    assert table.notes == ()


@given(st.text(st.sampled_from('ab,;\t|"\n\r {}[]:1\\'), max_size=200))
def test_nonsense_is_read_or_refused_in_words(content: str) -> None:
    for read in (read_csv, read_json):
        with suppress(UserError):
            table = read(content, "a")
            assert all(set(row.values) <= set(table.columns) for row in table.rows)


def test_excels_line_about_its_delimiter_is_no_column_name() -> None:
    table = read_csv("sep=;\r\nartist;text\r\nLi;snow, rain\r\n", "a.csv")
    assert table.columns == ("artist", "text")
    assert table.rows[0].values["text"] == "snow, rain"


def test_columns_of_one_name_are_kept_apart() -> None:
    table = read_csv("text,text,,text\na,b,c,d\n", "a.csv")
    assert dict(table.rows[0].values) == {
        "text": "a",
        "text 2": "b",
        "column 3": "c",
        "text 4": "d",
    }


def test_a_comma_after_the_last_cell_is_no_cell() -> None:
    table = read_csv("text,author\nsnow,Li,\nrain,Du,,\n", "a.csv")
    assert [row.values["author"] for row in table.rows] == ["Li", "Du"]
    assert table.notes == ()


def test_a_quotation_that_never_ends_is_told_with_its_row() -> None:
    for end in ("", "\n", "\r\n"):
        table = read_csv(f'artist,text\nA,"x y\nB,z w{end}', "a.csv")
        assert table.rows[0].values["text"].split() == ["x", "y", "B,z", "w"]
        assert len(table.notes) == 1
        assert table.notes[0].startswith("row 2, of 2 lines: its quotation never ends, and all")
    short = read_csv('artist,text\nA,x\n"B,z\nC,d\n', "a.csv")
    assert [row.values["artist"] for row in short.rows] == ["A"]
    assert short.notes[0].startswith("row 3, of 2 lines: its quotation never ends")


def test_a_quotation_that_swallows_rows_until_another_begins_is_told() -> None:
    table = read_csv('artist,text\nA,"x y\nB,"z w"\nC,d\n', "a.csv")
    assert len(table.rows) == 2
    assert table.notes[0].startswith("row 2, of 2 lines: a quotation ends in the middle of a cell")
    assert read_csv('artist,text\nA,"x ""y""\nB"\nC,5" tall\n', "a.csv").notes == ()
