"""A piece in plain words, for those who cannot see it: only what is known to be there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from haiga.core.nouns import Mood, Picture, Poem, Style
from haiga.features.colour import oklab, palette
from haiga.features.seasons import image_words
from haiga.features.words import words

MAX_CHARACTERS = 400

_COLOURS: dict[str, tuple[int, int, int]] = {
    "black": (18, 18, 18),
    "dark grey": (74, 74, 74),
    "grey": (128, 128, 128),
    "light grey": (190, 190, 190),
    "white": (246, 246, 244),
    "cream": (238, 226, 196),
    "beige": (205, 186, 150),
    "ochre": (190, 142, 62),
    "yellow": (238, 208, 72),
    "gold": (214, 170, 60),
    "orange": (226, 132, 48),
    "rust": (164, 84, 44),
    "brown": (112, 74, 44),
    "dark brown": (58, 40, 28),
    "red": (190, 40, 40),
    "dark red": (112, 28, 30),
    "pink": (228, 160, 170),
    "purple": (112, 62, 130),
    "violet": (150, 120, 190),
    "dark blue": (30, 42, 84),
    "blue": (54, 92, 164),
    "light blue": (150, 186, 220),
    "grey blue": (104, 124, 146),
    "teal": (34, 116, 120),
    "dark green": (34, 62, 40),
    "green": (70, 124, 62),
    "olive": (112, 110, 58),
    "light green": (160, 192, 130),
    "grey green": (118, 130, 112),
}


def colour_name(colour: tuple[int, int, int]) -> str:
    """The plain name of the colour that is nearest to an sRGB colour, in OKLab."""
    names = list(_COLOURS)
    known = oklab(np.array([_COLOURS[name] for name in names], np.uint8))  # (N, 3)
    wanted = oklab(np.array([colour], np.uint8))[0]  # (3,)
    return names[int(np.argmin(((known - wanted) ** 2).sum(1)))]


def main_colours(picture: Picture, count: int = 3, least_share: float = 0.08) -> list[str]:
    """Names of up to `count` colours that each cover enough of the picture, most first."""
    shares: dict[str, float] = {}
    for colour, share in zip(*palette(picture), strict=True):
        name = colour_name(colour)
        shares[name] = shares.get(name, 0.0) + share
    ranked = sorted(shares, key=lambda name: -shares[name])
    return [name for name in ranked if shares[name] >= least_share][:count] or ranked[:1]


def describe(
    poem: Poem, mood: Mood, picture: Picture, style: Style | None, unseen: Sequence[str]
) -> str:
    """The alt text of a piece, at most 400 characters.

    Says what the sheet is, the words of the poem that the painter has pictures
    of, the main colours, the mood, the artwork whose style it follows, and the
    poem. Nothing is claimed about what the picture shows beyond its words.
    """
    painted = [w for w in words(poem.text) if w in image_words() and w not in set(unseen)]
    named = list(dict.fromkeys(painted))[:4]
    subject = "" if unseen else " made from its words"
    if named:
        subject = f" made from the words {_list(named)}"
    colours = f"Mostly {_list(main_colours(picture))}"
    feeling = f"the mood is {mood.name}"
    verse = " / ".join(poem.lines)
    kind = poem.form if poem.form != "free" else "poem"
    shorter: list[str] = []
    for after in _credits(style):
        for about in dict.fromkeys((subject, "")):
            shorter.append(
                f"A {kind} with a painting{about}. {colours}; {feeling}{after}. "
                f"The {kind} reads: {verse}"
            )
    for text in shorter:
        if len(text) <= MAX_CHARACTERS:
            return text
    return shorter[-1][: MAX_CHARACTERS - 1].rstrip() + "…"


def _credits(style: Style | None) -> list[str]:
    """The style's artwork, said ever shorter."""
    if style is None:
        return [""]
    title = style.title.strip()
    artist = style.artist.strip()
    if not artist:
        plain = title[:1].lower() + title[1:] if title.startswith("A ") else title
        return [f"; styled after {plain}", ""]
    return [f"; styled after “{title}” by {artist}", f"; styled after {artist}", ""]


def _list(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return ", ".join(names[:-1]) + " and " + names[-1]
