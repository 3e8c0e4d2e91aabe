"""SQLite files of a studio: opened, brought up to date, and errors told in plain words."""

from __future__ import annotations

import contextlib
import datetime
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from haiga.archive.migrations import MIGRATIONS, Step
from haiga.core.errors import UserError

BUSY_TIMEOUT_S = 30.0

_REMEDIES = (
    ("readonly", "it is read-only; choose another studio or change its permissions"),
    ("unable to open", "it may not be opened; choose another studio or change its permissions"),
    ("disk is full", "the disk is full; free some space or choose another studio"),
    ("locked", "another program keeps it busy; try again when that has ended"),
    ("not a database", "it is damaged or no haiga index; move it away and start a new studio"),
    ("malformed", "it is damaged or no haiga index; move it away and start a new studio"),
    ("disk I/O error", "the disk gave an error, or is full"),
)


def open_index(path: Path, steps: Sequence[Step] = MIGRATIONS) -> None:
    """Make the index if it is not there and bring its schema up to date by `steps`.

    Raises UserError when it cannot be opened, or was made by a newer haiga.
    """
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            with connected(path) as db:
                db.execute("PRAGMA journal_mode = WAL")  # kept in the file
                _migrate(db, path, steps)
                return
        except IndexBusy:
            # Two processes that make the same index at once: SQLite does not
            # wait by itself while a file is first put into WAL mode.
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


class IndexBusy(UserError):
    """Another process holds the index."""


def is_frozen(path: Path) -> bool:
    """Whether an index can only be looked at: its folder takes no writing, and none is under way.

    A write-ahead log beside it would hold pieces that a frozen reader cannot see.
    """
    unmerged = path.with_name(f"{path.name}-wal").exists()
    return path.is_file() and not os.access(path.parent, os.W_OK) and not unmerged


@contextlib.contextmanager
def connected(path: Path, *, frozen: bool = False) -> Iterator[sqlite3.Connection]:
    """A connection for one piece of work, in no transaction yet; SQLite's errors as UserError.

    `frozen` reads a file that nobody can be writing, as on a read-only disk.
    """
    where = f"{path.absolute().as_uri()}?immutable=1" if frozen else str(path)
    try:
        db = sqlite3.connect(where, timeout=BUSY_TIMEOUT_S, isolation_level=None, uri=frozen)
        try:
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA synchronous = FULL")  # a commit outlives a power cut
            db.execute("PRAGMA foreign_keys = ON")
            yield db
        finally:
            db.close()
    except sqlite3.Error as error:
        told = str(error)
        remedy = next((r for part, r in _REMEDIES if part in told), told)
        kind = IndexBusy if "locked" in told else UserError
        raise kind(f"{path}: the studio's index cannot be used: {remedy}") from error


@contextlib.contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All that is done inside, on disk at the end, or none of it; one writer at a time."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _migrate(db: sqlite3.Connection, path: Path, steps: Sequence[Step]) -> None:
    newest = steps[-1][0]
    if _version(db) == newest:
        return
    with transaction(db):
        db.execute(
            "CREATE TABLE IF NOT EXISTS migrations "
            "(version INTEGER PRIMARY KEY, about TEXT NOT NULL, applied_at TEXT NOT NULL)"
        )
        version = _version(db)
        if version > newest:
            raise UserError(
                f"{path}: the studio was made by a newer haiga (schema {version}; this one "
                f"knows {newest}); upgrade haiga, or choose another studio"
            )
        for number, about, statements in steps:
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
