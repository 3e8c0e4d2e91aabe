"""The seal (hanko): the artist's mark in red, cut by hand and a little worn."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from haiga.core.errors import UserError
from haiga.gallery.noise import Field, layered_noise, smooth_noise, smoothstep
from haiga.gallery.typefaces import BRUSH, OVERSAMPLING, ROMAN, Typeface, font_at
from haiga.gallery.typeset import refuse_missing


def read_mark(text: str) -> str:
    """The mark, trimmed; `UserError` unless it is 1 to 4 characters that can be cut."""
    mark = "".join(text.split())
    if not 1 <= len(mark) <= 4:
        raise UserError(f"the seal '{text}' has {len(mark)} characters; a seal holds 1 to 4")
    refuse_missing(mark, BRUSH, ROMAN, where=f"the seal '{text}'")
    return mark


def press(mark: str, size_px: float, rng: np.random.Generator) -> Field:
    """Prints the mark, about `size_px` wide: the stone inked, the characters left in paper.

    (H, W) float32 in [0, 1], with some room around the stone.
    """
    k = OVERSAMPLING
    side = max(round(size_px), 8)
    width, height = _stone(mark, side)
    pad = max(side // 6, 2)
    stone = Image.new("L", ((width + 2 * pad) * k, (height + 2 * pad) * k), 0)
    draw = ImageDraw.Draw(stone)
    corner = side * k * 0.11
    box = (pad * k, pad * k, (pad + width) * k, (pad + height) * k)
    draw.rounded_rectangle(box, radius=corner, fill=255)
    _cut(stone, mark, box)
    turned = stone.rotate(float(rng.uniform(-3.2, 3.2)), Image.Resampling.BICUBIC)
    cover = np.asarray(turned.reduce(k), np.float32) * np.float32(1 / 255)
    return _worn(cover, side, rng)


def stone_shape(mark: str, size_px: float) -> tuple[float, float]:
    """Width and height in pixels that the mark's stone takes on the page."""
    width, height = _stone(mark, max(round(size_px), 8))
    return float(width), float(height)


def _stone(mark: str, side: int) -> tuple[int, int]:
    """Width and height of the stone: square, or twice as tall for two stacked characters."""
    if len(mark) == 2 and not mark.isascii():
        return round(side * 0.80), round(side * 1.42)
    if len(mark) == 3 and not mark.isascii():
        return round(side * 0.74), round(side * 1.9)
    if len(mark) in (2, 3):
        return round(side * (1.15 if len(mark) == 2 else 1.45)), round(side * 0.9)
    return side, side


def _cells(mark: str) -> list[tuple[str, float, float, float, float]]:
    """Each character with its place in the stone, as shares (x, y, width, height)."""
    n = len(mark)
    if n == 4:
        # kanji are read down the right column first, letters along the rows
        places = [(0.5, 0), (0.5, 0.5), (0, 0), (0, 0.5)]
        if mark.isascii():
            places = [(0, 0), (0.5, 0), (0, 0.5), (0.5, 0.5)]
        return [(c, x, y, 0.5, 0.5) for c, (x, y) in zip(mark, places, strict=True)]
    if n == 1 or mark.isascii():
        return [(c, i / n, 0, 1 / n, 1) for i, c in enumerate(mark)]
    return [(c, 0, i / n, 1, 1 / n) for i, c in enumerate(mark)]


def _cut(stone: Image.Image, mark: str, box: tuple[int, int, int, int]) -> None:
    """Cuts the characters out of the inked stone, each filling its cell."""
    x0, y0, x1, y1 = box
    rim = 0.10 * min(x1 - x0, y1 - y0)
    inner_w, inner_h = x1 - x0 - 2 * rim, y1 - y0 - 2 * rim
    for character, x, y, w, h in _cells(mark):
        cell = (x0 + rim + x * inner_w, y0 + rim + y * inner_h, w * inner_w, h * inner_h)
        face: Typeface = BRUSH if BRUSH.draws(character) else ROMAN
        glyph = _glyph(face, character, round(cell[2] * 0.94), round(cell[3] * 0.94))
        at = (
            round(cell[0] + (cell[2] - glyph.width) / 2),
            round(cell[1] + (cell[3] - glyph.height) / 2),
        )
        stone.paste(0, (*at, at[0] + glyph.width, at[1] + glyph.height), glyph)


def _glyph(face: Typeface, character: str, width: int, height: int) -> Image.Image:
    """The character drawn to fill the cell, stretched by a third at most, as seals are cut."""
    font = font_at(face.path, 300.0)
    # the brush's letters are finer than its kanji: cut broader, they hold at this size
    broader = 9 if character.isascii() else 2
    left, top, right, bottom = font.getbbox(character, stroke_width=broader)
    drawn = Image.new("L", (max(int(right - left), 1), max(int(bottom - top), 1)), 0)
    pen = ImageDraw.Draw(drawn)
    pen.text((-left, -top), character, font=font, fill=255, stroke_width=broader, stroke_fill=255)
    scale = min(width / drawn.width, height / drawn.height)
    across = min(width, drawn.width * scale * 1.33)
    down = min(height, drawn.height * scale * 1.33)
    return drawn.resize((max(round(across), 1), max(round(down), 1)), Image.Resampling.LANCZOS)


def _worn(cover: Field, side: int, rng: np.random.Generator) -> Field:
    """Uneven ink: thin patches, chipped edges and pinholes."""
    height, width = cover.shape
    patches = layered_noise(rng, height, width, (side / 2, side / 5))
    chips = smooth_noise(rng, height, width, max(side / 14, 1))
    pinholes = smooth_noise(rng, height, width, max(side / 40, 1))
    ink = 0.90 + 0.055 * patches - 0.5 * smoothstep((pinholes - np.float32(1.9)) / np.float32(0.6))
    edge = smoothstep((cover + np.float32(0.16) * chips - np.float32(0.32)) / np.float32(0.36))
    return np.clip(ink * edge * (cover > 0.02), 0, 0.97).astype(np.float32)
