"""A plain border around a picture: found, and taken off."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from haiga.core.nouns import Picture
from haiga.inspection.alignment import Alignment, Box

LEAST, MOST = 0.02, 0.25
"""Of a side of the picture: a border is at least so wide at two sides or more, and at most."""

_LEVELS = 12.0  # a border's levels lie this near to its own median…
_SHARE = 0.97  # …at so many of a row's pixels


def within_border(picture: Picture) -> Box | None:
    """The part that a border of one tone leaves; None where there is none to speak of."""
    values = picture.astype(np.float32)
    edge = np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])
    tone = np.median(edge, axis=0)
    plain = np.abs(values - tone).max(2) <= _LEVELS  # (H, W)
    height, width = plain.shape
    down, across = plain.mean(1) >= _SHARE, plain.mean(0) >= _SHARE
    top, bottom = _run(down) / height, _run(down[::-1]) / height
    left, right = _run(across) / width, _run(across[::-1]) / width
    sides = [min(side, MOST) for side in (left, top, right, bottom)]
    if sum(side >= LEAST for side in sides) < 2:
        return None
    return Box(sides[0], sides[1], 1 - sides[2], 1 - sides[3])


def placed_in(alignment: Alignment, box: Box) -> Alignment:
    """The alignment of a part of a made picture, told in shares of the whole."""
    here, wide, high = alignment.made, box.right - box.left, box.bottom - box.top
    made = Box(
        box.left + here.left * wide,
        box.top + here.top * high,
        box.left + here.right * wide,
        box.top + here.bottom * high,
    )
    return replace(alignment, made=made)


def _run(plain: npt.NDArray[np.bool_]) -> int:
    """How many are plain from the beginning on."""
    return len(plain) if plain.all() else int(plain.argmin())
