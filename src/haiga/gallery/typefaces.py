"""The bundled typefaces: measuring a line, drawing it, and what they cannot draw."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from haiga.gallery.fontfile import read_letters

FOLDER = Path(__file__).parent / "fonts"
OVERSAMPLING = 4  # letters are drawn this much larger and averaged: true spacing, soft edges


@dataclass(frozen=True)
class Typeface:
    """One font file. Lengths are given for a size in pixels per em."""

    name: str
    file: str
    credit: str
    ascent: float
    """Height of tall letters above the baseline, in em."""
    descent: float
    """Depth of `p` and `g` below the baseline, in em."""

    @property
    def path(self) -> Path:
        return FOLDER / self.file

    def draws(self, character: str) -> bool:
        """Whether the face has a glyph for the character; a space counts as drawn."""
        return character == " " or ord(character) in read_letters(self.path).glyphs

    def width(self, text: str, size_px: float) -> float:
        """The length of a line of text, kerned, in pixels."""
        return _width_in_em(self.file, text) * size_px


@lru_cache(maxsize=4096)  # fitting measures the same words at many sizes
def _width_in_em(file: str, text: str) -> float:
    return read_letters(FOLDER / file).places(text)[-1]


@lru_cache(maxsize=64)
def font_at(path: Path, size_px: float) -> ImageFont.FreeTypeFont:
    """The font file opened at a size, kept for next time."""
    # BASIC, always: results must not depend on whether Pillow was built with raqm.
    return ImageFont.truetype(str(path), size_px, layout_engine=ImageFont.Layout.BASIC)


@dataclass(frozen=True)
class Inked:
    """Drawn text: `cover` (H, W) float32 in [0, 1], its corner `x`, `y` from the line's start."""

    cover: npt.NDArray[np.float32]
    x: int
    y: int


def draw_text(face: Typeface, text: str, size_px: float, dx: float = 0.0, dy: float = 0.0) -> Inked:
    """Draws one line from its start on the baseline, moved by fractions of a pixel `dx`, `dy`."""
    k = OVERSAMPLING
    font = font_at(face.path, round(size_px * k, 2))
    places = [round((at * size_px + dx) * k) for at in read_letters(face.path).places(text)]
    shown = [(c, at) for c, at in zip(text, places, strict=False) if c != " "]
    corners = [font.getbbox(c, anchor="ls") for c, _ in shown]
    # the canvas starts at a whole pixel of the page
    x0 = math.floor(min(at + box[0] for (_, at), box in zip(shown, corners, strict=True)) / k) - 1
    x1 = math.ceil(max(at + box[2] for (_, at), box in zip(shown, corners, strict=True)) / k) + 1
    y0 = math.floor(min(box[1] for box in corners) / k + dy) - 1
    y1 = math.ceil(max(box[3] for box in corners) / k + dy) + 1
    canvas = Image.new("L", ((x1 - x0) * k, (y1 - y0) * k), 0)
    pen = ImageDraw.Draw(canvas)
    for character, at in shown:
        where = (at - x0 * k, round(dy * k) - y0 * k)
        pen.text(where, character, font=font, fill=255, anchor="ls")
    small = canvas.reduce(k)
    return Inked(np.asarray(small, np.float32) / np.float32(255), x0, y0)


ITALIC = Typeface(
    name="Cormorant Garamond SemiBold Italic",
    file="CormorantGaramond-SemiBoldItalic.ttf",
    credit="Cormorant Garamond by Christian Thalmann (Catharsis Fonts), OFL 1.1",
    ascent=0.70,
    descent=0.27,
)
ROMAN = Typeface(
    name="Cormorant Garamond SemiBold",
    file="CormorantGaramond-SemiBold.ttf",
    credit=ITALIC.credit,
    ascent=0.70,
    descent=0.27,
)
BRUSH = Typeface(
    name="Yuji Boku",
    file="YujiBoku-Seal.ttf",
    credit="Yuji Boku by Kinuta Font Factory, OFL 1.1",
    ascent=0.78,
    descent=0.20,
)
LETTERING = {"italic": ITALIC, "roman": ROMAN}
