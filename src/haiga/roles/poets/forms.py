"""Poem forms as data: how many lines, and how many syllables in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from haiga.core.errors import UserError
from haiga.core.suggest import hint

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Form:
    """A form: its name and the syllables of each line."""

    name: str
    lines: tuple[int, ...]


FORMS = {
    form.name: form
    for form in (
        Form("haiku", (5, 7, 5)),
        Form("tanka", (5, 7, 5, 7, 7)),
        Form("lune", (5, 3, 5)),
    )
}


def form_named(name: str) -> Form:
    """The form of that name; UserError with the nearest names when there is none."""
    if name not in FORMS:
        raise UserError(f"no form named '{name}'; {hint(name, sorted(FORMS), label='forms')}")
    return FORMS[name]


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


def check_fillable(form: Form, sizes: npt.NDArray[np.integer], ends: Bools) -> None:
    """UserError naming the first line of a form that these words cannot fill."""
    table = fillable(sizes, ends, max(form.lines))
    for number, syllables in enumerate(form.lines, start=1):
        if syllables < 1 or not table[syllables]:
            raise UserError(
                f"form '{form.name}', line {number}: the poet's words cannot fill "
                f"{syllables} syllables"
            )


def parts_of(form: Form) -> Sequence[int]:
    """After which lines a poem may turn: all but the last, 0-based."""
    return range(len(form.lines) - 1)
