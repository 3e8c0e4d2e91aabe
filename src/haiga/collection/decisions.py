"""What was decided of a collection's items: a log that only grows, and can be undone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from haiga.collection.store import Collection, now, writing
from haiga.core.collecting import Decision, Fate
from haiga.core.errors import UserError

PERSON = "person"
"""Who decides at the keyboard or on a page; anything else is the text of a rule."""


def decide(
    collection: Collection, items: Iterable[str], fate: Fate, *, by: str = PERSON, reason: str = ""
) -> list[Decision]:
    """Appends one decision for each item (by id), all or none; returns them.

    A person's decision is not overruled: a rule passes over items that a person has decided.
    With a person's decision is kept which judges proposed to drop the item: those proposals
    are answered (see `collection.proposals`).
    """
    at, made = now(), []
    with writing(collection.index) as db:
        for item in items:
            if by != PERSON and _by_person(db, item):
                continue
            cursor = db.execute(
                "INSERT INTO decisions (item, fate, by, reason, at) VALUES (?, ?, ?, ?, ?)",
                (item, fate, by, reason, at),
            )
            number = int(cursor.lastrowid or 0)
            made.append(Decision(number, item, fate, by, reason, at))
            if by == PERSON:
                db.execute(
                    "INSERT INTO answered SELECT ?, curator, settings, reason FROM verdicts "
                    "WHERE item = ? AND NOT keep",
                    (number, item),
                )
    return made


def undo(collection: Collection, count: int = 1) -> list[Decision]:
    """Undoes the last `count` decisions that stand, the newest first; returns them.

    What a rule decided of many items at once counts as one. UserError when there is none.
    """
    if count < 1:
        raise UserError(f"undo: {count} is no count of decisions; give 1 or more")
    undone: list[Decision] = []
    with writing(collection.index) as db:
        for _ in range(count):
            last = _standing(db, "ORDER BY number DESC LIMIT 1")
            if not last:
                break
            newest = last[0]
            together = [newest]
            if newest.by != PERSON:
                together = _standing(
                    db,
                    "AND by = ? AND reason = ? AND at = ? ORDER BY number DESC",
                    (newest.by, newest.reason, newest.at),
                )
            db.executemany(
                "INSERT INTO undone VALUES (?, ?)", [(one.number, now()) for one in together]
            )
            undone += together
    if not undone:
        raise UserError(f"collection '{collection.name}': there is no decision to undo")
    return undone


def decisions(collection: Collection, *, undone: bool = False) -> list[Decision]:
    """The decisions in order; those that were undone too where `undone`."""
    with collection.read() as db:
        rows = db.execute(
            "SELECT d.*, u.decision IS NOT NULL AS gone FROM decisions d "
            "LEFT JOIN undone u ON u.decision = d.number ORDER BY d.number"
        ).fetchall()
    return [_decision(row) for row in rows if undone or not row["gone"]]


def _by_person(db: sqlite3.Connection, item: str) -> bool:
    last = _standing(db, "AND item = ? ORDER BY number DESC LIMIT 1", (item,))
    return bool(last) and last[0].by == PERSON


def _standing(db: sqlite3.Connection, rest: str, values: Sequence[object] = ()) -> list[Decision]:
    rows = db.execute(
        "SELECT *, 0 AS gone FROM decisions WHERE number NOT IN (SELECT decision FROM undone) "
        + rest,
        values,
    ).fetchall()
    return [_decision(row) for row in rows]


def _decision(row: sqlite3.Row) -> Decision:
    return Decision(
        row["number"], row["item"], row["fate"], row["by"], row["reason"], row["at"],
        bool(row["gone"]),
    )  # fmt: skip
