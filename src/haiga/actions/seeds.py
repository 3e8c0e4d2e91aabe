"""The seeds a user gives, or none: checked, counted up, or drawn."""

from __future__ import annotations

import secrets

from haiga.core.errors import UserError
from haiga.core.seeds import MAX_SEED

MAX_COUNT = 1_000_000
DRAWN_BELOW = 10**9
"""Drawn seeds stay short enough to be typed again."""


def seeds_for(seed: int | None, count: int) -> range:
    """The seeds of `count` things: `seed`, `seed + 1`, …; drawn at random when none is given.

    Raises `UserError` unless 1 <= count <= 1,000,000 and every seed lies in
    [0, 2**63).
    """
    if not 1 <= count <= MAX_COUNT:
        raise UserError(f"--count: must be from 1 to {MAX_COUNT:,}, not {count}")
    first = secrets.randbelow(DRAWN_BELOW) if seed is None else seed
    if first < 0:
        raise UserError(f"--seed: must not be negative, and {first} is")
    if first + count - 1 > MAX_SEED:
        said = "the last one would be" if count > 1 else "must be at most"
        last = f"{first + count - 1}, over {MAX_SEED}" if count > 1 else f"{MAX_SEED}, not {first}"
        raise UserError(f"--seed: {said} {last}")
    return range(first, first + count)
