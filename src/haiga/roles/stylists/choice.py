"""Choosing a style for a mood: the nearest dozen, one of them by the seed, none seen lately."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from haiga.core.errors import UserError
from haiga.core.nouns import Mood, Style
from haiga.core.seeds import generator

CHOOSE_AMONG = 12
"""How many of the nearest styles the seed decides between."""


def choose_style(
    styles: Sequence[Style],
    mood: Mood,
    seed: int,
    avoid: Collection[str] = (),
) -> Style:
    """A style for the mood, never one whose id is in `avoid`.

    Styles of the same mood come first, then those nearest in valence and
    arousal. The same styles, mood, seed and `avoid` give the same style.
    Raises UserError when there is no style left to choose.
    """
    if not styles:
        raise UserError("there are no styles to choose from: the style bank is empty")
    recent = set(avoid)
    free = [style for style in styles if style.id not in recent]
    if not free:
        raise UserError(
            f"all {len(styles)} styles were used within the last {len(recent)} pieces; "
            "lower 'rest' in the artist's [stylist] or add styles to the bank"
        )

    def distance(style: Style) -> tuple[float, str]:
        far = (style.valence - mood.valence) ** 2 + (style.arousal - mood.arousal) ** 2
        return far + (0.0 if style.mood == mood.name else 4.0), style.id

    nearest = sorted(free, key=distance)[:CHOOSE_AMONG]
    return nearest[int(generator(seed, "style").integers(len(nearest)))]
