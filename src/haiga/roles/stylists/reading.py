"""Reading the style of a picture that is not in the bank."""

from __future__ import annotations

import hashlib

import numpy as np
from PIL import Image

from haiga.core.moods import VOCABULARY
from haiga.core.nouns import Picture, Style, check_picture
from haiga.features.affect import Affect, picture_affect
from haiga.features.colour import oklab, palette
from haiga.roles.stylists.code import measure

PALETTE_COLOURS = 8


def style_of(picture: Picture, medium: str | None = None) -> Style:
    """The style of a picture, with its mood read from colour and contrast.

    Works for any picture from one pixel up. The id is made from its pixels.
    """
    check_picture(picture, "style picture")
    digest = hashlib.sha256(repr(picture.shape).encode() + picture.tobytes()).hexdigest()
    affect = affect_of(picture)
    colours, _ = palette(picture, PALETTE_COLOURS)
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
        code=measure(picture, medium).packed(),
    )


def affect_of(picture: Picture) -> Affect:
    """Valence, arousal and dominance of a picture of any size, see `features.affect`."""
    image = Image.fromarray(picture)
    image.thumbnail((192, 192), Image.Resampling.BOX)
    lab = oklab(np.asarray(image))
    light = lab[..., 0]
    steps = [np.abs(np.diff(light, axis=axis)) for axis in (0, 1) if light.shape[axis] > 1]
    busyness = float(np.mean([s.mean() for s in steps])) * 1.6 if steps else 0.0
    return picture_affect(lab, busyness)


def nearest_mood(affect: Affect) -> str:
    """The mood of the vocabulary nearest in valence, arousal and dominance."""

    def distance(name: str) -> float:
        entry = VOCABULARY[name]
        return (
            (entry.valence - affect.valence) ** 2
            + (entry.arousal - affect.arousal) ** 2
            + 0.5 * (entry.dominance - affect.dominance) ** 2
        )

    return min(VOCABULARY, key=distance)
