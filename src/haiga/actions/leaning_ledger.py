"""Who stands behind what was made: the passports of the works that it leans on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from haiga.collection.ledger import Ledger, weighted_ledger
from haiga.collection.store import Collection
from haiga.inspection.inspect_report import Inspection

QUESTIONS = ("makers", "gender", "centuries", "places")
SHOWN = 5


def leaning_ledger(collection: Collection, inspection: Inspection) -> Ledger:
    """Shares of makers, gender as told, centuries and places among the works that inspected
    pictures are nearest to, each work by how many are."""
    named = inspection.judge.reference.named
    weights = {named[place].key: float(n) for place, n in inspection.leaning.nearest}
    return weighted_ledger(collection.items(), weights)


def as_json(ledger: Ledger) -> Mapping[str, Any]:
    """Each question's values with their shares, the largest first."""
    return {
        question: [
            {"value": row.value, "told_by": row.told_by, "share": round(row.all, 4)}
            for row in ledger.tables[question]
        ]
        for question in QUESTIONS
    }


def lines_of(ledger: Ledger) -> list[str]:
    """A line a question: the first few values with their shares in per cent."""
    out = []
    for question in QUESTIONS:
        rows = ledger.tables[question]
        shown = ", ".join(f"{row.value} {row.all:.0%}" for row in rows[:SHOWN])
        more = f" and {len(rows) - SHOWN:,} more" if len(rows) > SHOWN else ""
        out.append(f"leans on, by {question}: {shown}{more}")
    return out
