"""The cache's SQLite file: its schema as the steps that led to it, and how it is opened."""

from __future__ import annotations

import contextlib
import datetime
import sqlite3
from collections.abc import Iterator
from pathlib import Path

BUSY_TIMEOUT_S = 30.0

Step = tuple[int, str, tuple[str, ...]]

MIGRATIONS: tuple[Step, ...] = (
    (
        1,
        "results, what their keys are made of, and what is known of source files",
        (
            """
            CREATE TABLE records (
                key TEXT PRIMARY KEY,
                step TEXT NOT NULL,
                task TEXT NOT NULL,
                item TEXT NOT NULL,
                digest TEXT NOT NULL,
                bytes INTEGER NOT NULL,
                seal TEXT NOT NULL,
                parts TEXT NOT NULL,
                reads TEXT NOT NULL,
                seconds REAL NOT NULL,
                made_at REAL NOT NULL,
                used_at REAL NOT NULL,
                hits INTEGER NOT NULL DEFAULT 0
            )
            """,
            "CREATE INDEX records_by_step ON records (step, made_at)",
            "CREATE INDEX records_by_digest ON records (digest)",
            "CREATE TABLE small (digest TEXT PRIMARY KEY, value BLOB NOT NULL)",
            "CREATE TABLE details (digest TEXT PRIMARY KEY, packed BLOB NOT NULL)",
            "CREATE TABLE source_files (path TEXT PRIMARY KEY, stamp TEXT NOT NULL, "
            "facts TEXT NOT NULL)",
        ),
    ),
)
"""Each step: its version, from 1 without gaps; what it brings; its statements. Only ever added to.

`records.parts` is the canonical JSON that its key is the sha256 of; `small` holds the values that
lie in no file; `details` the lists behind the digests of sources and locks, once for all records.
"""


class NewerCache(Exception):
    """The file was made by a newer haiga."""


def open_cache_index(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection to the index, made and brought up to date where that may be written.

    Raises `sqlite3.Error` where it cannot be opened or is damaged, and `NewerCache`.
    """
    if read_only:
        return _open_to_read(path)
    where = f"{path.absolute().as_uri()}?mode=rwc"
    db = sqlite3.connect(
        where, timeout=BUSY_TIMEOUT_S, isolation_level=None, uri=True, check_same_thread=False
    )
    try:
        db.execute("PRAGMA journal_mode = WAL")
        # A power cut may take the last commits with it: their steps are then done again.
        db.execute("PRAGMA synchronous = NORMAL")
        _migrate(db)
    except BaseException:
        db.close()
        raise
    db.text_factory = _text
    return db


def _open_to_read(path: Path) -> sqlite3.Connection:
    # A folder that takes no writing has no room for what readers share, and needs none, if
    # nobody is writing: no log lies beside the file then.
    unmerged = path.with_name(f"{path.name}-wal").exists()
    where = f"{path.absolute().as_uri()}?{'mode=ro' if unmerged else 'immutable=1'}"
    db = sqlite3.connect(where, isolation_level=None, uri=True, check_same_thread=False)
    try:
        if _version(db) != MIGRATIONS[-1][0]:
            raise NewerCache
    except BaseException:
        db.close()
        raise
    db.text_factory = _text
    return db


def _text(data: bytes) -> str:
    """A damaged text is not an error here: it fits no digest."""
    return data.decode("utf-8", "replace")


@contextlib.contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All that is done inside, or none of it; one writer at a time."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _migrate(db: sqlite3.Connection) -> None:
    newest = MIGRATIONS[-1][0]
    if _version(db) == newest:
        return
    with transaction(db):
        db.execute(
            "CREATE TABLE IF NOT EXISTS migrations "
            "(version INTEGER PRIMARY KEY, about TEXT NOT NULL, applied_at TEXT NOT NULL)"
        )
        version = _version(db)
        if version > newest:
            raise NewerCache
        for number, about, statements in MIGRATIONS:
            if number <= version:
                continue
            for statement in statements:
                db.execute(statement)
            now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
            db.execute("INSERT INTO migrations VALUES (?, ?, ?)", (number, about, now))


def _version(db: sqlite3.Connection) -> int:
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'migrations'").fetchone():
        return 0
    return int(db.execute("SELECT coalesce(max(version), 0) FROM migrations").fetchone()[0])
