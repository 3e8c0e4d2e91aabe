"""A collection on disk: files by digest, and one SQLite index of all that is known of them.

    collection.sqlite3        items, passports, decisions, looks, verdicts, splits
    files/ab/cdef….jpg        every picture's own bytes, by their sha256
    aside/                    downloads under way; a killed run goes on from them

A picture is in the index once its file is whole and on disk. Nothing is ever removed: a
dropped item is passed over, and a decision can be undone.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from pathlib import Path

from haiga.archive.index import connected, open_index, transaction
from haiga.collection.migrations import MIGRATIONS
from haiga.collection.upkeep import naming
from haiga.core.collecting import Attribute, Fate, Item, Looks, Missed, Passport
from haiga.core.errors import UserError
from haiga.core.nouns import Verdict
from haiga.core.suggest import nearest
from haiga.features import looks as looks_room
from haiga.media.durable import make_folder, write_durably

FOLDER, INDEX = "collections", "collection.sqlite3"
LEAST_OF_DIGEST = 6  # letters that name an item
MOST_LOOKED_UP = 500  # values of one SQL statement

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")

_ITEMS = """
    SELECT items.*, d.fate, d.reason, d.by FROM items LEFT JOIN decisions d ON d.number = (
        SELECT max(number) FROM decisions WHERE item = items.id
        AND number NOT IN (SELECT decision FROM undone))
"""


class Collection:
    """An open collection; safe to use from several processes at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = folder.name
        self.index = folder / INDEX

    @classmethod
    def new(cls, studio: Path, name: str, *, about: str = "") -> Collection:
        """An empty collection in a studio folder; UserError where there is one of this name."""
        if not _NAME.fullmatch(name):
            raise UserError(
                f"'{name}' cannot be a collection's name: it begins with a letter or digit, and "
                "holds letters, digits, - and _, at most 64"
            )
        folder = studio / FOLDER / name
        if (folder / INDEX).is_file():
            raise UserError(f"there is a collection '{name}' already; `haiga collection add` fills "
                            "it, or choose another name")  # fmt: skip
        make_folder(folder)
        with naming(folder / INDEX):
            open_index(folder / INDEX, MIGRATIONS)
        made = cls(folder)
        made.tell("about", about)
        made.tell("made_at", now())
        return made

    @classmethod
    def open(cls, studio: Path, name: str) -> Collection:
        """The collection of this name, brought up to date; UserError where there is none."""
        folder = studio / FOLDER / name
        if not _NAME.fullmatch(name) or not (folder / INDEX).is_file():
            there = names(studio)
            close = nearest(name, there)
            remedy = (
                f"did you mean '{close[0]}'?"
                if close
                else f"there is {', '.join(there)}"
                if there
                else f"`haiga collection new {name if _NAME.fullmatch(name) else 'NAME'}` makes one"
            )
            raise UserError(f"{studio}: holds no collection '{name}'; {remedy}")
        with naming(folder / INDEX):
            open_index(folder / INDEX, MIGRATIONS)
        return cls(folder)

    # What is known of the whole

    def tell(self, fact: str, value: str) -> None:
        """Keeps a fact about the collection, in place of the one of this name."""
        with self._write() as db:
            db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (fact, value))

    def told(self, fact: str) -> str:
        """A fact about the collection, "" where it was never told."""
        with self.read() as db:
            row = db.execute("SELECT value FROM facts WHERE name = ?", (fact,)).fetchone()
        return str(row["value"]) if row else ""

    # Items

    def file(self, item: Item) -> Path:
        """Where the item's own bytes lie."""
        return self.folder / "files" / item.id[:2] / f"{item.id[2:]}{item.suffix}"

    def lacks(self, item: Item) -> str:
        """Why an item's file cannot be used, "" where it is there in its full size."""
        try:
            if self.file(item).stat().st_size == item.bytes:
                return ""
        except OSError:
            return "its file is gone from the collection; add its source again"
        return "its file is not whole any more; add its source again"

    def items(self, fates: Sequence[Fate] = ("kept", "undecided", "dropped")) -> list[Item]:
        """The items with one of these fates, in the order they came."""
        with self.read() as db:
            rows = db.execute(f"{_ITEMS} ORDER BY items.number").fetchall()
            passports = _passports(db)
        made = (_item(row, passports[row["id"]]) for row in rows)
        return [item for item in made if item.fate in fates]

    def item(self, wanted: str) -> Item:
        """The item of a number, or of the digest that begins so, by six letters or more;
        UserError otherwise."""
        word = wanted.strip().lower().removeprefix("#")
        number = int(word) if word.isascii() and word.isdigit() and len(word) < 8 else -1
        with self.read() as db:
            rows = db.execute(f"{_ITEMS} WHERE items.number = ?", (number,)).fetchall()
            if not rows and len(word) >= LEAST_OF_DIGEST:
                rows = db.execute(
                    f"{_ITEMS} WHERE substr(items.id, 1, ?) = ? LIMIT 3", (len(word), word)
                ).fetchall()
            if len(rows) == 1:
                return _item(rows[0], _passports(db, rows[0]["id"])[rows[0]["id"]])
        if rows:
            raise UserError(f"'{wanted}' begins several items of '{self.name}'; give more of it")
        if re.fullmatch(r"[0-9a-f]*[a-f][0-9a-f]*", word) and len(word) < LEAST_OF_DIGEST:
            raise UserError(
                f"'{wanted}' is too little of a digest; give {LEAST_OF_DIGEST} letters of it or "
                f"more, or a number as `haiga collection list {self.name}` shows it"
            )
        raise UserError(f"'{self.name}' holds no item '{wanted}'; `haiga collection list "
                        f"{self.name}` shows its items")  # fmt: skip

    def known(self, source: str) -> set[str]:
        """What the source calls the items that are here already."""
        with self.read() as db:
            rows = db.execute("SELECT source_id FROM passports WHERE source = ?", (source,))
            return {str(row["source_id"]) for row in rows}

    def keep_file(self, sha256: str, suffix: str, data: bytes) -> Path:
        """Writes an item's bytes durably; `insert` lists it."""
        path = self.folder / "files" / sha256[:2] / f"{sha256[2:]}{suffix}"
        if not path.is_file() or path.stat().st_size != len(data):
            make_folder(path.parent)
            write_durably(path, data)
        return path

    def insert(self, items: Iterable[tuple[Item, str]], passports: Sequence[tuple[str, Passport]],
               missed: Sequence[tuple[str, Missed]] = ()) -> None:  # fmt: skip
        """Lists items whose files are kept (each with its format), passports of items by id,
        and what a source could not give; all of it or nothing."""
        at = now()
        with self._write() as db:
            db.executemany(
                "INSERT OR IGNORE INTO items (id, suffix, bytes, width, height, format, remarks, "
                "added_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [(i.id, i.suffix, i.bytes, i.width, i.height, kind, "\n".join(i.remarks), at)
                 for i, kind in items],
            )  # fmt: skip
            db.executemany(
                "INSERT OR IGNORE INTO passports (item, source, source_id, record) "
                "VALUES (?, ?, ?, ?)",
                [(id_, p.source, p.source_id, _as_json(p)) for id_, p in passports],
            )
            db.executemany(
                "DELETE FROM missed WHERE source = ? AND source_id = ?",
                [(p.source, p.source_id) for _, p in passports],
            )
            db.executemany(
                "INSERT OR REPLACE INTO missed VALUES (?, ?, ?, ?)",
                [(source, m.source_id, m.reason, at) for source, m in missed],
            )

    def missed(self) -> list[tuple[str, Missed]]:
        """What sources named and could not give, with the source of each; an address that
        another source gave since is not missed any more."""
        with self.read() as db:
            rows = db.execute(
                "SELECT * FROM missed WHERE source_id NOT IN (SELECT source_id FROM passports "
                "WHERE source_id LIKE 'http%://%') ORDER BY source, source_id"
            ).fetchall()
        return [(row["source"], Missed(row["source_id"], row["reason"])) for row in rows]

    def forget_missed(self, source: str, but: Iterable[str]) -> None:
        """Forgets what a source could not give once, but for those it still cannot."""
        kept = set(but)
        with self._write() as db:
            rows = db.execute("SELECT source_id FROM missed WHERE source = ?", (source,)).fetchall()
            db.executemany(
                "DELETE FROM missed WHERE source = ? AND source_id = ?",
                [(source, row["source_id"]) for row in rows if row["source_id"] not in kept],
            )

    def keep_attributes(self, told: Mapping[str, Sequence[Attribute]]) -> None:
        """Keeps what a list tells of the makers of items by id, in place of what it told before.

        It stands in the items' first passports; what the source told stays as it was.
        """
        at = now()
        with self._write() as db:
            db.executemany(
                "INSERT OR REPLACE INTO told VALUES (?, ?, ?, ?, ?, ?)",
                [(i, a.name, a.value, a.told_by, a.self_identified, at)
                 for i, attributes in told.items() for a in attributes],
            )  # fmt: skip

    # What was seen and judged

    def looks(self) -> dict[str, Looks]:
        """The kept looks of every item that has them, by id."""
        with self.read() as db:
            rows = db.execute(
                "SELECT item, data FROM looks WHERE version = ?", (looks_room.VERSION,)
            ).fetchall()
        return {row["item"]: looks_room.unpacked(row["data"]) for row in rows}

    def keep_looks(self, looks: Mapping[str, Looks]) -> None:
        """Keeps the looks of items by id, in place of earlier ones."""
        with self._write() as db:
            db.executemany(
                "INSERT OR REPLACE INTO looks VALUES (?, ?, ?)",
                [(i, looks_room.VERSION, looks_room.packed(seen)) for i, seen in looks.items()],
            )

    def verdicts(self) -> dict[str, list[Verdict]]:
        """Every judge's latest verdict on every judged item, by id."""
        out: dict[str, list[Verdict]] = {}
        with self.read() as db:
            for row in db.execute("SELECT * FROM verdicts ORDER BY item, curator"):
                verdict = Verdict(row["curator"], bool(row["keep"]), row["score"], row["reason"])
                out.setdefault(row["item"], []).append(verdict)
        return out

    def judged(self) -> dict[str, dict[str, str]]:
        """Which judge has judged which items with which settings: curator to id to settings."""
        out: dict[str, dict[str, str]] = {}
        with self.read() as db:
            for row in db.execute("SELECT curator, item, settings FROM verdicts"):
                out.setdefault(row["curator"], {})[row["item"]] = row["settings"]
        return out

    def keep_verdicts(
        self, curator: str, verdicts: Mapping[str, Verdict], *, settings: str = ""
    ) -> None:
        """Keeps a judge's verdicts on items by id, in place of its earlier ones on them."""
        at = now()
        with self._write() as db:
            db.executemany(
                "INSERT OR REPLACE INTO verdicts VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(i, curator, settings, int(v.keep), float(v.score), v.reason, at)
                 for i, v in verdicts.items()],
            )  # fmt: skip

    @contextlib.contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection to ask with."""
        with naming(self.index), connected(self.index) as db:
            yield db

    def _write(self) -> AbstractContextManager[sqlite3.Connection]:
        return writing(self.index)


@contextlib.contextmanager
def writing(index: Path) -> Iterator[sqlite3.Connection]:
    """A connection inside one transaction: all that is done, or nothing."""
    with naming(index), connected(index) as db, transaction(db):
        yield db


def names(studio: Path) -> list[str]:
    """The collections of a studio folder, sorted."""
    try:
        return sorted(p.parent.name for p in (studio / FOLDER).glob(f"*/{INDEX}"))
    except OSError:
        return []


def now() -> str:
    """The time as the index keeps it: UTC, ISO 8601, whole seconds."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _as_json(passport: Passport) -> str:
    return json.dumps(asdict(passport), ensure_ascii=False, allow_nan=False)


def _passports(db: sqlite3.Connection, item: str | None = None) -> dict[str, list[Passport]]:
    where, values = ("WHERE item = ?", (item,)) if item else ("", ())
    out: dict[str, list[Passport]] = {}
    for row in db.execute(f"SELECT item, record FROM passports {where} ORDER BY number", values):
        record = json.loads(row["record"])
        record["attributes"] = tuple(Attribute(**one) for one in record["attributes"])
        out.setdefault(row["item"], []).append(Passport(**record))
    for row in db.execute(f"SELECT * FROM told {where} ORDER BY item, name, told_by", values):
        told = row["self_identified"]
        self_identified = None if told is None else bool(told)
        more = Attribute(row["name"], row["value"], row["told_by"], self_identified)
        first = out[row["item"]][0]
        out[row["item"]][0] = replace(first, attributes=(*first.attributes, more))
    return out


def _item(row: sqlite3.Row, passports: Sequence[Passport]) -> Item:
    return Item(
        id=row["id"],
        number=row["number"],
        suffix=row["suffix"],
        bytes=row["bytes"],
        width=row["width"],
        height=row["height"],
        added_at=row["added_at"],
        passports=tuple(passports),
        remarks=tuple(filter(None, row["remarks"].split("\n"))),
        fate=row["fate"] or "undecided",
        reason=row["reason"] or "",
        decided_by=row["by"] or "",
    )
