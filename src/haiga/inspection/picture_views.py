"""A picture as a model may show it again: mirrored, or a part of it enlarged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from haiga.core.nouns import Picture


@dataclass(frozen=True)
class Part:
    """A square part: its side as a share of the picture's, and where it lies, 0 to 1 each way."""

    share: float
    across: float = 0.5
    down: float = 0.5


PARTS = (
    Part(0.9),
    Part(0.9, 0, 0),
    Part(0.9, 1, 0),
    Part(0.9, 0, 1),
    Part(0.9, 1, 1),
    Part(0.8),
)
"""The middle and the four corners of a picture, and a closer middle."""


def mirrored(pictures: Sequence[Picture]) -> list[Picture]:
    """Each picture with left and right changed."""
    return [np.ascontiguousarray(picture[:, ::-1]) for picture in pictures]


def part_of(picture: Picture, part: Part) -> Picture:
    """The part of a picture, not enlarged: at least one pixel."""
    height, width = picture.shape[:2]
    rows, columns = max(1, round(height * part.share)), max(1, round(width * part.share))
    top, left = round((height - rows) * part.down), round((width - columns) * part.across)
    return np.ascontiguousarray(picture[top : top + rows, left : left + columns])
