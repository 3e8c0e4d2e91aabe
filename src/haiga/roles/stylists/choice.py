"""Choosing a style for a mood: the nearest dozen, one of them by the seed, none seen lately."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from haiga.core.errors import UserError
from haiga.core.nouns import Mood, Style
from haiga.core.seeds import generator

CHOOSE_AMONG = 12
"""How many of the nearest styles the seed decides between."""


class Columns(NamedTuple):
    """What a choice looks at, a row a style: `places` is (n, 2), valence and arousal."""

    ids: Sequence[str]
    moods: Sequence[str]
    places: npt.NDArray[np.float64]
    offered: npt.NDArray[np.bool_]


def choose_style(
    styles: Sequence[Style],
    mood: Mood,
    seed: int,
    avoid: Collection[str] = (),
) -> Style:
    """A style for the mood, never one whose id is in `avoid`, nor one that is not offered.

    The seed decides between the nearest dozen of the same mood in valence and
    arousal; where none has that mood, between the nearest quarter of all, a dozen
    at most. The same styles, mood, seed and `avoid` give the same style.
    Raises UserError when there is no style left to choose.
    """
    if not len(styles):
        raise UserError("there are no styles to choose from: the style bank is empty")
    columns = _columns(styles)
    recent = set(avoid)
    free = [
        row
        for row, (style_id, offered) in enumerate(zip(columns.ids, columns.offered, strict=True))
        if offered and style_id not in recent
    ]
    if not free:
        raise UserError(
            f"all {int(columns.offered.sum())} styles were used within the last {len(recent)} "
            "pieces; lower 'rest' in the artist's [stylist] or add styles to the bank"
        )
    far = ((columns.places - (mood.valence, mood.arousal)) ** 2).sum(axis=1)

    same = [row for row in free if columns.moods[row] == mood.name]
    many = CHOOSE_AMONG if same else max(1, min(CHOOSE_AMONG, len(free) // 4))
    nearest = sorted(same or free, key=lambda row: (far[row], columns.ids[row]))[:many]
    return styles[nearest[int(generator(seed, "style").integers(len(nearest)))]]


def _columns(styles: Sequence[Style]) -> Columns:
    """The columns of a bank that has them, so that not every style must be put together."""
    kept: Any = getattr(styles, "columns", None)
    if isinstance(kept, Columns):
        return kept
    return Columns(
        [style.id for style in styles],
        [style.mood for style in styles],
        np.array([(style.valence, style.arousal) for style in styles], np.float64),
        np.array([style.offered for style in styles], np.bool_),
    )
