"""Where a captioner looked: the picture, and one panel for every word with the place lit.

After figures 2 to 5 of Xu et al. 2015, "Show, Attend and Tell", on this house's paper.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from PIL import Image

from haiga.core.nouns import Caption, Picture
from haiga.gallery.grid import PAPER
from haiga.gallery.typefaces import ITALIC, Typeface, draw_text
from haiga.gallery.typeset import typeset

CELL_PX = 300
"""The longer side of a panel."""
_COLUMNS = 5
_GAP, _MARGIN, _LINE = 0.10, 0.30, 0.24
_INK, _SOFT = (46, 42, 38), (128, 119, 111)
_SIZE = 0.105
"""The lettering's size beside a panel's longer side."""
_LEFT = 0.22
"""So much of what is not looked at is left under the paper that veils it, without its colours."""

Floats = npt.NDArray[np.float32]


def attention_sheet(picture: Picture, caption: Caption) -> Picture:
    """The picture with the caption under it, then a panel a word, on one quiet page.

    `caption.attention` is (words, h, w); in a panel the most
    looked-at place keeps its colours, and the rest fades into the paper. A caption that is not
    sure is in a lighter ink, and says so.
    Raises ValueError where it has none.
    """
    if caption.attention is None:
        raise ValueError("the caption does not tell where it looked")
    shown = _fitted(picture)
    height, width = shown.shape[:2]
    panels: list[tuple[Picture | Floats, str]] = [(shown, "")]
    for word, map_ in zip(caption.tokens, caption.attention, strict=True):
        if word != ",":
            panels.append((_lit(shown, map_), word))
    columns = min(_COLUMNS, len(panels))
    rows = -(-len(panels) // columns)
    gap, margin, line = (round(part * CELL_PX) for part in (_GAP, _MARGIN, _LINE))
    text = typeset(caption.text[:1].upper() + caption.text[1:])
    text += "" if caption.sure else " (unsure)"
    ink = _INK if caption.sure else _SOFT
    page_width = 2 * margin + columns * width + (columns - 1) * gap
    size, lines = _set(text, page_width - 2 * margin)
    head = round(1.35 * size * len(lines)) + round(0.6 * margin)
    page_height = 2 * margin + head + rows * (height + line) + (rows - 1) * gap
    page: Floats = np.empty((page_height, page_width, 3), np.float32)
    page[:] = PAPER
    for number, words in enumerate(lines):
        x = (page_width - ITALIC.width(words, size)) / 2
        _write(page, ITALIC, words, size, x, margin + (0.9 + 1.35 * number) * size, ink)
    for number, (panel, word) in enumerate(panels):
        row, column = divmod(number, columns)
        top = margin + head + row * (height + line + gap)
        left = margin + column * (width + gap)
        page[top : top + height, left : left + width] = panel
        if word:
            size_px = _SIZE * CELL_PX
            size_px *= min(1.0, width / max(1.0, ITALIC.width(word, size_px)))
            x = left + (width - ITALIC.width(word, size_px)) / 2
            _write(page, ITALIC, word, size_px, x, top + height + 0.62 * line)
    return np.clip(np.rint(page), 0, 255).astype(np.uint8)


def _fitted(picture: Picture) -> Picture:
    """The picture with its longer side at a panel's."""
    scale = CELL_PX / max(picture.shape[:2])
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    # a strip would leave no room for the words under it
    size = (max(size[0], CELL_PX // 4), max(size[1], CELL_PX // 4))
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS)).copy()


def _lit(picture: Picture, looked: Floats) -> Floats:
    """The picture under a veil of paper, but where it was looked at."""
    light = looked - looked.min()
    light = light / max(float(light.max()), 1e-6)
    size = (picture.shape[1], picture.shape[0])
    glow = Image.fromarray(light.astype(np.float32), "F").resize(size, Image.Resampling.BICUBIC)
    cover = np.clip(np.asarray(glow, np.float32), 0, 1)[..., None] ** np.float32(0.8)
    colours = picture.astype(np.float32)
    grey = colours @ np.array([0.299, 0.587, 0.114], np.float32)
    veiled = _LEFT * grey[..., None] + (1 - _LEFT) * np.array(PAPER, np.float32)
    lit: Floats = (veiled + cover * (colours - veiled)).astype(np.float32)
    return lit


def _set(text: str, width_px: float) -> tuple[float, list[str]]:
    """The size of the caption's lettering and its lines: one where it fits, else two."""
    size = 0.17 * CELL_PX
    if ITALIC.width(text, size) <= width_px:
        return size, [text]
    words = text.split(" ")

    def longer(cut: int) -> float:
        return max(ITALIC.width(" ".join(part) or " ", size) for part in (words[:cut], words[cut:]))

    cut = min(range(1, len(words) + 1), key=longer)
    lines = [part for part in (" ".join(words[:cut]), " ".join(words[cut:])) if part]
    longest = max(ITALIC.width(part, size) for part in lines)
    return size * min(1.0, width_px / longest), lines


def _write(page: Floats, face: Typeface, text: str, size_px: float, x: float, y: float,
           ink: tuple[int, int, int] = _INK) -> None:  # fmt: skip
    """Ink on the page from x on the baseline y; characters the face lacks are left out."""
    text = "".join(c for c in text if face.draws(c)).strip()
    if not text:
        return
    across, down = math.floor(x), math.floor(y)
    inked = draw_text(face, text, size_px, x - across, y - down)
    top, left = down + inked.y, across + inked.x
    rows = slice(max(top, 0), min(top + inked.cover.shape[0], page.shape[0]))
    columns = slice(max(left, 0), min(left + inked.cover.shape[1], page.shape[1]))
    cover = inked.cover[rows.start - top :, columns.start - left :]
    cover = cover[: rows.stop - rows.start, : columns.stop - columns.start]
    part = page[rows, columns]
    page[rows, columns] = part + cover[..., None] * (np.array(ink, np.float32) - part)
