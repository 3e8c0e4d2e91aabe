"""Making room in a cache: which results go, and the files that nothing tells of any more."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from haiga.core.errors import UserError
from haiga.engine.cache_schema import transaction


@dataclass(frozen=True)
class Wish:
    """Which results are to go.

    Those of `step` (or of every step) that were last used before `unused_since` (seconds
    since 1970 UTC); then, from the one used longest ago, as many as leave no more than
    `within_bytes`. `everything` means all of them. With none of these, no result goes.
    """

    step: str | None = None
    unused_since: float | None = None
    within_bytes: int | None = None
    everything: bool = False


@dataclass(frozen=True)
class Pruned:
    """How many results went and stay, the bytes that were freed, and how many leftover files.

    Leftovers are what killed runs were writing, and files and indexes that nothing tells of.
    """

    results: int
    left: int
    freed_bytes: int
    leftovers: int


@dataclass(frozen=True)
class _Row:
    key: str
    digest: str
    bytes: int
    used_at: float


def prune(
    db: sqlite3.Connection,
    folder: Path,
    wish: Wish,
    *,
    dry_run: bool,
    at_instant: Callable[[str], None] = lambda point: None,
) -> Pruned:
    """Remove results and leftovers from the cache in `folder`, whose index is `db`.

    Nobody else may have the cache open. Killed on the way it leaves a sound cache. With `dry_run`
    nothing is removed.
    """
    rows = [_Row(*row) for row in db.execute("SELECT key, digest, bytes, used_at FROM records")]
    going = _going(db, rows, wish)
    keys = {row.key for row in going}
    needed = {row.digest for row in rows if row.key not in keys}
    small = {digest for (digest,) in db.execute("SELECT digest FROM small")}
    freed = sum(row.bytes for row in _one_each(going) if row.digest not in needed | small)
    freed += _small_bytes(db, {row.digest for row in going} - needed)
    doomed, leftovers = _files(folder, needed, {row.digest for row in going})
    freed += sum(_size(path) for path in leftovers)
    told = Pruned(len(going), len(rows) - len(going), freed, len(leftovers))
    if dry_run:
        return told
    at_instant("before forgetting")
    with transaction(db):
        db.executemany("DELETE FROM records WHERE key = ?", [(key,) for key in keys])
        db.execute("DELETE FROM small WHERE digest NOT IN (SELECT digest FROM records)")
        db.execute(
            "DELETE FROM details WHERE digest NOT IN "
            "(SELECT json_extract(parts, '$.source') FROM records WHERE json_valid(parts) UNION "
            "SELECT json_extract(parts, '$.lock') FROM records WHERE json_valid(parts))"
        )
        gone = [
            (path,)
            for (path,) in db.execute("SELECT path FROM source_files")
            if not Path(path).is_file()
        ]
        db.executemany("DELETE FROM source_files WHERE path = ?", gone)
        at_instant("before commit of forgetting")
    for path in [*doomed, *leftovers]:
        at_instant("before a file goes")
        with contextlib.suppress(OSError):
            path.unlink()
    if going:
        with contextlib.suppress(sqlite3.Error):  # a full disk: the room is used again later
            db.execute("VACUUM")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return told


def _going(db: sqlite3.Connection, rows: list[_Row], wish: Wish) -> list[_Row]:
    chosen = rows
    if wish.step is not None:
        of_step = {
            key for (key,) in db.execute("SELECT key FROM records WHERE step = ?", (wish.step,))
        }
        if not of_step:
            steps = [step for (step,) in db.execute("SELECT DISTINCT step FROM records")]
            known = f"there are {', '.join(sorted(steps))}" if steps else "nothing is kept at all"
            raise UserError(f"nothing of a step '{wish.step}' is kept; {known}")
        chosen = [row for row in rows if row.key in of_step]
    if wish.everything:
        return chosen
    going: list[_Row] = []
    if wish.unused_since is not None:
        going = [row for row in chosen if row.used_at < wish.unused_since]
    elif wish.within_bytes is None:
        return chosen if wish.step is not None else []
    if wish.within_bytes is not None:
        gone = {row.key for row in going}
        staying = sorted((r for r in chosen if r.key not in gone), key=lambda row: row.used_at)
        uses: dict[str, int] = {}
        for row in staying:
            uses[row.digest] = uses.get(row.digest, 0) + 1
        size = sum(row.bytes for row in _one_each(staying))
        for row in staying:
            if size <= wish.within_bytes:
                break
            going.append(row)
            uses[row.digest] -= 1
            size -= row.bytes if not uses[row.digest] else 0
    return going


def _one_each(rows: Iterable[_Row]) -> list[_Row]:
    """One row for every value: several keys may have the same."""
    return list({row.digest: row for row in rows}.values())


def _small_bytes(db: sqlite3.Connection, digests: set[str]) -> int:
    rows = db.execute("SELECT digest, length(value) FROM small")
    return sum(size for digest, size in rows if digest in digests)


def _files(folder: Path, needed: set[str], going: set[str]) -> tuple[list[Path], list[Path]]:
    """The files of results that go, and those that nothing tells of."""
    doomed: list[Path] = []
    leftovers = [*(folder / "aside").glob("*"), *folder.glob("*.damaged-*")]
    for path in (folder / "files").glob("??/*"):
        digest = path.parent.name + path.name
        if digest not in needed:
            (doomed if digest in going else leftovers).append(path)
    return doomed, [path for path in leftovers if path.is_file()]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
