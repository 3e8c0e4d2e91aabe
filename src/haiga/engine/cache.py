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
import errno
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

from haiga.engine.cache_index import NewerCache, open_cache_index, transaction
from haiga.engine.keys import Parts, canonical

INDEX = "cache.sqlite3"
IN_USE = "in-use.sqlite3"
INLINE_BYTES = 64 * 1024
"""Values up to this size lie in the index, larger ones in files."""
FLUSH_S = 5.0
"""How often the counts of hits are written down; a killed run loses those since the last time."""

Instant = Callable[[str], None]
"""Called with the name of every point at which a crash would leave the disk in a state of its
own; a test that raises or kills there sees what the next run makes of it."""


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

    No method raises for a fault of the disk or of the cache's files: `on_trouble` is told, once
    for each kind of fault, in one sentence. Close it, or use it in a `with`: as long as it
    is open nothing of it can be pruned by another process.
    """

    def __init__(
        self,
        folder: Path,
        *,
        on_trouble: Callable[[str], None] = lambda sentence: None,
        at_instant: Instant = _no_instant,
    ) -> None:
        self.folder = folder
        self._on_trouble = on_trouble
        self._told: set[str] = set()
        self._at = at_instant
        self._lock = threading.RLock()
        self._hits: dict[str, tuple[int, float]] = {}
        self._flushed = time.monotonic()
        self._source_files: dict[str, tuple[str, str]] | None = None
        self._details: set[str] = set()
        self._db: sqlite3.Connection | None = None
        self._in_use: sqlite3.Connection | None = None
        self._writable = True
        self._open()

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
        row = self._query(
            "SELECT digest, bytes, seal, seconds, value FROM records "
            "LEFT JOIN small USING (digest) WHERE key = ?",
            key,
        )
        if not row:
            return None
        digest, size, seal, seconds, data = row[0]
        if data is None:
            data = self._read(str(digest))
        whole = (
            isinstance(data, bytes)
            and seal == _seal(key, digest, size)
            and hashlib.sha256(data).hexdigest() == digest
        )
        if not whole:
            self._forget(key, str(digest))
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
        for, `seconds` what it took. A key that holds a whole value already keeps that one: the
        first that was made is what later steps were made from. Where it cannot
        be kept `on_trouble` is told.
        """
        digest = hashlib.sha256(data).hexdigest()
        if not key or not self._writable or self._db is None:
            return digest
        try:
            if len(data) > INLINE_BYTES:
                self._write(digest, data)
            with self._lock:
                self._insert(key, digest, data, parts, task or parts.step, item, seconds)
        except (OSError, sqlite3.Error) as error:
            self._fail(error)
        return digest

    def recall(self) -> Mapping[str, tuple[str, str]]:
        """What is remembered of source files (see `reached.Memory`)."""
        if self._source_files is None:
            rows = self._query("SELECT path, stamp, facts FROM source_files")
            self._source_files = {path: (stamp, facts) for path, stamp, facts in rows}
        return self._source_files

    def remember(self, facts: Mapping[str, tuple[str, str]]) -> None:
        """Keep what was read of source files."""
        known = dict(self.recall())
        known.update(facts)
        self._source_files = known
        rows = [(path, stamp, told) for path, (stamp, told) in facts.items()]
        self._change("INSERT OR REPLACE INTO source_files VALUES (?, ?, ?)", rows)

    def flush(self) -> None:
        """Write down how often values were used since the last time."""
        with self._lock:
            hits, self._hits = self._hits, {}
            self._flushed = time.monotonic()
        rows = [(count, at, key) for key, (count, at) in hits.items()]
        if rows:
            self._change("UPDATE records SET hits = hits + ?, used_at = ? WHERE key = ?", rows)

    def close(self) -> None:
        """Write down what is left and let go; may be called twice."""
        if self._db is not None:
            self.flush()
        with self._lock:
            for db in (self._db, self._in_use):
                if db is not None:
                    with contextlib.suppress(sqlite3.Error):
                        db.close()
            self._db = self._in_use = None

    def file(self, digest: str) -> Path:
        """Where a value with this sha256 lies if it is large, whether or not it is there."""
        return self.folder / "files" / digest[:2] / digest[2:]

    def _open(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._in_use = hold(self.folder / IN_USE)
            self._db = open_cache_index(self.folder / INDEX)
        except (OSError, sqlite3.Error, NewerCache) as error:
            self._open_otherwise(error)

    def _open_otherwise(self, error: Exception) -> None:
        """Without an index, a new one in place of a damaged one, or one to be read alone."""
        if isinstance(error, NewerCache):
            self._tell("was made by a newer haiga; upgrade haiga, or move the folder away")
            return
        if _is_damage(error):
            self._set_aside()
            with contextlib.suppress(OSError, sqlite3.Error, NewerCache):
                self._db = open_cache_index(self.folder / INDEX)
                return
        self._writable = False
        self._fail(error)
        with contextlib.suppress(OSError, sqlite3.Error, NewerCache):
            self._db = open_cache_index(self.folder / INDEX, read_only=True)

    def _set_aside(self) -> None:
        """Move a damaged index away: everything it told of is made again."""
        self._tell("is damaged: it was moved away, and what it held will be made again")
        with self._lock:
            if self._db is not None:
                with contextlib.suppress(sqlite3.Error):
                    self._db.close()
                self._db = None
            self._details.clear()
            self._source_files = None
            stamp = f"damaged-{secrets.token_hex(4)}"
            for end in ("", "-wal", "-shm"):
                with contextlib.suppress(OSError):
                    old = self.folder / f"{INDEX}{end}"
                    old.rename(self.folder / f"{INDEX}.{stamp}{end}")

    def _query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._lock:
            if self._db is None:
                return []
            try:
                return self._db.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                self._fail(error)
                return []

    def _change(self, sql: str, rows: list[tuple[Any, ...]]) -> None:
        with self._lock:
            if self._db is None or not self._writable or not rows:
                return
            try:
                self._at("before change")
                with transaction(self._db):
                    self._db.executemany(sql, rows)
                    self._at("before commit")
                self._at("after commit")
            except sqlite3.Error as error:
                self._fail(error)

    def _insert(
        self,
        key: str,
        digest: str,
        data: bytes,
        parts: Parts,
        task: str,
        item: str,
        seconds: float,
    ) -> None:
        assert self._db is not None
        db, now = self._db, time.time()
        self._at("before record")
        details = {
            digest: text for digest, text in _details(parts).items() if digest not in self._details
        }
        with transaction(db):
            if len(data) <= INLINE_BYTES:
                db.execute("INSERT OR REPLACE INTO small VALUES (?, ?)", (digest, data))
            for name, text in details.items():
                packed = zlib.compress(text.encode())
                db.execute("INSERT OR IGNORE INTO details VALUES (?, ?)", (name, packed))
            db.execute(
                "INSERT INTO records (key, step, task, item, digest, bytes, seal, parts, reads, "
                "seconds, made_at, used_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (key) DO NOTHING",
                (
                    key,
                    parts.step,
                    task,
                    item,
                    digest,
                    len(data),
                    _seal(key, digest, len(data)),
                    parts.line(),
                    canonical(dict(parts.reads)),
                    seconds,
                    now,
                    now,
                ),
            )
            self._at("before commit of record")
            kept = db.execute("SELECT digest FROM records WHERE key = ?", (key,)).fetchone()[0]
        self._at("after record")
        self._details.update(details)
        if kept != digest:
            self._tell(
                f"holds another result of step '{parts.step}' made from the same: the step is "
                "not the same each time, and the first result stays"
            )

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
        except OSError:
            return None

    def _forget(self, key: str, digest: str) -> None:
        self._tell("held a damaged or lost value: it will be made again", "value")
        self._change("DELETE FROM records WHERE key = ? AND digest = ?", [(key, digest)])
        self._change("DELETE FROM small WHERE digest = ?", [(digest,)])

    def _count_hit(self, key: str) -> None:
        with self._lock:
            count, _ = self._hits.get(key, (0, 0.0))
            self._hits[key] = (count + 1, time.time())
            due = time.monotonic() - self._flushed > FLUSH_S
        if due:
            self.flush()

    def _fail(self, error: Exception) -> None:
        if _is_damage(error):
            self._set_aside()
            with contextlib.suppress(OSError, sqlite3.Error, NewerCache):
                self._db = open_cache_index(self.folder / INDEX)
            return
        self._tell(f"cannot be written: {_remedy(error)}; the run goes on without keeping")

    def _tell(self, sentence: str, kind: str = "") -> None:
        if (kind or sentence) not in self._told:
            self._told.add(kind or sentence)
            self._on_trouble(f"{self.folder}: the cache {sentence}")


def hold(path: Path, *, alone: bool = False) -> sqlite3.Connection:
    """A hold on a cache that ends with the process; `alone` fails while another has one.

    SQLite's own locks do it, so that it works wherever SQLite does. Raises `sqlite3.Error`.
    """
    db = sqlite3.connect(
        path, timeout=0.0 if alone else 30.0, isolation_level=None, check_same_thread=False
    )
    try:
        if alone:
            db.execute("BEGIN EXCLUSIVE")
        else:
            db.execute("CREATE TABLE IF NOT EXISTS held (by_whom TEXT)")
            db.execute("BEGIN")
            db.execute("SELECT * FROM held").fetchall()
    except BaseException:
        db.close()
        raise
    return db


def _details(parts: Parts) -> dict[str, str]:
    """The lists behind the digests of a record's source and lock."""
    found = {}
    if parts.source:
        found[str(parts.table["source"])] = canonical(dict(parts.source))
    if parts.lock_text:
        found[str(parts.table["lock"])] = parts.lock_text
    return found


def _seal(key: str, digest: str, size: int) -> str:
    """Ties a record's columns together, so that a changed one shows."""
    return hashlib.sha256(f"{key} {digest} {size}".encode()).hexdigest()[:32]


def _is_damage(error: Exception) -> bool:
    return isinstance(error, sqlite3.DatabaseError) and any(
        sign in str(error)
        for sign in ("not a database", "malformed", "no such table", "no such column")
    )


def _remedy(error: Exception) -> str:
    """Why something cannot be written and what to do."""
    number = error.errno if isinstance(error, OSError) else 0
    told = str(error)
    if number == errno.ENOSPC or "is full" in told:
        return "the disk is full; free some space"
    if number in (errno.EACCES, errno.EPERM, errno.EROFS) or "readonly" in told:
        return "it is read-only; change its permissions or choose another studio"
    if "locked" in told:
        return "another program keeps it busy"
    return f"{error.strerror or told}" if isinstance(error, OSError) else told
