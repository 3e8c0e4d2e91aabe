"""What every source of a collection is, and one that stops after so many."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Protocol

from haiga.core.collecting import Found, Missed


class Source(Protocol):
    """Something pictures come from: a folder, an archive, a museum.

    `name` is the kind of source and its address, and becomes `Passport.source`. `find` names
    what is there, one after the other, without getting any picture's bytes; it may read
    files and ask servers, and may be called again. `notes` is filled meanwhile with what must
    be said. Raises `UserError` when the whole cannot be had; what was given before stays good.
    """

    @property
    def name(self) -> str: ...

    @property
    def notes(self) -> list[str]: ...

    def find(self) -> Iterator[Found | Missed]: ...


class FirstFew:
    """A source that ends after `limit` things found; what it missed on the way is not counted."""

    def __init__(self, source: Source, limit: int) -> None:
        self._source, self._limit = source, limit

    @property
    def name(self) -> str:
        """The name of the source within."""
        return self._source.name

    @property
    def notes(self) -> list[str]:
        """The notes of the source within."""
        return self._source.notes

    def find(self) -> Iterator[Found | Missed]:
        """The first of what the source within finds; it is asked for nothing beyond them."""
        found = 0
        things = self._source.find()
        while found < self._limit:
            thing = next(things, None)
            if thing is None:
                return
            found += isinstance(thing, Found)
            yield thing
        self._source.notes.append(f"stopped after {self._limit:,}, as was asked")


def together(missed: list[Missed], found: Iterator[Found]) -> Iterator[Found | Missed]:
    """What was missed, then what was found."""
    return chain(missed, found)
