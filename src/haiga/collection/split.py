"""A collection in parts to learn from and to be tested on, no work on two sides; kept for good."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from haiga.collection.maker_names import read_makers
from haiga.collection.store import Collection, now, writing
from haiga.core.collecting import Item
from haiga.core.counted import counted
from haiga.core.errors import UserError
from haiga.media.column_filters import folded

TRAIN = "train"
UNASSIGNED = "unassigned"
"""The part of an item that came after the split was made."""

SHARES: Mapping[str, float] = {TRAIN: 0.8, "validation": 0.1, "test": 0.1}
WORK = ("work_id", "work", "object_id", "id")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class Split:
    """Which item is in which part, and how it came to be.

    `digest` is the sha256 of the parts: two splits with one digest are the same. `seed`,
    `shares` (of each part, as asked for) and `by_maker` made it.
    """

    parts: Mapping[str, str]
    seed: int
    shares: Mapping[str, float] = field(default_factory=lambda: SHARES)
    by_maker: bool = False
    name: str = ""
    made_at: str = ""

    @property
    def digest(self) -> str:
        text = "\n".join(f"{item} {part}" for item, part in sorted(self.parts.items()))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def sizes(self) -> dict[str, int]:
        """How many items each part has, in the order of the shares."""
        counts = Counter(self.parts.values())
        return {part: counts[part] for part in self.shares}

    def part(self, item: str) -> str:
        """The part of an item by id; "unassigned" where it came later."""
        return self.parts.get(item, UNASSIGNED)


def part_items(
    items: Sequence[Item],
    *,
    seed: int,
    shares: Mapping[str, float] = SHARES,
    by_maker: bool = False,
    groups: Mapping[str, str] | None = None,
) -> Split:
    """Parts of about these shares in which whole works lie together, and with `by_maker` whole
    makers.

    Together are items with one work id (`work_id`, `work`, `object_id`, `id`) of one source,
    with one title and maker, and of one group (`groups`: near duplicates, item id to any
    name). Which goes where depends on the seed and on the items' digests alone, as far as
    sizes allow: a group that would take twice a part's share stays in training. Raises
    UserError for shares that are none, and where a part would stay empty.
    """
    _check(shares, len(items))
    roots = _grouped(items, by_maker, groups or {})
    members: dict[str, list[str]] = {}
    for item in items:
        members.setdefault(roots[item.id], []).append(item.id)
    order = sorted(members, key=lambda g: hashlib.sha256(f"{seed}\n{g}".encode()).digest())
    parts = {item.id: TRAIN for item in items}
    free = list(order)
    for part in sorted((p for p in shares if p != TRAIN), key=lambda p: (shares[p], p)):
        if shares[part] == 0:
            continue
        wanted = max(1, round(shares[part] * len(items)))
        taken = 0
        for group in list(free):
            if taken >= wanted:
                break
            size = len(members[group])
            if taken + size > max(2 * wanted, 1) or len(free) == 1:
                continue
            parts |= dict.fromkeys(members[group], part)
            free.remove(group)
            taken += size
        if not taken:
            what = "maker" if by_maker else "work"
            raise UserError(
                f"split: nothing is left for the part '{part}': the {counted(len(items), 'item')} "
                f"are of {counted(len(members), what)} only; ask for fewer parts"
                f"{', or let makers stand on both sides' if by_maker else ''}"
            )
    return Split(parts, seed, dict(shares), by_maker)


def freeze_split(collection: Collection, name: str, split: Split) -> Split:
    """Keeps a split under a name for good; returns it as kept.

    The same split again changes nothing. Raises UserError where the name holds other parts.
    """
    if not _NAME.fullmatch(name):
        raise UserError(f"'{name}' cannot be a split's name: it begins with a letter or digit, and "
                        "holds letters, digits, ., - and _, at most 64")  # fmt: skip
    record = {
        "seed": split.seed,
        "shares": dict(split.shares),
        "by_maker": split.by_maker,
        "digest": split.digest,
    }
    with writing(collection.index) as db:
        row = db.execute("SELECT record, at FROM splits WHERE name = ?", (name,)).fetchone()
        if row is None:
            at = now()
            db.execute("INSERT INTO splits VALUES (?, ?, ?)", (name, json.dumps(record), at))
            db.executemany(
                "INSERT INTO parts VALUES (?, ?, ?)",
                [(name, item, part) for item, part in split.parts.items()],
            )
        elif json.loads(row["record"])["digest"] != split.digest:
            raise UserError(
                f"collection '{collection.name}': the split '{name}' is frozen with other parts "
                f"(of {row['at'][:10]}); choose another name"
            )
    return read_split(collection, name)


def read_split(collection: Collection, name: str) -> Split:
    """The split of this name; UserError where there is none."""
    with collection.read() as db:
        row = db.execute("SELECT * FROM splits WHERE name = ?", (name,)).fetchone()
        if row is None:
            there = [r["name"] for r in db.execute("SELECT name FROM splits ORDER BY name")]
            remedy = f"there is {', '.join(there)}" if there else "there is none yet"
            raise UserError(f"collection '{collection.name}': has no split '{name}'; {remedy}")
        parts = {
            r["item"]: r["part"]
            for r in db.execute("SELECT item, part FROM parts WHERE split = ?", (name,))
        }
    record = json.loads(row["record"])
    return Split(parts, record["seed"], record["shares"], record["by_maker"], name, row["at"])


def splits(collection: Collection) -> list[Split]:
    """Every frozen split, the oldest first."""
    with collection.read() as db:
        names = [r["name"] for r in db.execute("SELECT name FROM splits ORDER BY at, name")]
    return [read_split(collection, name) for name in names]


def _check(shares: Mapping[str, float], count: int) -> None:
    if TRAIN not in shares or any(not 0 <= s <= 1 for s in shares.values()):
        raise UserError("split: give each part a share from 0 to 1, one of them 'train'")
    if abs(sum(shares.values()) - 1) > 1e-6:
        raise UserError(f"split: the shares must make 1 together, not {sum(shares.values()):g}")
    parts = sum(share > 0 for share in shares.values())
    if count < parts:
        raise UserError(f"split: {counted(count, 'item')} cannot make {parts} parts")


def _grouped(items: Sequence[Item], by_maker: bool, groups: Mapping[str, str]) -> dict[str, str]:
    """The group of each item, named by the smallest digest in it."""
    parent = {item.id: item.id for item in items}

    def root(id_: str) -> str:
        while parent[id_] != id_:
            parent[id_] = parent[parent[id_]]
            id_ = parent[id_]
        return id_

    first: dict[tuple[object, ...], str] = {}
    for item in items:
        for key in _shared(item, by_maker, groups):
            low, high = sorted((root(item.id), root(first.setdefault(key, item.id))))
            parent[high] = low
    return {item.id: root(item.id) for item in items}


def _shared(item: Item, by_maker: bool, groups: Mapping[str, str]) -> Iterator[tuple[object, ...]]:
    """What an item has in common with all of its group."""
    if item.id in groups:
        yield ("group", groups[item.id])
    for passport in item.passports:
        columns = {name.casefold(): value for name, value in passport.columns.items()}
        work = next((columns[name] for name in WORK if columns.get(name)), "")
        if work:
            yield ("work", passport.source, folded(work))
        makers = read_makers(passport.maker)
        for maker in makers:
            if passport.title:
                yield ("title", folded(passport.title), maker.keys[0])
            if by_maker:
                yield from (("maker", key) for key in maker.keys)
