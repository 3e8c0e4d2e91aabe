"""Conditions on the columns of anything that was read: "gender=female", "year<1900"."""

from __future__ import annotations

import operator
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TypeVar

from haiga.core.counted import counted
from haiga.core.errors import UserError
from haiga.core.suggest import nearest
from haiga.media.text_columns import listed

T = TypeVar("T")

_CONDITION = re.compile(r"\s*(.+?)\s*(==|!=|<=|>=|=|<|>)\s*(.*?)\s*", re.S)
_NUMBER = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*", re.I | re.A)
_ORDERS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def keep_matching(
    things: Sequence[T],
    where: Sequence[str],
    *,
    noun: str,
    columns: Sequence[str],
    values: Callable[[T, str], Sequence[str]],
) -> tuple[T, ...]:
    """The things that meet every condition, in order.

    A condition is `column=value`, `column!=value`, or `<`, `<=`, `>`, `>=` with a
    number. Case does not matter, in the column or the value; values that are
    numbers are compared as numbers (`1850` is `1850.0`). A thing without the column
    meets no condition on it, not even `!=`; but `column=` (no value) asks for those
    without it, `column!=` for those with it. Where a thing has several values in a
    column, one that meets the condition is enough, and `!=` asks that none is equal.

    `columns` are the names there are, as written; `values(thing, column)` is what a
    thing has there; `noun` names one ("text"). Raises `UserError` for a condition that
    cannot be read, a column that there is not (the message lists those there are), and
    when nothing is left.
    """
    kept = tuple(things)
    for condition in [_parsed(entry) for entry in where]:
        column = find_column(columns, condition.column, f"--where '{condition}'", noun)
        left = tuple(thing for thing in kept if condition.met_by(values(thing, column)))
        if kept and not left:
            raise UserError(
                f"--where '{condition}': keeps none of {counted(len(kept), noun)}; "
                f"{_values([values(thing, column) for thing in kept], column)}"
            )
        kept = left
    return kept


def find_column(columns: Sequence[str], wanted: str, asked: str, noun: str) -> str:
    """The column as it is written; `UserError` opens with `asked` and lists those there are."""
    for column in columns:
        if column == wanted:
            return column
    for column in columns:
        if column.casefold() == wanted.strip().casefold():
            return column
    close = nearest(wanted, columns, count=1)
    mean = f" did you mean '{close[0]}'?" if close else ""
    there = listed(columns, "the columns are") if columns else "there are no columns"
    raise UserError(f"{asked}: no {noun} has a column '{wanted}';{mean} {there}")


def folded(value: str) -> str:
    """A value as it is compared: case and the number of spaces do not matter."""
    return " ".join(value.casefold().split())


@dataclass(frozen=True)
class _Condition:
    column: str
    sign: str
    value: str

    def __str__(self) -> str:
        return f"{self.column}{self.sign}{self.value}"

    def met_by(self, found: Sequence[str]) -> bool:
        there = [value for value in found if value]
        if not self.value:
            return bool(there) == (self.sign == "!=")
        if self.sign in _ORDERS:
            return any(self._ordered(value) for value in there)
        same = any(self._equals(value) for value in there)
        return bool(there) and same == (self.sign == "=")

    def _ordered(self, value: str) -> bool:
        number, wanted = _number(value), _number(self.value)
        return number is not None and wanted is not None and _ORDERS[self.sign](number, wanted)

    def _equals(self, value: str) -> bool:
        number, wanted = _number(value), _number(self.value)
        if number is not None and wanted is not None:
            return number == wanted
        return folded(value) == folded(self.value)


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


def _values(found: Sequence[Sequence[str]], column: str) -> str:
    """`gender is: female (3,672), male (523), and none in 17,814`: what could be asked for."""
    counts = Counter(" ".join(value.split()) for row in found for value in row or ("",))
    none = counts.pop("", 0)
    if not counts:
        return f"{column} is given in none of them"
    common = counts.most_common(5)
    shown = ", ".join(f"{value[:40]} ({count:,})" for value, count in common)
    more = ", …" if len(counts) > 5 else ""
    return f"{column} is: {shown}{more}" + (f"; not given in {none:,}" if none else "")


def _number(value: str) -> float | None:
    if not _NUMBER.fullmatch(value):
        return None
    number = float(value)
    return number if isfinite(number) else None
