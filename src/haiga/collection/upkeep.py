"""A collection's index and files kept in order: errors that name it, leftovers removed."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

from haiga.core.errors import UserError

STALE_S = 24 * 3600.0
"""A file that was being written so long ago is of a run that was killed."""

_WORDS = (
    ("the studio was made by", "the collection was made by"),
    ("start a new studio", "bring back a copy of it, or make a new collection"),
    ("or choose another studio", "or choose another collection"),
    ("choose another studio or change", "change"),
)


@contextlib.contextmanager
def naming(index: Path) -> Iterator[None]:
    """Errors about an index inside, as ones about this collection and not about a studio."""
    try:
        yield
    except UserError as error:
        told = str(error)
        if not told.startswith(f"{index}: the studio"):
            raise
        told = told.replace(
            "the studio's index", f"the index of the collection '{index.parent.name}'", 1
        )
        for of_a_studio, of_a_collection in _WORDS:
            told = told.replace(of_a_studio, of_a_collection)
        raise type(error)(told) from error.__cause__


def remove_stale(files: Path) -> int:
    """Removes what killed runs left half written under `files/`; returns how many files."""
    count = 0
    for path in files.glob("*/.*.tmp"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > STALE_S:
                path.unlink()
                count += 1
    return count
