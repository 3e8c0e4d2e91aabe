"""Many pictures on one quiet sheet: even rows, wide margins, nothing else."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image

from haiga.core.nouns import Picture

PAPER = (246, 243, 236)
"""Warm white, as of unprinted paper."""
LEAST_CELL_PX = 128
"""Smaller pictures are enlarged by a whole number, so that they can be seen."""
GAP, MARGIN = 0.09, 0.45
"""Of a cell's side: between pictures, and around them all."""


def enlarged(picture: Picture, least_px: int = LEAST_CELL_PX) -> Picture:
    """The picture a whole number of times larger, its longer side `least_px` at least."""
    height, width, _ = picture.shape
    times = -(-least_px // max(height, width))
    if times <= 1:
        return picture
    size = (width * times, height * times)
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BICUBIC)).copy()


def contact_sheet(pictures: Sequence[Picture], columns: int | None = None) -> Picture:
    """Pictures of one size row by row on paper; about as many columns as rows unless given."""
    cells = [enlarged(picture) for picture in pictures]
    height, width, _ = cells[0].shape
    across = columns or math.ceil(math.sqrt(len(cells)))
    down = -(-len(cells) // across)
    gap, margin = round(GAP * width), round(MARGIN * width)
    size = (
        2 * margin + down * height + (down - 1) * gap,
        2 * margin + across * width + (across - 1) * gap,
    )
    sheet = np.empty((*size, 3), np.uint8)
    sheet[:] = PAPER
    for n, cell in enumerate(cells):
        row, column = divmod(n, across)
        top, left = margin + row * (height + gap), margin + column * (width + gap)
        sheet[top : top + height, left : left + width] = cell
    return sheet
