"""Which pictures a user means, as training and evaluation both take them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class PictureChoice:
    """A folder of pictures, conditions on their columns, and which columns speak of them."""

    path: Path
    where: tuple[str, ...] = ()
    """`column=value`, `column!=value`, `year<1900` …; all must be met."""
    caption_column: str | None = None
    """The column of the captions; `None` takes the first of those that look like one."""
    label_column: str | None = None
    """The column whose values are learnt as kinds; pictures without one are left out."""


@dataclass(frozen=True)
class PainterMade:
    """A painter that a training finished, and the captioned pictures it was split on."""

    folder: Path
    choice: PictureChoice


@dataclass(frozen=True)
class GeneratorMade:
    """A generator that a training finished, and the pictures it was split on."""

    folder: Path
    choice: PictureChoice


@dataclass(frozen=True)
class ClassifierMade:
    """A classifier that a training finished, its pictures, and those it should not know."""

    folder: Path
    choice: PictureChoice
    probe: Path | None = None
