"""Who and what is represented: makers, places, centuries, gender as told, licences, sources.

Nothing is guessed. Gender stands as a source or a list told it, with who told it, and what
nobody told is a row of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from haiga.collection.maker_names import read_makers
from haiga.collection.years import century_of, read_years
from haiga.core.collecting import Item

NOT_TOLD = "not told"
GENDER = ("gender", "sex", "maker_gender", "artist_gender", "creator_gender", "artist_sex")
_NOTHING = frozenset(("", "null", "none", "nan", "n/a", "-", "?"))


@dataclass(frozen=True)
class Row:
    """How many items share a value; `told_by` names who told it where that matters."""

    value: str
    told_by: str
    kept: float
    undecided: float
    dropped: float

    @property
    def all(self) -> float:
        return self.kept + self.undecided + self.dropped


@dataclass(frozen=True)
class Ledger:
    """One table for each question, the most frequent value first and "not told" last.

    An item counts once in each table, but under each of its makers.
    """

    items: int
    tables: Mapping[str, tuple[Row, ...]]
    """Keys: makers, gender, places, centuries, licences, sources."""


def ledger(items: Sequence[Item]) -> Ledger:
    """Counts over a collection, by what has become of the items."""
    return Ledger(len(items), _tables(items, {item.id: 1.0 for item in items}))


def weighted_ledger(items: Sequence[Item], weights: Mapping[str, float]) -> Ledger:
    """The same by weight: who stands behind what a model makes.

    `weights` are those of items by id, 0 and more, such as how often each was the nearest to
    something that the model made; they are brought to the sum 1, so that rows are shares.
    Raises ValueError where they are all zero or name no item.
    """
    mine = [item for item in items if weights.get(item.id, 0.0) > 0]
    total = sum(weights[item.id] for item in mine)
    if not total > 0:
        raise ValueError("no item has a weight above zero")
    return Ledger(len(mine), _tables(mine, {i.id: weights[i.id] / total for i in mine}))


def _tables(items: Sequence[Item], weights: Mapping[str, float]) -> dict[str, tuple[Row, ...]]:
    questions: dict[str, Callable[[Item], list[tuple[str, str]]]] = {
        "makers": _makers,
        "gender": _gender,
        "places": _places,
        "centuries": _centuries,
        "licences": lambda item: [(item.passport.licence, "")],
        "sources": lambda item: [(p.source, "") for p in item.passports],
    }
    return {name: _rows(items, weights, ask) for name, ask in questions.items()}


def _rows(
    items: Sequence[Item],
    weights: Mapping[str, float],
    ask: Callable[[Item], list[tuple[str, str]]],
) -> tuple[Row, ...]:
    sums: defaultdict[tuple[str, str], dict[str, float]] = defaultdict(
        lambda: {"kept": 0.0, "undecided": 0.0, "dropped": 0.0}
    )
    for item in items:
        answers = [(" ".join(v.split()), by) for v, by in ask(item)]
        told = [pair for pair in answers if pair[0].casefold() not in _NOTHING]
        for pair in dict.fromkeys(told or [(NOT_TOLD, "")]):
            sums[pair][item.fate] += weights[item.id]
    rows = [Row(value, by, **counts) for (value, by), counts in sums.items()]
    return tuple(sorted(rows, key=lambda r: (r.value == NOT_TOLD, -r.all, r.value, r.told_by)))


def _makers(item: Item) -> list[tuple[str, str]]:
    makers = read_makers(item.passport.maker)
    return [(f"{m.written} ({m.attributed})" if _loose(m.attributed, m.written) else m.written, "")
            for m in makers]  # fmt: skip


def _loose(attributed: str, written: str) -> bool:
    return bool(attributed) and attributed not in written.casefold()


def _places(item: Item) -> list[tuple[str, str]]:
    return [(next((p.place for p in item.passports if p.place), ""), "")]


def _centuries(item: Item) -> list[tuple[str, str]]:
    told = (century_of(read_years(passport.date)) for passport in item.passports)
    return [(next((century for century in told if century), ""), "")]


def _gender(item: Item) -> list[tuple[str, str]]:
    """What was told of the maker's gender, and by whom; who disagree are named together."""
    told: list[tuple[str, str]] = []
    for passport in item.passports:
        for attribute in passport.attributes:
            if attribute.name.casefold() in GENDER:
                by = attribute.told_by or passport.source
                said = ", as they say of themselves" if attribute.self_identified else ""
                told.append((attribute.value.strip(), f"{by}{said}"))
        for column, value in passport.columns.items():
            if column.casefold().replace(" ", "_") in GENDER:
                told.append((value.strip(), f"the column '{column}' of {passport.source}"))
    told = [(v, by) for v, by in dict.fromkeys(told) if v.casefold() not in _NOTHING]
    values = {value.casefold() for value, _ in told}
    if len(values) > 1:
        return [("told differently", "; ".join(f"{v}: {by}" for v, by in told))]
    if not told:
        return []
    return [(told[0][0].casefold(), ", ".join(dict.fromkeys(by for _, by in told)))]
