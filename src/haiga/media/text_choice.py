"""Which texts a user means, as training and evaluation both take them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class TextChoice:
    """A file or folder, the columns of a table, and conditions on them."""

    path: Path
    where: Sequence[str] = ()
    min_works: int = 0
    text_column: str | None = None
    author_column: str | None = None
    title_column: str | None = None


@dataclass(frozen=True)
class PoetMade:
    """A poet that a training finished, and the texts it was split on."""

    folder: Path
    choice: TextChoice
