"""A picture as a model may show it again: mirrored, moved a little, enlarged or made smaller."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from haiga.core.nouns import Picture
from haiga.features.hashes import THUMBNAIL_PX, thumbnails


@dataclass(frozen=True)
class Placement:
    """Which square of a picture is shown: its side and its shift from the middle, in sides.

    A `side` below 1 enlarges a part; beyond the picture its edge is repeated.
    """

    side: float = 1.0
    across: float = 0.0
    down: float = 0.0


def moved(side: float, *steps: float) -> list[Placement]:
    """The places so many steps beside the middle, in every direction."""
    along = (*(-step for step in reversed(steps)), 0.0, *steps)
    return [Placement(side, x, y) for x, y in itertools.product(along, along) if x or y]


PLACEMENTS = (
    Placement(),
    *moved(1.0, 0.03),
    *moved(1.0, 0.06),
    Placement(0.95),
    Placement(0.9),
    *(Placement(0.9, x, y) for x in (-0.05, 0.05) for y in (-0.05, 0.05)),
    Placement(0.8),
    Placement(1.06),
    Placement(1.12),
)
"""Steps of half a thumbnail's pixel: a copy two pixels of 64 aside is missed without them
(5 % of them found with steps of a whole one, 100 % with these)."""

_MARGIN = 0.15


def mirrored(pictures: Sequence[Picture]) -> list[Picture]:
    """Each picture with left and right changed."""
    return [np.ascontiguousarray(picture[:, ::-1]) for picture in pictures]


def placed_thumbnails(
    pictures: Sequence[Picture], placements: Sequence[Placement] = PLACEMENTS
) -> npt.NDArray[np.float16]:
    """Thumbnails (P, N, 768) of every picture in every placement, in half floats: they are many."""
    small = np.empty((len(placements), len(pictures), THUMBNAIL_PX**2 * 3), np.float16)
    for number, picture in enumerate(pictures):
        wide, (height, width) = _with_margin(picture), picture.shape[:2]
        shown = [_part(wide, height, width, placement) for placement in placements]
        small[:, number] = thumbnails(shown)
    return small


def _with_margin(picture: Picture) -> Image.Image:
    rows, columns = (math.ceil(side * _MARGIN) for side in picture.shape[:2])
    return Image.fromarray(np.pad(picture, ((rows, rows), (columns, columns), (0, 0)), mode="edge"))


def _part(wide: Image.Image, height: int, width: int, placement: Placement) -> Picture:
    """The placement of a picture of that size, which has its margin, as a thumbnail."""
    box_width, box_height = width * placement.side, height * placement.side
    left = (wide.width - box_width) / 2 + placement.across * width
    top = (wide.height - box_height) / 2 + placement.down * height
    box = (left, top, left + box_width, top + box_height)
    size = (THUMBNAIL_PX, THUMBNAIL_PX)
    return np.asarray(wide.resize(size, Image.Resampling.BOX, box=box))
