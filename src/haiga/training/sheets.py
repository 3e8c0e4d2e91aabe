"""Sample sheets: many pictures on one PNG."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image
from torch import Tensor


def write_sheet(path: Path, pictures: Tensor, columns: int) -> None:
    """Write (B, 3, H, W) pictures in [-1, 1] as a grid, row by row, with a thin gap."""
    pixels = ((pictures.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()
    count, height, width, _ = pixels.shape
    rows = -(-count // columns)
    sheet = np.full((rows * (height + 4) - 4, columns * (width + 4) - 4, 3), 245, np.uint8)
    for i in range(count):
        top, left = (i // columns) * (height + 4), (i % columns) * (width + 4)
        sheet[top : top + height, left : left + width] = pixels[i]
    Image.fromarray(sheet).save(path)
