"""Results of steps kept by their keys, so that what was made once is not made again.

    cache.sqlite3     what is kept, under which key, and small values themselves
    files/ab/cdef…    larger values by the sha256 of their bytes
    aside/            what is being written; emptied by `prune`
    in-use.sqlite3    held by every run, so that nothing is pruned under it

Nothing here is the only copy of anything: a value that is missing or damaged counts as never
made, and so does an index. That is why nothing is flushed to disk (every value is verified by
its digest when it is used) and why no fault of the disk ends a run: it goes on without keeping,
and says so once.
"""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import sqlite3
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haiga.engine.cache_index import Index, Instant
from haiga.engine.cache_prune import Pruned, Wish, prune
from haiga.engine.cache_records import Record, StepUse, records, step_uses
from haiga.engine.cache_why import Why, why
from haiga.engine.keys import Parts, canonical

INLINE_BYTES = 64 * 1024
"""Values up to this size lie in the index, larger ones in files."""
FLUSH_S = 5.0
"""How often the counts of hits are written down; a killed run loses those since the last time."""


def _no_instant(point: str) -> None:
    pass


@dataclass(frozen=True)
class Kept:
    """A value that was kept: its bytes, verified, their sha256, and how long it took to make."""

    key: str
    data: bytes
    digest: str
    seconds: float


class Cache:
    """An open cache; safe to use from several threads and processes at once.

    No fault of the disk or of the cache's files is an error (`prune` alone raises for
    them): `on_trouble` gets a sentence for each kind of fault, once. Close it, or use
    it in a `with`: as long as it is open no other process can prune it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        on_trouble: Callable[[str], None] = lambda sentence: None,
        at_instant: Instant = _no_instant,
    ) -> None:
        self.folder = folder
        self._at = at_instant
        self._lock = threading.Lock()
        self._hits: dict[str, tuple[int, float]] = {}
        self._flushed = time.monotonic()
        self._source_files: dict[str, tuple[str, str]] | None = None
        self._details: set[tuple[int, str]] = set()
        self._index = Index(folder, on_trouble, at_instant)

    def __enter__(self) -> Cache:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def get(self, key: str) -> Kept | None:
        """The value kept under a key, verified; None where there is none that is whole.

        A damaged one is forgotten. "" is the key of what cannot be kept: always None.
        """
        if not key:
            return None
        row = self._index.query(
            "SELECT records.digest, bytes, seal, seconds, value, records.rowid, small.rowid "
            "FROM records LEFT JOIN small ON small.digest = records.digest WHERE key = ?",
            key,
        )
        if not row:
            return None
        digest, size, seal, seconds, data, record, small = row[0]
        if data is None:
            data = self._read(str(digest))
        whole = (
            isinstance(data, bytes)
            and isinstance(seconds, float)
            and seal == _seal(key, digest, size)
            and hashlib.sha256(data).hexdigest() == digest
        )
        if not whole:
            self._forget(record, small)
            return None
        self._count_hit(key)
        return Kept(key, data, digest, seconds)

    def put(
        self,
        key: str,
        data: bytes,
        parts: Parts,
        *,
        task: str = "",
        item: str = "",
        seconds: float = 0.0,
    ) -> str:
        """Keep a value, and give its sha256; when this returns, `get` finds it.

        `task` is the step with its place among its kind ("painting[2]"), `item` the piece it is
        for, `seconds` what it took. A key that has a value keeps that one: it is what later
        steps were made from, and should be the same. Where nothing can be kept `on_trouble`
        is told. "" is the key of what cannot be kept.
        """
        digest = hashlib.sha256(data).hexdigest()
        if not key or not self._index.usable:
            return digest
        if len(data) > INLINE_BYTES:
            try:
                self._write(digest, data)
            except OSError as error:
                self._index.fail(error)
                return digest
        now = time.time()
        about = (parts.step, task or parts.step, item, digest, len(data))
        sealed = (_seal(key, digest, len(data)), parts.line(), canonical(dict(parts.reads)))
        kept = digest
        with self._index.writing("record") as db:
            if db is not None:
                if len(data) <= INLINE_BYTES:
                    db.execute("INSERT OR REPLACE INTO small VALUES (?, ?)", (digest, data))
                self._keep_details(db, parts)
                db.execute(
                    "INSERT INTO records (key, step, task, item, digest, bytes, seal, parts, "
                    "reads, seconds, made_at, used_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                    " ON CONFLICT (key) DO NOTHING",
                    (key, *about, *sealed, seconds, now, now),
                )
                row = db.execute("SELECT digest FROM records WHERE key = ?", (key,)).fetchone()
                kept = row[0]
        if kept != digest:
            self._index.tell(
                f"has another result of step '{parts.step}' that was made from the same: the "
                "step does not give the same each time, and the first result stays"
            )
        return digest

    def records(self, step: str | None = None) -> list[Record]:
        """The results that are kept, of one step or of all, newest first."""
        self.flush()
        return records(self._index.query, step)

    def uses(self) -> list[StepUse]:
        """How much is kept of every step, and how often it was used."""
        self.flush()
        return step_uses(self._index.query)

    def why(self, start: str) -> Why:
        """What led to a result's being made: what differs from the most similar one of its step.

        `start` is a key, or its first letters (4 or more). Raises `UserError` for one that is
        not kept, or not clear.
        """
        return why(self._index.query, start)

    def prune(self, wish: Wish, *, dry_run: bool = False) -> Pruned:
        """Remove results, and whatever else nothing tells of any more.

        Raises `UserError` where somebody else has the cache open, who may be about to read
        what would go, and where it cannot be written. `dry_run` tells what would go.
        """
        self.flush()
        with self._index.alone(to_write=not dry_run) as db:
            pruned = prune(db, self.folder, wish, dry_run=dry_run, at_instant=self._at)
        self._details.clear()
        self._source_files = None
        return pruned

    def recall(self) -> Mapping[str, tuple[str, str]]:
        """What is remembered of source files (see `reached.Memory`)."""
        if self._source_files is None:
            rows = self._index.query("SELECT path, stamp, facts FROM source_files")
            self._source_files = {path: (stamp, facts) for path, stamp, facts in rows}
        return self._source_files

    def remember(self, facts: Mapping[str, tuple[str, str]]) -> None:
        """Keep what was read of source files."""
        self._source_files = {**self.recall(), **facts}
        rows = [(path, stamp, told) for path, (stamp, told) in facts.items()]
        self._index.change("INSERT OR REPLACE INTO source_files VALUES (?, ?, ?)", rows)

    def flush(self) -> None:
        """Write down how often values were used since the last time."""
        with self._lock:
            hits, self._hits = self._hits, {}
            self._flushed = time.monotonic()
        rows = [(count, at, key) for key, (count, at) in hits.items()]
        self._index.change(
            "UPDATE records SET hits = hits + ?, used_at = max(used_at, ?) WHERE key = ?", rows
        )

    def close(self) -> None:
        """Write down what is left and let go; may be called twice."""
        self.flush()
        self._index.close()

    def file(self, digest: str) -> Path:
        """Where a value with this sha256 lies if it is large, whether or not it is there."""
        return self.folder / "files" / digest[:2] / digest[2:]

    def _keep_details(self, db: sqlite3.Connection, parts: Parts) -> None:
        """Keep the lists behind the digests of source and lock, once for all records."""
        found = {}
        if parts.source:
            found[str(parts.table["source"])] = canonical(dict(parts.source))
        if parts.lock_text:
            found[str(parts.table["lock"])] = parts.lock_text
        for digest, text in found.items():
            known = (self._index.generation, digest)
            if known not in self._details:
                packed = zlib.compress(text.encode())
                db.execute("INSERT OR IGNORE INTO details VALUES (?, ?)", (digest, packed))
                self._details.add(known)

    def _write(self, digest: str, data: bytes) -> None:
        """A large value as a file: whole under its name, or not there."""
        path = self.file(digest)
        aside = self.folder / "aside" / f"{digest[:16]}-{secrets.token_hex(6)}"
        self._at("before file")
        for folder in (aside.parent, path.parent):
            folder.mkdir(parents=True, exist_ok=True)
        try:
            with aside.open("xb") as file:
                half = len(data) // 2
                file.write(data[:half])
                self._at("half of a file")
                file.write(data[half:])
            self._at("before rename")
            aside.replace(path)
            self._at("after rename")
        except OSError:
            with contextlib.suppress(OSError):
                aside.unlink()
            raise

    def _read(self, digest: str) -> bytes | None:
        try:
            return self.file(digest).read_bytes()
        except (OSError, ValueError):
            return None

    def _forget(self, record: int, small: int | None) -> None:
        self._index.tell("had a damaged or lost value, which is made again")
        self._index.change("DELETE FROM records WHERE rowid = ?", [(record,)])
        if small is not None:
            self._index.change("DELETE FROM small WHERE rowid = ?", [(small,)])

    def _count_hit(self, key: str) -> None:
        with self._lock:
            count, _ = self._hits.get(key, (0, 0.0))
            self._hits[key] = (count + 1, time.time())
            due = time.monotonic() - self._flushed > FLUSH_S
        if due:
            self.flush()


def _seal(key: str, digest: Any, size: Any) -> str:
    """Ties a record's columns together, so that a changed one shows."""
    return hashlib.sha256(f"{key} {digest} {size}".encode()).hexdigest()[:32]
