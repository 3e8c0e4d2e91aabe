"""The index of a cache, opened whatever befalls its file: damaged, read-only, or on a full disk."""

from __future__ import annotations

import contextlib
import errno
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from haiga.core.errors import UserError
from haiga.engine.cache_schema import NewerCache, open_cache_index, transaction

INDEX = "cache.sqlite3"
IN_USE = "in-use.sqlite3"

Instant = Callable[[str], None]
"""Called with the name of every point at which a crash would leave the disk in a state of its
own; a test that raises or kills there sees what the next run makes of it."""

FAULTS = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite raises; the last where a damaged file's own words are no text."""
_SOUND = ("locked", "busy", "is full", "readonly", "unable to open", "disk I/O", "interrupted")
"""Signs of an error that leaves the file itself above suspicion."""


class Index:
    """The index of the cache in a folder; no method but `alone` raises for a fault of the disk.

    `tell` gets one sentence for every kind of fault, once. While it is open, nobody can have the
    cache `alone`. Safe to use from several threads.
    """

    def __init__(self, folder: Path, tell: Callable[[str], None], at_instant: Instant) -> None:
        self.folder = folder
        self.writable = True
        self.generation = 0  # raised by every fault: what was written before may be lost
        self._listener = tell
        self._told: set[str] = set()
        self._at = at_instant
        self._lock = threading.RLock()
        self._db: sqlite3.Connection | None = None
        self._in_use: sqlite3.Connection | None = None
        self._opened: tuple[int, int] | None = None
        self._open()

    @property
    def usable(self) -> bool:
        """Whether results can be kept."""
        return self.writable and self._db is not None

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the index; none where it cannot be read."""
        with self._lock:
            if self._db is None:
                return []
            try:
                return self._db.execute(sql, values).fetchall()
            except FAULTS as error:
                self.fail(error)
                return []

    def change(self, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Run a statement for every row, all of them or none."""
        if rows:
            with self.writing("change") as db:
                if db is not None:
                    db.executemany(sql, rows)

    @contextlib.contextmanager
    def writing(self, what: str) -> Iterator[sqlite3.Connection | None]:
        """A transaction; None where nothing can be written, and `tell` knows why."""
        with self._lock:
            if not self.usable:
                yield None
                return
            assert self._db is not None
            try:
                self._at(f"before {what}")
                with transaction(self._db):
                    yield self._db
                    self._at(f"before commit of {what}")
                self._at(f"after {what}")
            except FAULTS as error:
                self.fail(error)

    @contextlib.contextmanager
    def alone(self, *, to_write: bool = True) -> Iterator[sqlite3.Connection]:
        """The index while nobody else has the cache open; with others, where not `to_write`.

        Raises `UserError` where somebody has, or where it cannot be written.
        """
        with self._lock:
            if self._db is None or (to_write and not self.writable):
                raise UserError(f"{self.folder}: the cache cannot be changed")
            if not to_write:
                yield self._db
                return
            try:
                self._let_go()
                try:
                    self._in_use = hold(self.folder / IN_USE, alone=True)
                except sqlite3.OperationalError as error:
                    if "locked" not in str(error):
                        raise
                    raise UserError(
                        f"{self.folder}: a run uses the cache; prune it when that has ended"
                    ) from error
                yield self._db
            except (OSError, *FAULTS) as error:
                raise UserError(
                    f"{self.folder}: the cache cannot be changed: {_remedy(error)}"
                ) from error
            finally:
                self._let_go()
                with contextlib.suppress(OSError, *FAULTS):
                    self._in_use = _hold_sound(self.folder / IN_USE)

    def close(self) -> None:
        with self._lock:
            self._let_go()
            if self._db is not None:
                with contextlib.suppress(*FAULTS):
                    self._db.close()
                self._db = None

    def fail(self, error: Exception) -> None:
        """Say that something could not be kept; a damaged index is moved away."""
        self.generation += 1
        if is_damage(error):
            self._begin_anew()
        else:
            told = _remedy(error)
            until = "until then they" if ";" in told else "they"  # it says what to do, or not
            self.tell(f"cannot keep results: {told}; {until} are made anew each time")

    def tell(self, sentence: str) -> None:
        """Say it, unless it was said already."""
        if sentence not in self._told:
            self._told.add(sentence)
            self._listener(f"{self.folder}: the cache {sentence}")

    def _open(self) -> None:
        index = self.folder / INDEX
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._in_use = _hold_sound(self.folder / IN_USE)
            self._opened = _identity(index)
            self._db = open_cache_index(index)
            self._opened = _identity(index)
        except NewerCache:
            self.tell(
                "was made by a newer haiga and is left alone; upgrade haiga, or choose "
                "another studio"
            )
        except (OSError, *FAULTS) as error:
            if not is_damage(error):
                self.writable = False
                with contextlib.suppress(OSError, *FAULTS, NewerCache):
                    self._db = open_cache_index(index, read_only=True)
            self.fail(error)

    def _begin_anew(self) -> None:
        """Move a damaged index away, and begin another: what it told of is made again."""
        self.tell("was damaged: its index was moved away, and what it told of is made again")
        index = self.folder / INDEX
        with self._lock:
            if self._db is not None:
                with contextlib.suppress(*FAULTS):
                    self._db.close()
                self._db = None
            if _identity(index) == self._opened:  # else another process has done so already
                away = f"{INDEX}.damaged-{secrets.token_hex(4)}"
                for end in ("-wal", "-shm", ""):
                    with contextlib.suppress(OSError):
                        index.with_name(INDEX + end).rename(self.folder / f"{away}{end}")
            with contextlib.suppress(OSError, *FAULTS, NewerCache):
                self._db = open_cache_index(index)
                self._opened = _identity(index)

    def _let_go(self) -> None:
        if self._in_use is not None:
            with contextlib.suppress(*FAULTS):
                self._in_use.close()
            self._in_use = None


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
            if not db.execute("SELECT 1 FROM sqlite_master").fetchone():
                db.execute("CREATE TABLE IF NOT EXISTS held (by_whom TEXT)")
            db.execute("BEGIN")
            db.execute("SELECT * FROM held").fetchall()
    except BaseException:
        db.close()
        raise
    return db


def is_damage(error: Exception) -> bool:
    """Whether an error says that a file of SQLite's is not whole."""
    if isinstance(error, UnicodeDecodeError):
        return True
    ours = (sqlite3.ProgrammingError, sqlite3.InterfaceError)
    if not isinstance(error, sqlite3.DatabaseError) or isinstance(error, ours):
        return False
    return not any(sign in str(error) for sign in _SOUND)


def _hold_sound(path: Path) -> sqlite3.Connection:
    """A hold; a damaged file of holds, which says nothing else, is replaced."""
    try:
        return hold(path)
    except FAULTS as error:
        if not is_damage(error):
            raise
        path.unlink(missing_ok=True)
        return hold(path)


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file a path names at this moment."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino


def _remedy(error: Exception) -> str:
    """Why something cannot be written and what to do."""
    told = str(error)
    number = error.errno if isinstance(error, OSError) else 0
    if number == errno.ENOSPC or "is full" in told:
        return "the disk is full; free some space"
    if number == errno.EDQUOT:
        return "the disk quota is used up; free some space"
    if number in (errno.EACCES, errno.EPERM, errno.EROFS) or "readonly" in told:
        return "it is read-only; change its permissions or choose another studio"
    if "unable to open" in told:
        return "it may not be opened; change its permissions or choose another studio"
    if "locked" in told:
        return "another program keeps it busy; wait for that to end"
    if isinstance(error, OSError) and isinstance(error, (FileExistsError, NotADirectoryError)):
        return "it is a file and no folder; move it away"
    return (error.strerror if isinstance(error, OSError) else None) or told
