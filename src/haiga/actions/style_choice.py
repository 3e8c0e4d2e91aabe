"""Which styles a picture is to follow: files and artworks of the bank, weights, and regions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haiga.actions.inputs import PictureInput, read_input
from haiga.actions.style_banks import bank_of, named_style, with_bank
from haiga.core.config import Artist
from haiga.core.errors import UserError
from haiga.core.nouns import Style
from haiga.core.registry import names
from haiga.core.roles import Stylist
from haiga.core.suggest import hint

SUFFIXES = frozenset(".png .jpg .jpeg .webp .tif .tiff .gif .bmp .avif .heic .jp2 .ppm".split())
"""A name that ends so means a file, not an artwork of the bank."""
PHOTOREALISTIC = "transport.v1"
"""The stylist that changes colours alone."""


@dataclass(frozen=True)
class Follow:
    """A style to follow: a picture of the user's, or the id of an artwork in the bank."""

    picture: PictureInput | None
    artwork: str
    weight: float = 1.0

    def table(self) -> dict[str, Any]:
        """What a recipe keeps of it."""
        named = self.picture.table() if self.picture is not None else {"artwork": self.artwork}
        return {**named, "weight": self.weight}

    def style(self, stylist: Stylist) -> Style:
        """The style as the stylist reads it; UserError for an artwork that its bank lacks."""
        if self.picture is not None:
            return stylist.read_style(self.picture.picture)
        return named_style(stylist.styles(), self.artwork)


@dataclass(frozen=True)
class Region:
    """A mask, white where the style is followed."""

    mask: PictureInput
    follow: Follow

    def table(self) -> dict[str, Any]:
        """What a recipe keeps of it."""
        return {"mask": self.mask.table(), **self.follow.table()}


def read_follow(text: str) -> Follow:
    """A picture or an artwork as the user names it, `NAME` or `NAME:WEIGHT`.

    Raises UserError for a weight that is no number above 0, and BadPicture for a file that
    is no picture.
    """
    path, weight = Path(text), 1.0
    before, colon, after = text.rpartition(":")
    if colon and not path.exists():
        try:
            weight = float(after)
        except ValueError:
            weight = 1.0
        else:
            path = Path(before)
            if not 0 < weight < float("inf"):
                raise UserError(
                    f"--like {text}: the weight must be above 0; leave a style out that is to "
                    "have no part"
                )
    if path.exists():
        return Follow(read_input(path), "", weight)
    if path.suffix.lower() in SUFFIXES or len(path.parts) != 1:
        raise UserError(f"{path}: there is no such file")
    return Follow(None, str(path), weight)


def read_region(text: str) -> Region:
    """`MASK.png=STYLE`: where the mask is white, that style is followed."""
    mask, equals, style = text.partition("=")
    if not equals or not mask or not style:
        raise UserError(f"--region {text}: write MASK.png=STYLE, a mask and a picture or artwork")
    if not Path(mask).exists():
        raise UserError(f"{mask}: there is no such file")
    return Region(read_input(Path(mask)), read_follow(style))


def followed(entry: Mapping[str, Any], find: Callable[[Any], PictureInput]) -> Follow:
    """A `Follow` from a recipe; `find` looks for a picture that it names."""
    try:
        weight = float(entry.get("weight", 1.0))
    except (TypeError, ValueError) as error:
        raise UserError("recipe: the weight of a style is damaged") from error
    if "artwork" in entry:
        return Follow(None, str(entry["artwork"]), weight)
    return Follow(find(entry), "", weight)


def with_stylist(artist: Artist, name: str | None, *, keep_structure: bool = False) -> Artist:
    """The artist with another stylist, in its default settings, or as before for None.

    Raises UserError for one that is not installed, and for two at once.
    """
    if keep_structure:
        if name not in (None, PHOTOREALISTIC):
            raise UserError("give either --stylist or --keep-structure, which is a stylist itself")
        name = PHOTOREALISTIC
    if name is None or name == artist.stylist.use:
        return artist
    if name not in names("stylist"):
        raise UserError(f"--stylist: none named '{name}'; {hint(name, names('stylist'))}")
    followed = bank_of(artist)
    stylist = artist.stylist.model_copy(update={"use": name, "settings": {}})
    changed = artist.model_copy(update={"stylist": stylist})
    return with_bank(changed, followed)


def named_paths(likes: Sequence[str], regions: Sequence[str]) -> list[Path]:
    """What may be files among what a user names, which must not be written over."""
    texts = [part for text in regions for part in text.split("=", 1)] + list(likes)
    return [Path(name) for text in texts for name in (text, text.rpartition(":")[0]) if name]
