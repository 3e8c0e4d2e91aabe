"""What judges propose to drop, what people answered, and how often a judge was wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from haiga.collection.decisions import PERSON
from haiga.collection.store import Collection
from haiga.core.nouns import Verdict


@dataclass(frozen=True)
class Standing:
    """How a judge stands with the people who decide: counts of its proposals to drop.

    `open` are not answered; `followed` are of items that a person dropped, `rejected` of items
    that a person kept: its false alarms. `answered_no` in [0, 1] is their share of those.
    """

    curator: str
    judged: int
    proposed: int
    open: int
    followed: int
    rejected: int

    @property
    def answered_no(self) -> float | None:
        answered = self.followed + self.rejected
        return self.rejected / answered if answered else None


def open_proposals(collection: Collection, item: str = "") -> dict[str, list[Verdict]]:
    """The proposals to drop that nobody has answered, by item, the worst of an item first;
    those on one item where its id is given.

    Of an item that a person kept, a judge's proposal with the settings that it had then is
    answered, also when the judge has run again; one with other settings, or of another judge,
    is not. A dropped item has none.
    """
    out: dict[str, list[Verdict]] = {}
    with collection.read() as db:
        rows = db.execute(
            f"""
            SELECT v.* FROM verdicts v LEFT JOIN ({_LAST}) d ON d.item = v.item
            WHERE NOT v.keep AND (? = '' OR v.item = ?)
            AND coalesce(d.fate, 'undecided') != 'dropped'
            AND NOT (coalesce(d.by, '') = ? AND d.fate = 'kept' AND EXISTS (
                SELECT 1 FROM answered a WHERE a.decision = d.number
                AND a.curator = v.curator AND a.settings = v.settings))
            ORDER BY v.item, v.score, v.curator
            """,
            (item, item, PERSON),
        ).fetchall()
    for row in rows:
        verdict = Verdict(row["curator"], False, row["score"], row["reason"])
        out.setdefault(row["item"], []).append(verdict)
    return out


def verdicts_on(collection: Collection, item: str) -> list[Verdict]:
    """Every judge's latest verdict on one item, by id."""
    with collection.read() as db:
        rows = db.execute("SELECT * FROM verdicts WHERE item = ? ORDER BY curator", (item,))
        return [Verdict(r["curator"], bool(r["keep"]), r["score"], r["reason"]) for r in rows]


def standings(collection: Collection) -> tuple[Standing, ...]:
    """How each judge stands, by name; proposals that were answered count by the last answer."""
    counts: dict[str, dict[str, int]] = {}

    def of(curator: str) -> dict[str, int]:
        return counts.setdefault(
            curator, {"judged": 0, "proposed": 0, "open": 0, "followed": 0, "rejected": 0}
        )

    with collection.read() as db:
        for row in db.execute(
            "SELECT curator, count(*) AS n, sum(NOT keep) AS no FROM verdicts GROUP BY curator"
        ):
            of(row["curator"]).update(judged=row["n"], proposed=row["no"])
        for row in db.execute(
            f"""
            SELECT a.curator, d.fate, count(*) AS n FROM answered a
            JOIN ({_LAST}) d ON d.number = a.decision GROUP BY a.curator, d.fate
            """
        ):
            if row["fate"] != "undecided":
                name = "followed" if row["fate"] == "dropped" else "rejected"
                of(row["curator"])[name] = row["n"]
    for verdicts in open_proposals(collection).values():
        for verdict in verdicts:
            of(verdict.name)["open"] += 1
    return tuple(Standing(name, **counts[name]) for name in sorted(counts))


def told(standing: Standing) -> str:
    """ "blurred.v1: 14 proposals, 5 open; of 9 answered, people kept 2 (22 %)"."""
    text = f"{standing.curator}: {standing.proposed:,} proposals, {standing.open:,} open"
    share, answered = standing.answered_no, standing.followed + standing.rejected
    if share is None:
        return f"{text}; none answered yet"
    return f"{text}; of {answered:,} answered, people kept {standing.rejected:,} ({share:.0%})"


def uncertainty(
    verdicts: Mapping[str, list[Verdict]], learned: str = "learned."
) -> dict[str, float]:
    """How unsure the learned judge is of each item that it judged: 1 at a score of a half."""
    return {
        item: 1 - 2 * abs(verdict.score - 0.5)
        for item, every in verdicts.items()
        for verdict in every
        if verdict.name.startswith(learned)
    }


_LAST = """
    SELECT number, item, fate, by FROM decisions WHERE number IN (
        SELECT max(number) FROM decisions
        WHERE number NOT IN (SELECT decision FROM undone) GROUP BY item)
"""
