"""Reading the style of a picture that is not in the bank."""

from __future__ import annotations

import hashlib

from haiga.core.nouns import Picture, Style, check_picture
from haiga.features.affect import affect_of
from haiga.features.colour import palette
from haiga.roles.moods.sight import nearest_mood
from haiga.roles.stylists.code import measure

PALETTE_COLOURS = 8


def style_of(picture: Picture, medium: str | None = None) -> Style:
    """The style of a picture, with its mood read from colour and arrangement.

    Works for any picture from one pixel up. The id is made from its pixels.
    """
    check_picture(picture, "style picture")
    digest = hashlib.sha256(repr(picture.shape).encode() + picture.tobytes()).hexdigest()
    affect = affect_of(picture)
    colours, _ = palette(picture, PALETTE_COLOURS)
    code = measure(picture, medium)
    return Style(
        id=f"own-{digest[:12]}",
        title="a picture of your own",
        artist="",
        date="",
        credit="",
        licence="",
        mood=nearest_mood(affect),
        valence=round(affect.valence, 3),
        arousal=round(affect.arousal, 3),
        palette=colours,
        code=code.packed(),
        medium=code.medium,
    )
