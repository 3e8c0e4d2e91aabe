"""Choose items by a list of makers, by columns and by dates; and part a collection for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from haiga.collection.decisions import decide
from haiga.collection.lists import Matched, match_makers, read_name_list
from haiga.collection.picking import by_column, by_date
from haiga.collection.store import Collection
from haiga.core.collecting import Item
from haiga.core.errors import UserError


@dataclass(frozen=True)
class Chosen:
    """What was picked, and why each other item was not.

    `matched` says what a list of makers found, None where none was given; `dropped` counts the
    items that were dropped by it.
    """

    kept: tuple[Item, ...]
    passed: tuple[tuple[Item, str], ...]
    matched: Matched | None = None
    notes: tuple[str, ...] = ()
    dropped: int = 0


def pick(
    collection: Collection,
    *,
    makers: Path | None = None,
    attributed: bool = False,
    where: Sequence[str] = (),
    years: tuple[int | None, int | None] = (None, None),
    undated: bool = False,
    drop_others: bool = False,
) -> Chosen:
    """The items that meet every condition among those that are not dropped.

    A list's columns (gender, born …) become attributes of the makers of what it matched. With
    `drop_others` the rest is dropped by one rule, undone as one. Raises UserError where no
    condition is given, or nothing is left.
    """
    if makers is None and not where and years == (None, None):
        raise UserError("pick: by what? give --artists FILE, --where, --from-year or --to-year")
    items = collection.items(("kept", "undecided"))
    if not items:
        raise UserError(f"'{collection.name}' has no item to pick from")
    by_id = {item.id: item for item in items}
    passed: dict[str, str] = {}
    left = list(items)
    matched: Matched | None = None
    notes: tuple[str, ...] = ()
    rules: list[str] = []
    if makers is not None:
        names = read_name_list(makers)
        matched, notes = match_makers(left, names, attributed=attributed), names.notes
        if matched.attributes:
            collection.keep_attributes(matched.attributes)
        passed |= matched.passed
        left = [by_id[i] for i in matched.kept]
        rules.append(f"makers of {makers.name}")
    if where and left:
        picked = by_column(left, where)
        passed |= picked.passed
        left = [by_id[i] for i in picked.kept]
        rules += list(where)
    if years != (None, None) and left:
        picked = by_date(left, *years, unknown=undated)
        passed |= picked.passed
        left = [by_id[i] for i in picked.kept]
        rules.append(f"years {years[0] or ''}–{years[1] or ''}")
    dropped = 0
    if drop_others:
        if not left:
            raise UserError(f"pick: {', '.join(rules)} leaves nothing, so nothing was dropped")
        others = [item.id for item in items if item.id in passed]
        by = f"pick {', '.join(rules)}"
        dropped = len(decide(collection, others, "dropped", by=by, reason=f"not {by}"))
    rest = tuple((by_id[i], reason) for i, reason in passed.items())
    return Chosen(tuple(left), rest, matched, tuple(notes), dropped)
