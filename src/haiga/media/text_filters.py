"""Texts chosen by their columns: "gender=female", "year<1900", authors with enough works."""

from __future__ import annotations

import operator
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite

from haiga.core.counted import counted
from haiga.core.errors import UserError
from haiga.core.suggest import nearest
from haiga.media.text import Text
from haiga.media.text_columns import listed

_CONDITION = re.compile(r"\s*(.+?)\s*(==|!=|<=|>=|=|<|>)\s*(.*?)\s*", re.S)
_NUMBER = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*", re.I | re.A)
_ORDERS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def keep_where(
    texts: Sequence[Text], where: Sequence[str], *, min_works: int = 0
) -> tuple[Text, ...]:
    """The texts that meet every condition, in order; then those of authors with enough works.

    A condition is `column=value`, `column!=value`, or `<`, `<=`, `>`, `>=` with a
    number. Case does not matter, in the column or the value; values that are
    numbers are compared as numbers (`1850` is `1850.0`). `author` and `title` are
    columns too. A text without the column meets no condition on it, not even `!=`;
    but `column=` (no value) asks for those without it, `column!=` for those with it.
    `min_works` keeps the authors of at least so many of the texts that are left;
    texts without an author are then left out.

    Raises `UserError` for a condition that cannot be read, a column that no text
    has (the message lists those there are), and when nothing is left.
    """
    kept = tuple(texts)
    for condition in [_parsed(entry) for entry in where]:
        column = _find_column(texts, condition)
        left = tuple(text for text in kept if condition.met_by(_value(text, column)))
        if kept and not left:
            raise UserError(
                f"--where '{condition}': keeps none of {counted(len(kept), 'text')}; "
                f"{_values(kept, column)}"
            )
        kept = left
    if min_works < 2:
        return kept
    return _of_busy_authors(kept, min_works)


@dataclass(frozen=True)
class _Condition:
    column: str
    sign: str
    value: str

    def __str__(self) -> str:
        return f"{self.column}{self.sign}{self.value}"

    def met_by(self, value: str) -> bool:
        if not self.value:
            return bool(value) == (self.sign == "!=")
        if not value:
            return False
        found, wanted = _number(value), _number(self.value)
        if self.sign in _ORDERS:
            return found is not None and wanted is not None and _ORDERS[self.sign](found, wanted)
        if found is not None and wanted is not None:
            same = found == wanted
        else:
            same = _folded(value) == _folded(self.value)
        return same == (self.sign == "=")


def _parsed(entry: str) -> _Condition:
    match = _CONDITION.fullmatch(entry)
    if match is None:
        raise UserError(
            f"--where '{entry}': is no condition; it looks like gender=female, author!=Anonymous "
            "or year<1900"
        )
    column, sign, value = match[1], match[2].replace("==", "="), match[3].strip("\"'")
    if sign in _ORDERS and _number(value) is None:
        raise UserError(f"--where '{entry}': '{sign}' compares numbers, and '{value}' is none")
    return _Condition(column, sign, value)


def _find_column(texts: Sequence[Text], condition: _Condition) -> str:
    """The column as it is written in the texts; "author" and "title" are always there."""
    columns = dict.fromkeys(column for text in texts for column in text.columns)
    every = [*columns, *(c for c in ("author", "title") if c not in columns)]
    for column in every:
        if column == condition.column:
            return column
    for column in every:
        if column.casefold() == condition.column.casefold():
            return column
    close = nearest(condition.column, every, count=1)
    mean = f" did you mean '{close[0]}'?" if close else ""
    raise UserError(
        f"--where '{condition}': no text has a column '{condition.column}';{mean} "
        f"{listed(every, 'the columns are')}"
    )


def _value(text: Text, column: str) -> str:
    value = text.columns.get(column, "")
    if value or column not in ("author", "title"):
        return value
    return text.author if column == "author" else text.title


def _values(texts: Sequence[Text], column: str) -> str:
    """`gender is: female (3,672), male (523), and none in 17,814`: what could be asked for."""
    counts = Counter(" ".join(_value(text, column).split()) for text in texts)
    none = counts.pop("", 0)
    if not counts:
        return f"{column} is given in none of them"
    common = counts.most_common(5)
    shown = ", ".join(f"{value[:40]} ({count:,})" for value, count in common)
    more = ", …" if len(counts) > 5 else ""
    return f"{column} is: {shown}{more}" + (f"; not given in {none:,}" if none else "")


def _of_busy_authors(texts: tuple[Text, ...], least: int) -> tuple[Text, ...]:
    works = Counter(_folded(text.author) for text in texts if text.author)
    if texts and not works:
        raise UserError(
            f"at least {least} works an author: the texts name no author; say which column does "
            "with --author-column"
        )
    left = tuple(text for text in texts if works[_folded(text.author)] >= least)
    if texts and not left:
        raise UserError(
            f"at least {least} works an author: keeps none of {counted(len(texts), 'text')}; no "
            f"author has more than {max(works.values()):,}"
        )
    return left


def _number(value: str) -> float | None:
    if not _NUMBER.fullmatch(value):
        return None
    number = float(value)
    return number if isfinite(number) else None


def _folded(value: str) -> str:
    return " ".join(value.casefold().split())
