"""What words can fill a form: the exact look-ahead, and the line that cannot be filled.

The forms themselves are data in `haiga.core.forms`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from haiga.core.errors import UserError
from haiga.core.forms import Form, Span, form_of

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class CountedForm:
    """A form whose every line has one number of syllables, and no rhyme."""

    name: str
    lines: tuple[int, ...]


def counted(form: Form) -> CountedForm:
    """The form for a poet that keeps exact counts and no rhyme; UserError for any other form."""
    if form.counts is None or form.is_rhymed:
        raise UserError(
            f"form '{form.name}': this poet keeps forms with one number of syllables a line and "
            "no rhyme; a poet that `haiga train poet` made (--with) keeps the others"
        )
    return CountedForm(form.name, form.counts)


def form_named(name: str) -> CountedForm:
    """The counted form of that name or file; UserError for any other kind."""
    return counted(form_of(name))


def fillable(sizes: npt.NDArray[np.integer], ends: Bools, most: int) -> Bools:
    """Which numbers of syllables, 0 to `most`, whole words can fill up to a proper line end.

    `sizes` (V,) are the syllables of each usable word, `ends` (V,) whether it may
    end a line. This is the exact look-ahead: a word is allowed only if what it
    leaves is fillable.
    """
    inner = sorted({int(n) for n in sizes if n > 0})
    last = {int(n) for n in sizes[ends] if n > 0}
    table = np.zeros(most + 1, bool)
    for left in range(1, most + 1):
        table[left] = left in last or any(n < left and table[left - n] for n in inner)
    table[0] = True
    return table


def reachable(span: Span, inner: Sequence[int], last: Sequence[int]) -> Bools:
    """(most + 1,): whether a line with so many syllables spoken can still end within its span.

    `inner` are the syllable counts that words may have, `last` those of words that
    may end this line. At least one more word is said: entry n asks nothing of the
    word before it.
    """
    table = np.zeros(span.most + 1, bool)
    for spoken in range(span.most, -1, -1):
        table[spoken] = any(spoken + n in span for n in last) or any(
            spoken + n < span.most and table[spoken + n] for n in inner
        )
    return table


def check_fillable(form: CountedForm, sizes: npt.NDArray[np.integer], ends: Bools) -> None:
    """UserError naming the first line of a form that these words cannot fill."""
    table = fillable(sizes, ends, max(form.lines))
    for number, syllables in enumerate(form.lines, start=1):
        if syllables < 1 or not table[syllables]:
            raise UserError(
                f"form '{form.name}', line {number}: the poet's words cannot fill "
                f"{syllables} syllables"
            )
