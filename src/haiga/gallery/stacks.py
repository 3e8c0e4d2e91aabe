"""Vertical setting: each line a column, its words one beneath another, columns stepping down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from haiga.core.errors import UserError
from haiga.gallery.typefaces import Typeface

STEP = 1.16
"""Word to word, in em."""
DROP = 1.0
"""How much lower each column begins than the one before, in em."""


@dataclass(frozen=True)
class Word:
    """A word in its column: left edge and baseline from the block's corner, in pixels."""

    text: str
    x: float
    baseline: float


@dataclass(frozen=True)
class Stacks:
    """All columns at one size; lengths in pixels."""

    words: tuple[Word, ...]
    em: float
    width: float
    height: float
    last_x: float
    last_bottom: float
    """Where the last column begins across, and ends down."""


def fit_stacks(
    lines: Sequence[str], face: Typeface, *, width: float, height: float, em: float, smallest: float
) -> Stacks:
    """The largest columns up to `em` that fit; `UserError` where none do."""
    size = em
    while True:
        stacks = set_stacks(lines, face, size)
        if stacks.width <= width and stacks.height <= height:
            return stacks
        if size <= smallest:
            break
        size = max(size * 0.965, smallest)
    raise UserError(
        f"the poem's {len([x for x in lines if x])} lines do not fit in columns at a readable "
        "size: choose the layout 'portrait', or a shorter poem"
    )


def set_stacks(lines: Sequence[str], face: Typeface, em: float) -> Stacks:
    """The columns at one size, from left to right."""
    words: list[Word] = []
    x = right = bottom = 0.0
    last_x = 0.0
    drop = DROP if sum(1 for line in lines if line) <= 4 else 0.0
    i = -1
    for line in lines:
        if not line:  # the space between stanzas
            x += 0.8 * em
            continue
        i += 1
        column = _column(line)
        for j, text in enumerate(column):
            baseline = (i * drop + face.ascent + j * STEP) * em
            words.append(Word(text, x, baseline))
            bottom = max(bottom, baseline + face.descent * em)
        last_x = x
        right = x + max(face.width(text, em) for text in column)
        x = right + 0.85 * em
    last_bottom = words[-1].baseline + face.descent * em
    return Stacks(tuple(words), em, right, bottom, last_x, last_bottom)


def _column(line: str) -> list[str]:
    """The line's words; a dash stays with the word before it."""
    column: list[str] = []
    for word in line.split(" "):
        if column and word in "—–-…":
            column[-1] += f" {word}"
        else:
            column.append(word)
    return column
