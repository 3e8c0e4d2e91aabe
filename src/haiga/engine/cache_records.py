"""What a cache holds, as records that can be looked at."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from haiga.core.errors import UserError

Query = Callable[..., list[tuple[Any, ...]]]
LEAST_LETTERS = 4
_COLUMNS = "key, step, task, item, digest, bytes, parts, reads, seconds, made_at, used_at, hits"


@dataclass(frozen=True)
class Record:
    """One result that is kept.

    `task` is the step with its place among its kind, `item` the piece it was first made for,
    `parts` the table that the key is the sha256 of, `reads` the step that each input comes from.
    `made_at` and `used_at` are seconds since 1970 UTC, `seconds` what making it took.
    """

    key: str
    step: str
    task: str
    item: str
    digest: str
    bytes: int
    parts: Mapping[str, Any]
    reads: Mapping[str, str]
    seconds: float
    made_at: float
    used_at: float
    hits: int


@dataclass(frozen=True)
class StepUse:
    """How much of one step is kept, and how often it was used again."""

    step: str
    results: int
    bytes: int
    hits: int
    used_at: float
    saved_s: float


def records(query: Query, step: str | None = None) -> list[Record]:
    """The results that are kept, of one step or of all, newest first."""
    if step is None:
        rows = query(f"SELECT {_COLUMNS} FROM records ORDER BY made_at DESC, key")
    else:
        rows = query(
            f"SELECT {_COLUMNS} FROM records WHERE step = ? ORDER BY made_at DESC, key", step
        )
    return [_record(row) for row in rows]


def records_of(query: Query, step: str, digest: str) -> list[Record]:
    """The results of a step that have these bytes, newest first."""
    rows = query(
        f"SELECT {_COLUMNS} FROM records WHERE digest = ? AND step = ? ORDER BY made_at DESC, key",
        digest,
        step,
    )
    return [_record(row) for row in rows]


def record_named(query: Query, start: str) -> Record:
    """The record whose key begins so; `UserError` for none, for several, or for too few letters."""
    asked = start.strip().lower()
    if len(asked) < LEAST_LETTERS or set(asked) - set("0123456789abcdef"):
        raise UserError(
            f"'{start}' is no key: give {LEAST_LETTERS} letters or more of one, as "
            "`haiga cache show STEP` lists them"
        )
    rows = query(
        f"SELECT {_COLUMNS} FROM records WHERE key >= ? AND key < ? ORDER BY key LIMIT 6",
        asked,
        f"{asked}g",
    )
    if not rows:
        raise UserError(
            f"nothing is kept under a key that begins with '{start}'; "
            "`haiga cache show STEP` lists the keys of a step"
        )
    if len(rows) > 1:
        told = ", ".join(f"{row[0][: len(asked) + 4]}… ({row[2]})" for row in rows[:5])
        more = " and more" if len(rows) > 5 else ""
        raise UserError(f"'{start}' begins several keys: {told}{more}; give more letters")
    return _record(rows[0])


def step_uses(query: Query) -> list[StepUse]:
    """How much is kept of every step, by name."""
    rows = query(
        "SELECT step, count(*), CAST(sum(bytes) AS INTEGER), CAST(sum(hits) AS INTEGER), "
        "CAST(max(used_at) AS REAL), CAST(sum(hits * seconds) AS REAL) "
        "FROM records GROUP BY step ORDER BY step"
    )
    return [StepUse(*row) for row in rows]


def detail(query: Query, digest: str) -> str | None:
    """The text behind the digest of a source or a lock; None where it is not kept."""
    rows = query("SELECT packed FROM details WHERE digest = ?", digest)
    if not rows:
        return None
    try:
        return zlib.decompress(rows[0][0]).decode()
    except (zlib.error, ValueError, TypeError):
        return None


def _record(row: tuple[Any, ...]) -> Record:
    key, step, task, item, digest, size, parts, reads, seconds, made_at, used_at, hits = row
    return Record(
        key,
        step,
        task,
        item,
        digest,
        int(_number(size)),
        _table(parts),
        _table(reads),
        _number(seconds),
        _number(made_at),
        _number(used_at),
        int(_number(hits)),
    )


def _number(value: Any) -> float:
    """A column that should be a number; 0 where it is damaged."""
    return value if isinstance(value, (int, float)) and math.isfinite(value) else 0.0


def _table(text: Any) -> dict[str, Any]:
    """A table that was written as JSON; empty where it is damaged."""
    try:
        table = json.loads(text)
    except (ValueError, TypeError):
        return {}
    return table if isinstance(table, dict) else {}
