"""A piece in plain words, for those who cannot see it: only what is known to be there, or told as
what it looks like."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from PIL import Image

from haiga.core.errors import UserError
from haiga.core.nouns import Mood, Picture, Poem, Style
from haiga.features.colour_names import COLOURS, nearest_names
from haiga.features.picture_kind import without_kind
from haiga.features.seasons import image_words
from haiga.features.words import words

MAX_CHARACTERS = 400
"""A text is no longer; publishers take 1,000, and who listens to it has to hear it to the end."""
MOST_GIVEN = 1_000
"""An alt text that a person writes may be so long."""


COLOUR_NAMES = list(COLOURS)
_COLOUR = "(black|grey|white|beige|gold|yellow|orange|brown|red|pink|purple|blue|green)"


_GREYED = {"grey": 0.55, "dark grey": 0.55, "light grey": 0.55, "black": 0.6, "white": 0.8,
           "cream": 0.8, "beige": 0.8, "brown": 0.8, "dark brown": 0.8}  # fmt: skip
_BRIGHT = 1.5
"""How much a colour's share counts: what one sees of a picture are its colours before its greys."""
_SIDE_PX = 64


def main_colours(picture: Picture, count: int = 3, least_share: float = 0.08) -> list[str]:
    """Names of up to `count` colours that tell most of the picture, the most telling first.

    By the share of the picture that is nearest to each, bright ones counting for more than greys;
    one that so counts for less than `least_share` is not named.
    """
    small = Image.fromarray(picture).resize((_SIDE_PX, _SIDE_PX), Image.Resampling.BOX)
    names, counts = np.unique(nearest_names(np.asarray(small)), return_counts=True)
    told = {
        COLOUR_NAMES[i]: n / counts.sum() * _GREYED.get(COLOUR_NAMES[i], _BRIGHT)
        for i, n in zip(names.tolist(), counts.tolist(), strict=True)
    }
    ranked = sorted(told, key=lambda name: -told[name])
    return [name for name in ranked if told[name] >= least_share][:count] or ranked[:1]


def describe(
    poem: Poem,
    mood: Mood,
    picture: Picture,
    style: Style | None,
    unseen: Sequence[str],
    caption: str = "",
) -> str:
    """The alt text of a piece, at most 400 characters.

    Says what the sheet is, the words of the poem that the painter has pictures
    of, what the picture looks like by a `caption` that is sure, the main colours, the mood, the
    artwork whose style it follows, and the poem. Without a caption nothing is claimed about what
    the picture shows beyond its words.
    """
    painted = [w for w in words(poem.text) if w in image_words() and w not in set(unseen)]
    named = list(dict.fromkeys(painted))[:4]
    subject = "" if unseen else " made from its words"
    if named:
        subject = f" made from the word{'s' if len(named) > 1 else ''} {_list(named)}"
    colours = f"Mostly {_list(main_colours(picture))}"
    feeling = f"the mood is {mood.name}"
    verse = " / ".join(poem.lines)
    kind = poem.form if poem.form != "free" else "poem"
    looks = f" It looks like {_plain(caption)}." if _plain(caption) else ""
    shorter: list[str] = []
    for after in _credits(style):
        for about in dict.fromkeys((subject + "." + looks, subject + ".", ".")):
            shorter.append(
                f"A {kind} with a painting{about} {colours}; {feeling}{after}. "
                f"The {kind} reads: {verse}"
            )
    for text in shorter:
        if len(text) <= MAX_CHARACTERS:
            return text
    return shorter[-1][: MAX_CHARACTERS - 1].rstrip() + "…"


def checked(text: str) -> str:
    """An alt text that a person wrote, on one line; `UserError` where it is empty or too long."""
    plain = " ".join(text.split())
    if not plain:
        raise UserError("the alt text is empty; say in a sentence or two what the piece shows")
    if len(plain) > MOST_GIVEN:
        raise UserError(
            f"the alt text has {len(plain):,} characters, and publishers take {MOST_GIVEN:,}; "
            "shorten it"
        )
    if not plain.isprintable():
        raise UserError("the alt text holds characters that cannot be printed; leave them out")
    return plain


def _plain(caption: str) -> str:
    """A caption as the end of "It looks like": without its colours and what it is painted with."""
    some = rf"{_COLOUR}( and {_COLOUR})?"
    colours = rf",? (in|mostly) {some}(?=,|$)|,? on (white|cream|grey) paper$"
    return re.sub(colours, "", without_kind(caption))


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
