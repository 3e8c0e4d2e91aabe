"""What a collection holds, what was decided and why: figures for a page, a terminal or JSON."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, get_args

import numpy as np

from haiga.collection.decisions import decisions
from haiga.collection.ledger import Ledger, ledger
from haiga.collection.licences import Gate, allows, read_licence
from haiga.collection.proposals import Standing, open_proposals, standings
from haiga.collection.reasons import grouped
from haiga.collection.split import Split, splits
from haiga.collection.store import Collection
from haiga.core.collecting import Fate, Item, Missed
from haiga.core.nouns import Verdict
from haiga.features.flat_map import flat_map

GATES: tuple[Gate, ...] = get_args(Gate)
MOST_POINTS = 600
"""Items on the map; of more a part is drawn, the same one each time."""
MOST_EXAMPLES = 6
MOST_NAMES = 4


@dataclass(frozen=True)
class LicenceRow:
    """Items under one licence: how its sources word it, and which gates it passes and why."""

    name: str
    items: int
    worded: tuple[str, ...]
    passes: Mapping[str, bool]
    reason: str


@dataclass(frozen=True)
class Reason:
    """Why things are missing: the reason, how many, and the first few of them."""

    source: str
    reason: str
    count: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """An item on the map, `x` and `y` in [0, 1]."""

    item: Item
    x: float
    y: float
    proposed: bool


@dataclass(frozen=True)
class CollectionReport:
    """Everything the report says; `examples` are items that a judge proposes to drop, worst
    first, with its verdicts, by judge."""

    name: str
    about: str
    made_at: str
    counts: Mapping[str, int]
    missed: tuple[Reason, ...]
    judges: tuple[Standing, ...]
    examples: Mapping[str, tuple[tuple[Item, Verdict], ...]]
    rules: tuple[tuple[str, int], ...]
    licences: tuple[LicenceRow, ...]
    gates: Mapping[str, int]
    ledger: Ledger
    splits: tuple[tuple[Split, int], ...]
    """Each with how many items came after it was made."""
    credits: tuple[tuple[str, int], ...]
    map: tuple[Place, ...]
    looked_at: int
    notes: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The report without its pictures and map: plain JSON values."""
        return {
            "collection": self.name,
            "about": self.about,
            "made_at": self.made_at,
            "counts": dict(self.counts),
            "missed": [asdict(reason) for reason in self.missed],
            "judges": [{**asdict(j), "answered_no": j.answered_no} for j in self.judges],
            "rules": [{"rule": rule, "items": count} for rule, count in self.rules],
            "licences": [{**asdict(r), "passes": dict(r.passes)} for r in self.licences],
            "gates": dict(self.gates),
            "ledger": {
                question: [asdict(row) for row in rows]
                for question, rows in self.ledger.tables.items()
            },
            "splits": [
                {
                    "name": split.name, "seed": split.seed, "by_maker": split.by_maker,
                    "sizes": split.sizes, "unassigned": later, "digest": split.digest,
                    "made_at": split.made_at,
                }
                for split, later in self.splits
            ],
            "credits": [{"credit": credit, "items": count} for credit, count in self.credits],
            "notes": list(self.notes),
        }  # fmt: skip


def report_on(collection: Collection, *, with_map: bool = True) -> CollectionReport:
    """Reads the collection and counts; nothing is changed.

    Licences, gates and credits are those of items that are not dropped.
    """
    items = collection.items()
    mine = [item for item in items if item.fate != "dropped"]
    proposals = open_proposals(collection)
    fates = Counter(item.fate for item in items)
    every: tuple[Fate, ...] = ("kept", "undecided", "dropped")
    missed = collection.missed()
    licences = _licences(mine)
    notes = []
    looks = collection.looks() if with_map else {}
    if with_map and len(looks) < len(items):
        notes.append(
            f"{len(items) - len(looks):,} of {len(items):,} items have not been looked at yet: "
            "they are not on the map"
        )
    untold = sum(not any(p.licence for p in item.passports) for item in mine)
    if untold:
        notes.append(f"of {untold:,} items no source tells a licence")
    return CollectionReport(
        collection.name,
        collection.told("about"),
        collection.told("made_at"),
        {"items": len(items), **{fate: fates[fate] for fate in every}, "missed": len(missed)},
        _missed(missed),
        standings(collection),
        _examples(items, collection.verdicts()),
        _rules(collection),
        licences,
        {gate: sum(r.items for r in licences if r.passes[gate]) for gate in GATES},
        ledger(items),
        tuple((s, sum(i.id not in s.parts for i in items)) for s in splits(collection)),
        _credits(mine),
        _map(items, {i: one.late[0] for i, one in looks.items()}, proposals) if looks else (),
        len(looks),
        tuple(notes),
    )


def _licences(items: Sequence[Item]) -> tuple[LicenceRow, ...]:
    """By licence; an item counts once, where its sources tell several by the strictest."""
    worded: defaultdict[str, Counter[str]] = defaultdict(Counter)
    passes: dict[str, dict[str, bool]] = {}
    reasons: dict[str, str] = {}
    texts = {i.id: "; ".join(dict.fromkeys(p.licence for p in i.passports if p.licence))
             for i in items}  # fmt: skip
    read = {text: read_licence(text) for text in set(texts.values())}
    for item in items:
        licence = read[texts[item.id]]
        worded[licence.name][texts[item.id] or "nothing told"] += 1
        answers = {gate: allows(licence, gate) for gate in GATES}
        before = passes.setdefault(licence.name, {g: a.passes for g, a in answers.items()})
        passes[licence.name] = {g: before[g] and answers[g].passes for g in GATES}
        reasons.setdefault(licence.name, licence.reason)
    rows = [
        LicenceRow(name, sum(of.values()), tuple(t for t, _ in of.most_common(MOST_NAMES)),
                   passes[name], reasons[name])
        for name, of in worded.items()
    ]  # fmt: skip
    return tuple(sorted(rows, key=lambda row: (-row.items, row.name)))


def _missed(missed: Sequence[tuple[str, Missed]]) -> tuple[Reason, ...]:
    by_source: defaultdict[str, list[Missed]] = defaultdict(list)
    for source, one in missed:
        by_source[source].append(one)
    rows = [
        Reason(source, group.reason, group.count, group.names)
        for source, some in by_source.items()
        for group in grouped(some)
    ]
    return tuple(sorted(rows, key=lambda r: (-r.count, r.source, r.reason)))


def _examples(
    items: Sequence[Item], verdicts: Mapping[str, Sequence[Verdict]]
) -> dict[str, tuple[tuple[Item, Verdict], ...]]:
    found: defaultdict[str, list[tuple[Item, Verdict]]] = defaultdict(list)
    for item in items:
        for verdict in verdicts.get(item.id, ()):
            if not verdict.keep:
                found[verdict.name].append((item, verdict))
    return {
        name: tuple(sorted(of, key=lambda p: (p[1].score, p[0].number))[:MOST_EXAMPLES])
        for name, of in sorted(found.items())
    }


def _rules(collection: Collection) -> tuple[tuple[str, int], ...]:
    by = Counter(f"{one.by}: {one.fate}" for one in decisions(collection))
    return tuple(by.most_common())


def _credits(items: Sequence[Item]) -> tuple[tuple[str, int], ...]:
    told = Counter(" ".join((i.passport.credit or i.passport.source).split()) for i in items)
    return tuple(told.most_common())


def _map(
    items: Sequence[Item],
    late: Mapping[str, Any],
    proposals: Mapping[str, Sequence[Verdict]],
) -> tuple[Place, ...]:
    """Up to `MOST_POINTS` items, chosen by their digests, laid out by what the eye sees late."""
    seen = [item for item in items if item.id in late]
    chosen = sorted(seen, key=lambda i: hashlib.sha256(f"map\n{i.id}".encode()).digest())
    drawn = sorted(chosen[:MOST_POINTS], key=lambda i: i.number)
    points = np.stack([np.asarray(late[item.id], np.float32) for item in drawn])
    points /= np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-9)
    places = flat_map(points)
    return tuple(
        Place(item, float(x), float(y), item.id in proposals)
        for item, (x, y) in zip(drawn, places, strict=True)
    )
