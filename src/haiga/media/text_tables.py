"""Tables of texts: CSV and TSV, JSON lists and JSON lines, as rows of named columns."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from haiga.core.counted import counted
from haiga.core.errors import UserError
from haiga.media.text_columns import AUTHOR, TEXT, TITLE, guess

DELIMITERS = (",", ";", "\t", "|")

_SNIFFED = 200_000  # characters looked at to tell the delimiter
_FIELD_LIMIT = 2**31 - 1  # a C long on every system
_OPEN_QUOTE_LINES = 3_000  # a row over this many lines: a quotation mark was left open
_LAST = "\x1e\x1fthe end\x1f\x1e"  # a line after the last, which an open quotation swallows
_NEVER_ENDS = (
    "its quotation never ends, and all that follows in the file is taken for its text; close the "
    'quotation with "'
)


@dataclass(frozen=True)
class Row:
    """One row of a table: where it stands ("row 12", "line 7", "item 3"), column → value.

    Columns without a value are absent.
    """

    where: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """The columns of a table in file order, its rows, and what must be said."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


def read_csv(content: str, name: str, *, text_column: str | None = None) -> Table:
    """The rows of a CSV or TSV text; its first row names the columns.

    The delimiter (comma, semicolon, tab or bar) is the one that makes the most of
    the first rows. Rows are counted as a spreadsheet does, the column names being
    row 1. Rows with too few columns are left out and counted; so are those with
    too many, unless the text (`text_column`, or what looks like it) is the last
    column, which then takes the rest.
    Raises `UserError` when there is no row, or no telling rows apart.
    """
    delimiter, content = _delimiter(content)
    before = csv.field_size_limit(_FIELD_LIMIT)  # the module's own setting: put back below
    try:
        return _csv_table(content, delimiter, name, text_column)
    finally:
        csv.field_size_limit(before)


def _csv_table(content: str, delimiter: str, name: str, text_column: str | None) -> Table:
    rows = _csv_rows(content, delimiter, name)
    _, _, names, fault = next(rows, (1, 1, [], ""))
    if not names:
        raise UserError(f"{name}: is empty; give a table whose first row names the columns")
    columns = _column_names(names)
    last = columns[-1]
    last_is_text = (
        len(columns) == 1
        or last.casefold() == (text_column or guess(columns, TEXT)).strip().casefold()
    )
    kept: list[Row] = []
    few: list[int] = []
    many: list[int] = []
    joined: list[int] = []
    notes = [f"the row of column names: {fault}"] if fault else []
    for number, lines, cells, fault in rows:
        if fault:
            notes.append(f"row {number}, of {counted(lines, 'line')}: {fault}")
        elif lines > _OPEN_QUOTE_LINES:
            notes.append(f"row {number} has {lines:,} lines; is a quotation mark left open there?")
        if len(cells) < len(columns):
            few.append(number)
            continue
        if len(cells) > len(columns):
            if any(cells[len(columns) :]):
                (joined if last_is_text else many).append(number)
                if not last_is_text:
                    continue
                between = delimiter + " " * (delimiter in ",;")  # the reader took it away
                cells[len(columns) - 1] = between.join(cells[len(columns) - 1 :])
            cells = cells[: len(columns)]
        values = {c: v for c, v in zip(columns, cells, strict=True) if v and not v.isspace()}
        kept.append(Row(f"row {number}", values))
    for numbers, what in ((few, "few"), (many, "many")):
        if numbers:
            notes.append(f"{told('row', numbers)} with too {what} columns left out")
    if joined:
        notes.append(f"{told('row', joined)} with more cells than columns: the rest is text too")
    return Table(columns, tuple(kept), tuple(notes))


def _csv_rows(content: str, delimiter: str, name: str) -> Iterator[tuple[int, int, list[str], str]]:
    """Row number, how many lines it takes, cells, and what is wrong with its quotation marks.

    Empty rows count and are passed over.
    """
    spaced = delimiter != "\t"
    of_row: list[str] = []
    reader = csv.reader(
        _noted(_closed(content), of_row), delimiter=delimiter, skipinitialspace=spaced
    )
    number = 0
    try:
        for cells in reader:
            number += 1
            fault = ""
            if cells == [_LAST]:
                return
            if of_row[-1] == _LAST:
                fault = _NEVER_ENDS
                cells[-1] = cells[-1].removesuffix(_LAST)
                of_row.pop()
            elif len(of_row) > 1:
                fault = _loose_quotes(of_row, delimiter, spaced)
            if cells:
                yield number, len(of_row), cells, fault
            of_row.clear()
    except csv.Error as error:
        raise UserError(f"{name}: row {number + 1} cannot be read: {error}") from error


def _closed(content: str) -> Iterator[str]:
    """The lines of a table, and a last one that is a row of its own unless a quotation is open."""
    line = "\n"
    for line in io.StringIO(content, newline=""):
        yield line if line.endswith(("\n", "\r")) else line + "\n"
    yield _LAST


def _noted(lines: Iterator[str], of_row: list[str]) -> Iterator[str]:
    for line in lines:
        of_row.append(line)
        yield line


def _loose_quotes(lines: list[str], delimiter: str, spaced: bool) -> str:
    """What is wrong where a quotation of several lines ends in the middle of a cell, else ""."""
    try:
        list(csv.reader(lines, delimiter=delimiter, skipinitialspace=spaced, strict=True))
    except csv.Error:
        return (
            "a quotation ends in the middle of a cell; is a quotation mark left open there, or "
            "one inside the text not doubled?"
        )
    return ""


def _delimiter(content: str) -> tuple[str, str]:
    """The delimiter, and the content without Excel's `sep=;` line."""
    if content[:4].lower() == "sep=" and content[5:6] in ("\n", "\r"):
        return content[4], content[6:].lstrip("\r\n")
    sample = content[:_SNIFFED]
    scores: list[tuple[int, float, int]] = []
    for delimiter in DELIMITERS:
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        try:
            rows = [row for row in islice(reader, 50) if row]
        except csv.Error:
            rows = []
        if len(sample) < len(content) and len(rows) > 2 and len(rows) < 50:
            rows.pop()  # cut short by the end of the sample
        columns = rows[0] if rows else []
        known = sum(bool(guess(columns, names)) for names in (TEXT, AUTHOR, TITLE))
        alike = sum(len(row) == len(columns) for row in rows) / len(rows) if rows else 0.0
        scores.append((known, round(alike, 1) if len(columns) > 1 else 0.0, len(columns)))
    return DELIMITERS[scores.index(max(scores))], content


def _column_names(cells: list[str]) -> tuple[str, ...]:
    """The names of a first row: without spaces around them, none empty, none twice."""
    names: list[str] = []
    for place, cell in enumerate(cells, 1):
        name = " ".join(cell.split()) or f"column {place}"
        while name in names:
            name += f" {place}"
        names.append(name)
    return tuple(names)


def read_json(content: str, name: str) -> Table:
    """The rows of JSON lines or of one JSON list, of objects or of strings.

    A list may be the one list in an object (`{"poems": [...]}`). A list of strings
    in a record is lines, a list of such lists stanzas. Numbers become strings;
    nulls and objects within a record are passed over. Lines that are no JSON
    are left out and counted. Raises `UserError` when nothing is a record.
    """
    whole = _whole_json(content, name)
    rows: list[Row] = []
    wrong: list[int] = []
    for number, value in enumerate(whole, 1) if whole is not None else _json_lines(content):
        values = _record(value)
        if values is None:
            wrong.append(number)
        else:
            rows.append(Row(f"{'line' if whole is None else 'item'} {number}", values))
    unit = "line" if whole is None else "item"
    if not rows:
        first = f"{unit} {wrong[0]} is not one" if wrong else "there is nothing in it"
        raise UserError(f'{name}: holds no record such as {{"text": "…"}}: {first}')
    is_not = "is not a JSON record and was" if len(wrong) == 1 else "are no JSON records and were"
    notes = (f"{told(unit, wrong)} {is_not} left out",) if wrong else ()
    columns = dict.fromkeys(column for row in rows for column in row.values)
    return Table(tuple(columns), tuple(rows), notes)


class _NotJson:
    """What a line holds that cannot be parsed."""


def _json_lines(content: str) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(content.split("\n"), 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError):
                yield number, _NotJson()


def _whole_json(content: str, name: str) -> list[Any] | None:
    """The list that the content as a whole is, or `None` when it is JSON lines."""
    start = content.lstrip()[:1]
    if start not in ("[", "{"):
        return None
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        first_line = content.lstrip().split("\n", 1)[0]
        if start == "[" and not first_line.rstrip().endswith("]"):
            raise UserError(f"{name}: is not sound JSON: {error}") from error
        return None
    if isinstance(value, dict):
        if guess(list(value), TEXT):  # a record, not a box around records
            return [value] if "\n" in content.strip() else None
        lists = [v for v in value.values() if isinstance(v, list) and _record_like(v)]
        return lists[0] if len(lists) == 1 else [value]
    return value if isinstance(value, list) else None


def _record_like(values: list[Any]) -> bool:
    return bool(values) and isinstance(values[0], dict)


def _record(value: Any) -> dict[str, str] | None:
    if isinstance(value, str):
        return {"text": value}
    if not isinstance(value, dict):
        return None
    found = {str(key): _written(entry) for key, entry in value.items()}
    return {key: entry for key, entry in found.items() if entry and not entry.isspace()}


def _written(value: Any) -> str:
    """A JSON value as a cell: strings as they are, lists of strings as lines."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value) if value == value else ""  # NaN is how pandas writes nothing
    if isinstance(value, list) and all(isinstance(v, (str, int, float)) for v in value):
        return "\n".join(str(v) for v in value)
    if isinstance(value, list) and all(isinstance(v, list) for v in value):
        return "\n\n".join(_written(v) for v in value)
    return ""


def told(unit: str, numbers: list[int]) -> str:
    """`1 row (row 7)`, `12 rows (rows 2, 5, 9, …)`."""
    shown = ", ".join(str(n) for n in numbers[:5]) + (", …" if len(numbers) > 5 else "")
    many = "s" if len(numbers) > 1 else ""
    return f"{len(numbers):,} {unit}{many} ({unit}{many} {shown})"
