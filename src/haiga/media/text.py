"""The nouns of reading texts: one work with its columns, and all that was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Text:
    """One work as it was read: its lines, whose it is, and where it stands."""

    text: str
    """Lines end in a newline; no empty lines around it, never without a character."""
    author: str = ""
    title: str = ""
    where: str = ""
    """`poems.csv, row 12` (the column names are row 1), `poems.txt, line 120`, `lyrics/a.txt`."""
    columns: Mapping[str, str] = field(default_factory=dict, hash=False)
    """The other columns of its row that hold something; those of author and title too."""


@dataclass(frozen=True)
class TextsRead:
    """What was read, in file order, and what must be said about it, a sentence each."""

    texts: tuple[Text, ...]
    notes: tuple[str, ...] = ()
