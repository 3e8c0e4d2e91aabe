"""The stylist `transport.v1`: an artwork's colours, and everything else as it was.

Colour by optimal transport (`colouring`), computed on a small copy; what it changes is then
carried to the whole picture by a guided filter (He, Sun & Tang, "Guided image filtering",
2013, eq. 5-8, subsampled as in He & Sun, "Fast guided filter", 2015): the change is a smooth
function of the picture's own light, so that edges stay where they are and no grain, bands or
compression blocks are raised.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from PIL import Image

from haiga.core.errors import UserError
from haiga.core.nouns import Picture, Style, check_picture
from haiga.features.colour import Floats, oklab, srgb
from haiga.roles.stylists.bank import StyleBank
from haiga.roles.stylists.code import unpacked
from haiga.roles.stylists.colouring import recoloured
from haiga.roles.stylists.reading import style_of

SMALL_PX = 512
"""Longest side of the copy that the change is computed on."""
REACH = 0.02
"""Reach of the guided filter, as a share of the longer side."""
SMOOTHNESS = 4e-4
"""What variance of light (OKLab) counts as an edge: the filter's epsilon."""
STRIP_ROWS = 256


class TransportStylist:
    """Gives pictures the colours of an artwork and keeps all they show: no strokes.

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
        """One picture for each, of the same size; seeds change nothing.

        `strength` in [0, 1]: the share of the artwork's colouring; 0 is the picture itself.
        Raises UserError for a strength outside.
        """
        if not 0.0 <= strength <= 1.0:
            raise UserError(f"strength is {strength}; it must lie between 0 and 1")
        if not len(pictures) == len(styles) == len(seeds):
            raise UserError(
                f"{len(pictures)} pictures, {len(styles)} styles and {len(seeds)} seeds "
                "cannot be paired: give one style and one seed for each picture"
            )
        return [
            _recoloured(check_picture(picture, f"picture {i + 1}"), style, strength)
            for i, (picture, style) in enumerate(zip(pictures, styles, strict=True))
        ]


def _recoloured(picture: Picture, style: Style, strength: float) -> Picture:
    if strength == 0:
        return picture.copy()
    code = unpacked(style.code, style.title or style.id)
    height, width = picture.shape[:2]
    scale = min(1.0, SMALL_PX / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    lab = oklab(np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BOX)))
    change = recoloured(lab, code.colour, strength) - lab
    slope, offset = guided(lab[..., 0], change, max(1, round(REACH * max(size))))
    out = np.empty_like(picture)
    strips = zip(_enlarged(slope, height, width), _enlarged(offset, height, width), strict=True)
    for top, (a, b) in zip(range(0, height, STRIP_ROWS), strips, strict=True):
        whole = oklab(picture[top : top + STRIP_ROWS])
        out[top : top + STRIP_ROWS] = srgb(whole + a * whole[..., :1] + b)
    return out


def guided(guide: Floats, field: Floats, reach: int) -> tuple[Floats, Floats]:
    """Coefficients (h, w, C), slope and offset, of the guided filter's output.

    `field` (h, w, C) is smoothed as slope x guide + offset, with `guide` (h, w) and a window
    of `reach` pixels to every side.
    """
    g = guide[..., None]
    mean, mean_field = _box(g, reach), _box(field, reach)
    variance = np.maximum(_box(g * g, reach) - mean * mean, 0)
    covariance = _box(g * field, reach) - mean * mean_field
    slope: Floats = (covariance / (variance + SMOOTHNESS)).astype(np.float32)
    offset = mean_field - slope * mean
    return _box(slope, reach), _box(offset, reach)


def _box(field: Floats, reach: int) -> Floats:
    """The mean over a square window of (h, w, C), cut off at the borders."""
    for axis in (0, 1):
        n = field.shape[axis]
        sums = np.concatenate(
            [np.zeros_like(field.take([0], axis), np.float64), field.cumsum(axis, np.float64)], axis
        )
        low = np.maximum(np.arange(n) - reach, 0)
        high = np.minimum(np.arange(n) + reach + 1, n)
        count = (high - low).reshape((-1, 1, 1) if axis == 0 else (1, -1, 1))
        field = ((sums.take(high, axis) - sums.take(low, axis)) / count).astype(np.float32)
    return field


def _enlarged(field: Floats, height: int, width: int) -> Iterator[Floats]:
    """(h, w, C) brought to height and width between its points, `STRIP_ROWS` rows at a time."""
    wide = _between(field, width, 1, np.arange(width))
    for top in range(0, height, STRIP_ROWS):
        yield _between(wide, height, 0, np.arange(top, min(height, top + STRIP_ROWS)))


def _between(field: Floats, length: int, axis: int, places: np.ndarray) -> Floats:
    """Linear interpolation along an axis that is to have `length` points, at some of them."""
    n = field.shape[axis]
    at = np.clip((places + 0.5) * (n / length) - 0.5, 0, n - 1).astype(np.float32)
    low = np.floor(at).astype(np.int64)
    share = (at - low).reshape((-1, 1, 1) if axis == 0 else (1, -1, 1))
    first, second = field.take(low, axis), field.take(np.minimum(low + 1, n - 1), axis)
    out: Floats = first + share * (second - first)
    return out
