"""Style banks as a user sees them: what is in one, and which bank an artist follows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from haiga.core import registry
from haiga.core.config import Artist
from haiga.core.errors import UserError
from haiga.core.moods import mood_named
from haiga.core.nouns import Style
from haiga.core.suggest import hint
from haiga.models.card import CARD
from haiga.models.store import bundled_names
from haiga.roles.stylists.bank import Artworks, StyleBank
from haiga.roles.stylists.code import MEDIA
from haiga.roles.stylists.search import Found, find_styles

BANK = "styles"
"""The bundled bank."""


def open_bank(name_or_dir: str = BANK) -> Artworks:
    """Every artwork of a bank: a bundled one's name, or the folder of one's own.

    Raises `UserError` where there is none.
    """
    folder = Path(name_or_dir)
    if name_or_dir not in bundled_names() and folder.is_dir() and not (folder / CARD).is_file():
        raise UserError(
            f"{folder}: holds no style bank ({CARD} is missing); `haiga styles make {folder} "
            "--out DIR` makes one of the pictures in it"
        )
    return StyleBank(name_or_dir).styles()


def with_bank(artist: Artist, bank: str | None) -> Artist:
    """The artist following the artworks of another bank, where one is named.

    Raises `UserError` where there is no such bank.
    """
    if bank is None:
        return artist
    open_bank(bank)
    place = bank if bank in bundled_names() else str(Path(bank).resolve())
    settings = {**artist.stylist.settings, _bank_setting(artist): place}
    stylist = artist.stylist.model_copy(update={"settings": settings})
    return artist.model_copy(update={"stylist": stylist})


def bank_of(artist: Artist) -> str | None:
    """The bank that an artist's settings name; None where it is the stylist's own."""
    named = artist.stylist.settings.get(_bank_setting(artist))
    return None if named is None else str(named)


def _bank_setting(artist: Artist) -> str:
    """A stylist with a network calls its bank `bank`; for others it is their `model`."""
    return "bank" if registry.takes("stylist", artist.stylist.use, "bank") else "model"


def filtered(
    styles: Sequence[Style],
    *,
    mood: str | None = None,
    artist: str | None = None,
    medium: str | None = None,
) -> list[Style]:
    """The artworks of a mood, by a maker whose name holds `artist`, in a medium; all by default.

    Raises `UserError` for a mood or medium that is not known.
    """
    name = mood_named(mood, "").name if mood is not None else None
    if medium is not None and medium not in MEDIA:
        raise UserError(f"no medium named '{medium}'; {hint(medium, MEDIA, label='media')}")
    who = (artist or "").casefold()
    return [
        style
        for style in styles
        if name in (None, style.mood)
        and medium in (None, style.medium)
        and who in style.artist.casefold()
    ]


def named_style(styles: Sequence[Style], style_id: str) -> Style:
    """The artwork of that id; `UserError` names those that look like it."""
    found = next((style for style in styles if style.id == style_id), None)
    if found is None:
        near = hint(style_id, [style.id for style in styles][:20_000], label="its artworks")
        if not near.startswith("did"):
            near = "`haiga styles find WORDS` names some"
        raise UserError(f"no artwork of the bank has the id '{style_id}'; {near}")
    return found


def find(styles: Sequence[Style], query: str) -> list[Found]:
    """The artworks that fit a few words, the best first, each with the reasons.

    Raises `UserError` for a query without a word.
    """
    from haiga.features.vectors import WordVectors
    from haiga.features.words import words

    if not words(query):
        raise UserError('what is to be found? give a word or more, such as "stormy sea"')
    return find_styles(styles, query, WordVectors())


def style_table(style: Style) -> dict[str, object]:
    """An artwork as `--json` gives it: everything but its code."""
    return {
        "id": style.id,
        "title": style.title,
        "artist": style.artist,
        "date": style.date,
        "museum": style.museum,
        "credit": style.credit,
        "licence": style.licence,
        "url": style.url,
        "about": style.about,
        "medium": style.medium,
        "mood": style.mood,
        "valence": style.valence,
        "arousal": style.arousal,
        "palette": [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in style.palette],
        "offered": style.offered,
    }
