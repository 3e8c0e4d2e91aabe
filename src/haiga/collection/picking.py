"""Items by what their passports tell: conditions on columns, and dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from haiga.collection.years import read_years
from haiga.core.collecting import Item
from haiga.core.errors import UserError
from haiga.media.column_filters import keep_matching

FIELDS = ("title", "maker", "date", "place", "licence", "credit", "consent", "caption", "source",
          "source_id", "url")  # fmt: skip


@dataclass(frozen=True)
class Picked:
    """The ids of the items that are kept, in order, and why each of the others is not."""

    kept: tuple[str, ...]
    passed: Mapping[str, str]


def by_column(items: Sequence[Item], where: Sequence[str]) -> Picked:
    """The items that meet every condition ("gender=female", "medium!=photograph", "year<1900").

    Columns are the passport's own fields, its attributes, whatever else its source told, and
    `year`, read from its date; one passport that meets a condition is enough. Raises UserError
    as `media.column_filters.keep_matching` does, also where nothing is left.
    """
    columns = list(
        dict.fromkeys(
            [*FIELDS, "year", "fate"]
            + [a.name for i in items for p in i.passports for a in p.attributes]
            + [c for i in items for p in i.passports for c in p.columns]
        )
    )
    left, passed = tuple(items), dict[str, str]()
    for condition in where:
        met = keep_matching(left, [condition], noun="item", columns=columns, values=told)
        ids = {item.id for item in met}
        passed |= {i.id: f"does not meet '{condition}'" for i in left if i.id not in ids}
        left = met
    return Picked(tuple(item.id for item in left), passed)


def told(item: Item, column: str) -> list[str]:
    """Every value that an item's passports have in a column."""
    if column == "fate":
        return [item.fate]
    values: list[str] = []
    for passport in item.passports:
        if column in FIELDS:
            values.append(getattr(passport, column))
        values += [a.value for a in passport.attributes if a.name == column]
        values += passport.columns.get(column, "").split("\n")
    if column == "year" and not any(values):
        years = [read_years(p.date) for p in item.passports]
        values = [str(y.first) for y in years if y and y.first is not None]
    return [value for value in values if value]


def by_date(
    items: Sequence[Item], first: int | None, last: int | None, *, unknown: bool = False
) -> Picked:
    """The items made from one year to another, both included; None leaves an end open.

    An item is kept where all of the years that its date names lie inside; where they may lie
    inside or outside ("after 1870"), and where it names none, `unknown` decides.
    Raises UserError where the years are the wrong way round.
    """
    if first is not None and last is not None and first > last:
        raise UserError(f"the years {first} to {last}: the first comes after the last")
    kept, passed = [], dict[str, str]()
    for item in items:
        date = next((p.date for p in item.passports if read_years(p.date)), item.passport.date)
        years = read_years(date)
        inside = years.within(first, last) if years else None
        if inside or (inside is None and unknown):
            kept.append(item.id)
        elif years is None:
            passed[item.id] = f"has a date without a year: '{date}'" if date else "has no date"
        elif inside is None:
            passed[item.id] = f"may or may not be of those years: {years}"
        else:
            passed[item.id] = f"is of {years}"
    return Picked(tuple(kept), passed)
