"""Sizes of enlarged pictures, and resampling in floating point."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from haiga.core.errors import UserError
from haiga.core.nouns import Picture

MAX_SIZE_PX = 16_384
BACK_ROUNDS = 3

Levels = npt.NDArray[np.float32]
"""(H, W, 3) levels of 0 to 255, not rounded."""


def check_size(size_px: int) -> None:
    """UserError when a longer side is not in [1, 16384]."""
    if not 1 <= size_px <= MAX_SIZE_PX:
        raise UserError(f"size_px: must be from 1 to {MAX_SIZE_PX}, not {size_px}")


def size_for(picture: Picture | Levels, size_px: int) -> tuple[int, int]:
    """Width and height with the longer side at `size_px`, the shape kept to the nearest pixel."""
    height, width, _ = picture.shape
    scale = size_px / max(height, width)
    return max(1, round(width * scale)), max(1, round(height * scale))


def resampled(
    levels: Picture | Levels,
    size: tuple[int, int],
    way: Image.Resampling = Image.Resampling.BICUBIC,
) -> Levels:
    """(H, W, 3) at another width and height, antialiased where smaller, a colour at a time."""
    width, height = size
    out = np.empty((height, width, 3), np.float32)
    for colour in range(3):
        plane = Image.fromarray(np.ascontiguousarray(levels[:, :, colour], np.float32))
        out[:, :, colour] = np.asarray(plane.resize(size, way))
    return out


def back_projected(levels: Levels, picture: Picture, rounds: int = BACK_ROUNDS) -> Levels:
    """Changes an enlargement in place so that made small again it is the picture it came from.

    Irani and Peleg 1991, "Improving Resolution by Image Registration", eq. 4 with one frame:
    what the reduced enlargement lacks is enlarged and added. Reduction is bicubic, antialiased.
    """
    height, width, _ = levels.shape
    small = (picture.shape[1], picture.shape[0])
    for _ in range(rounds):
        for colour in range(3):
            plane = Image.fromarray(np.ascontiguousarray(levels[:, :, colour]))
            back = np.asarray(plane.resize(small, Image.Resampling.BICUBIC))
            added = Image.fromarray((picture[:, :, colour] - back).astype(np.float32))
            levels[:, :, colour] += np.asarray(
                added.resize((width, height), Image.Resampling.BICUBIC)
            )
        np.clip(levels, 0, 255, out=levels)
    return levels


def rounded(levels: Levels) -> Picture:
    """Levels as a picture, row by row so that a large one takes no second copy in floats."""
    out = np.empty(levels.shape, np.uint8)
    for top in range(0, len(levels), 256):
        part = levels[top : top + 256]
        np.copyto(out[top : top + 256], np.clip(np.rint(part), 0, 255), casting="unsafe")
    return out
