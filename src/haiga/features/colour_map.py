"""The colours of a picture, place by place, in the grid of the eye's map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from haiga.core.nouns import Picture
from haiga.features.colour import oklab
from haiga.features.eye import GRID

TINTS = 12
"""Numbers a place: OKLab of its four quarters."""


def colour_maps(pictures: Sequence[Picture]) -> npt.NDArray[np.float32]:
    """The mean OKLab colours of the four quarters of each of 8 by 8 places: (N, 12, 8, 8).

    Pictures of any size, (H, W, 3) uint8, are squeezed to a square as the eye squeezes them; the
    means are of sRGB levels. L in [0, 1], a and b about [-0.4, 0.4].
    """
    out = np.zeros((len(pictures), TINTS, GRID, GRID), np.float32)
    for i, picture in enumerate(pictures):
        small = Image.fromarray(picture).resize((2 * GRID, 2 * GRID), Image.Resampling.BOX)
        quarters = oklab(np.asarray(small)).reshape(GRID, 2, GRID, 2, 3)
        out[i] = quarters.transpose(1, 3, 4, 0, 2).reshape(TINTS, GRID, GRID)
    return out
