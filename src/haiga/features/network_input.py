"""A picture as a small network takes it, by arithmetic that a web page can repeat to the bit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from haiga.core.nouns import Picture, check_picture

Floats = npt.NDArray[np.float32]


def squeezed(picture: Picture, size_px: int, where: str = "picture") -> Picture:
    """The whole picture at `size_px` a side, whatever its shape: (S, S, 3) uint8.

    Pillow's bicubic filter, widened with the scale so that what is made smaller is not
    jagged, in whole numbers, across and then down (in one call the order is up to Pillow's
    version): `pages/resize.js` does the same sums and gets the same bytes. Raises BadPicture
    for what is no picture.
    """
    image = Image.fromarray(np.ascontiguousarray(check_picture(picture, where)))
    across = image.resize((size_px, image.height), Image.Resampling.BICUBIC)
    return np.asarray(across.resize((size_px, size_px), Image.Resampling.BICUBIC))


def network_pixels(picture: Picture, size_px: int, where: str = "picture") -> Floats:
    """A picture as a network's input: (3, S, S) float32 in [-1, 1]."""
    return as_input(squeezed(picture, size_px, where))


def as_input(small: Picture) -> Floats:
    """Levels (S, S, 3) as (3, S, S) float32 in [-1, 1]."""
    return (small.astype(np.float32) / np.float32(127.5) - np.float32(1)).transpose(2, 0, 1)
