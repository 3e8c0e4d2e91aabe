"""The stylist `brush.v1`: the colours of an artwork and strokes like its own.

A picture is brought to a small study, the study takes on the artwork's colours
(`colouring`), and a new picture is painted from it stroke by stroke in the
artwork's medium (`media`). Nothing here is a network; the bank holds
measurements of artworks, no pictures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image

from haiga.core.errors import UserError
from haiga.core.nouns import Picture, Style, check_picture
from haiga.core.seeds import generator
from haiga.features.colour import oklab, srgb
from haiga.roles.stylists.bank import StyleBank
from haiga.roles.stylists.code import unpacked
from haiga.roles.stylists.colouring import recoloured
from haiga.roles.stylists.media import MEDIUM_PAINTERS
from haiga.roles.stylists.reading import style_of
from haiga.roles.stylists.sitting import Sitting
from haiga.roles.stylists.study import study_colours


class BrushStylist:
    """Paints pictures again in the manner of an artwork.

    `model`: the style bank, a bundled model's name or a folder with a card.
    """

    def __init__(self, *, model: str = "styles") -> None:
        self._bank = StyleBank(model)

    @property
    def models(self) -> Mapping[str, str]:
        """The bank's files, each with its sha256."""
        return self._bank.digests

    def styles(self) -> Sequence[Style]:
        """Every artwork in the bank."""
        return self._bank.styles()

    def read_style(self, picture: Picture) -> Style:
        """The style of any picture, even of one pixel; its id comes from its pixels."""
        return style_of(picture)

    def restyle(
        self,
        pictures: Sequence[Picture],
        *,
        styles: Sequence[Style],
        strength: float,
        seeds: Sequence[int],
    ) -> list[Picture]:
        """One picture for each, of the same size.

        `strength` in [0, 1]: 0 is the picture itself; from about a third on
        everything is painted, and more strength brings more of the artwork's
        colour and freer strokes. Raises UserError for a strength outside.
        """
        if not 0.0 <= strength <= 1.0:
            raise UserError(f"strength is {strength}; it must lie between 0 and 1")
        if not len(pictures) == len(styles) == len(seeds):
            raise UserError(
                f"{len(pictures)} pictures, {len(styles)} styles and {len(seeds)} seeds "
                "cannot be paired: give one style and one seed for each picture"
            )
        return [
            _restyled(check_picture(picture, f"picture {i + 1}"), style, strength, seed)
            for i, (picture, style, seed) in enumerate(zip(pictures, styles, seeds, strict=True))
        ]


def _restyled(picture: Picture, style: Style, strength: float, seed: int) -> Picture:
    if strength == 0:
        return picture.copy()
    code = unpacked(style.code, style.title or style.id)
    height, width = picture.shape[:2]
    if min(height, width) < 4:  # too small to hold a stroke: colour only
        return _coloured(picture, style, strength)
    sitting = Sitting(
        width=width,
        height=height,
        lab=recoloured(study_colours(picture), code.colour, _colour_amount(strength)),
        code=code,
        palette=oklab(np.array(style.palette, np.uint8).reshape(-1, 3)),
        vigour=strength,
        rng=generator(seed, "brush"),
    )
    painted = MEDIUM_PAINTERS[code.medium](sitting)
    cover = min(1.0, strength / 0.3)
    if cover < 1:
        before, after = Image.fromarray(picture), Image.fromarray(painted)
        return np.asarray(Image.blend(before, after, cover)).copy()
    return painted


def _colour_amount(strength: float) -> float:
    """Share of the artwork's colouring for a strength: quick at first, all of it at 1."""
    return float(strength**0.6)


def _coloured(picture: Picture, style: Style, strength: float) -> Picture:
    code = unpacked(style.code, style.title or style.id)
    return srgb(recoloured(oklab(picture), code.colour, _colour_amount(strength)))
