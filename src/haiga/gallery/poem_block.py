"""The poem as a block of lines: indents, wrapping, and the size at which it fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from haiga.core.errors import UserError
from haiga.gallery.typefaces import Typeface

STANZA = 0.55
"""An empty line between stanzas, in lines."""


@dataclass(frozen=True)
class Row:
    """One row of a block: its text, its indent and its baseline below the block's top, in em."""

    text: str
    indent: float
    baseline: float


@dataclass(frozen=True)
class Block:
    """Rows set at one size. `width` and `height` in pixels, without the seal."""

    rows: tuple[Row, ...]
    em: float
    width: float
    height: float
    last_right: float
    """Where the last row ends, in pixels from the block's left."""
    rights: tuple[float, ...]
    """Where each row ends."""

    def right_between(self, top: float, bottom: float, face: Typeface) -> float:
        """Where the rows end that cross the band from `top` to `bottom` below the block's top."""
        crossing = [
            right
            for row, right in zip(self.rows, self.rights, strict=True)
            if (row.baseline - face.ascent) * self.em < bottom
            and (row.baseline + face.descent) * self.em > top
        ]
        return max(crossing, default=0.0)


def leading(count: int) -> float:
    """Line to line, in em: a haiku is set with air, a sonnet closer."""
    return 1.34 if count <= 5 else 1.26 if count <= 9 else 1.19


def stagger(count: int) -> float:
    """How far each line is indented after the one before, in em: less the more lines there are."""
    if count <= 1:
        return 0.0
    if count <= 3:
        return 1.35
    return 0.62 if count <= 5 else 0.0


def set_block(lines: Sequence[str], face: Typeface, em: float, step: float) -> Block:
    """The lines at one size, each indented `step` em after the one before."""
    return _measured(_rows([[line] for line in lines], face, step), face, em)


def wrap(line: str, face: Typeface, em: float, width: float) -> list[str] | None:
    """The line broken at spaces to fit the width, evenly; None where a word alone is too wide."""
    words = line.split(" ")
    if any(face.width(word, em) > width for word in words):
        return None
    greedy = _greedy(words, face, em, width)
    # the same number of rows, as even as they come: no single word left over
    narrow = width
    while narrow > width * 0.5:
        tighter = narrow * 0.96
        if any(face.width(w, em) > tighter for w in words):
            break
        if len(_greedy(words, face, em, tighter)) > len(greedy):
            break
        narrow = tighter
    return _greedy(words, face, em, narrow)


def fit_block(
    lines: Sequence[str],
    face: Typeface,
    *,
    width: float,
    height: float,
    em: float,
    smallest: float,
    step: float,
    tail: float = 0.0,
) -> Block:
    """The largest block up to `em` that fits; lines wrap before letters become small.

    `tail` is room kept after the last row (for the seal), in pixels. `UserError`
    where the poem does not fit at the smallest readable size.
    """
    size = em
    while size >= smallest - 0.01:
        block = set_block(lines, face, size, step)
        if max(block.width, block.last_right + tail) <= width and block.height <= height:
            return block
        if size <= em * 0.84 and block.height <= height:  # wrapped, it is no lower
            wrapped = _wrapped(lines, face, size, width, step)
            if (
                wrapped
                and wrapped.height <= height
                and max(wrapped.width, wrapped.last_right + tail) <= width
            ):
                return wrapped
        size = size * 0.965 if size * 0.965 > smallest or size <= smallest else smallest
        if size < smallest:
            break
    raise UserError(_too_long(lines, face, smallest, width))


def _too_long(lines: Sequence[str], face: Typeface, smallest: float, width: float) -> str:
    words = [w for line in lines for w in line.split(" ") if face.width(w, smallest) > width]
    if words:
        return (
            f"the word '{words[0]}' is too long for the sheet at a readable size: "
            "break it, or choose a wider layout"
        )
    return (
        f"the poem's {len(lines)} lines do not fit the sheet at a readable size: "
        "shorten it, or choose a larger page"
    )


def _greedy(words: list[str], face: Typeface, em: float, width: float) -> list[str]:
    rows = [words[0]]
    for word in words[1:]:
        longer = f"{rows[-1]} {word}"
        if face.width(longer, em) <= width:
            rows[-1] = longer
        else:
            rows.append(word)
    return rows


def _wrapped(
    lines: Sequence[str], face: Typeface, em: float, width: float, step: float
) -> Block | None:
    hanging = 1.0 * em
    groups = []
    for line in lines:
        rows = wrap(line, face, em, width - hanging)
        if rows is None:
            return None
        groups.append(rows)
    return _measured(_rows(groups, face, 0.0 if step < 1 else 0.4), face, em)


def _rows(groups: list[list[str]], face: Typeface, step: float) -> tuple[Row, ...]:
    rows: list[Row] = []
    step_down = leading(sum(len(group) for group in groups))
    down = 0.0
    for i, group in enumerate(groups):
        if group == [""]:
            down += STANZA * step_down
            continue
        for j, text in enumerate(group):
            rows.append(Row(text, i * step + (1.0 if j else 0.0), down + face.ascent))
            down += step_down
    return tuple(rows)


def _measured(rows: tuple[Row, ...], face: Typeface, em: float) -> Block:
    rights = [row.indent * em + face.width(row.text, em) for row in rows]
    height = (rows[-1].baseline + face.descent) * em
    return Block(rows, em, max(rights), height, rights[-1], tuple(rights))
