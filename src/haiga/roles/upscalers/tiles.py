"""Enlarging piece by piece, so that a large picture takes no more memory than a tile at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from haiga.roles.upscalers.shape import Levels

TILE_PX = 256
"""Side of what is enlarged at once, in pixels of the small picture."""


def enlarged_in_tiles(
    picture: Levels,
    scale: int,
    margin_px: int,
    enlarge: Callable[[Levels], Levels],
    tile_px: int = TILE_PX,
) -> Levels:
    """A picture (H, W, 3) `scale` times larger, made of tiles that do not show.

    `enlarge` takes any (h, w, 3) and gives (scale h, scale w, 3), where no pixel depends on
    what is further away than `margin_px` pixels of the small picture: each tile is enlarged
    with so much around it, and only its middle is kept.
    """
    height, width, _ = picture.shape
    out = np.empty((height * scale, width * scale, 3), np.float32)
    for top, bottom in _spans(height, tile_px):
        for left, right in _spans(width, tile_px):
            y, x = max(0, top - margin_px), max(0, left - margin_px)
            piece = picture[y : bottom + margin_px, x : right + margin_px]
            large = enlarge(piece)
            rows = slice((top - y) * scale, (bottom - y) * scale)
            columns = slice((left - x) * scale, (right - x) * scale)
            out[top * scale : bottom * scale, left * scale : right * scale] = large[rows, columns]
    return out


def _spans(length: int, tile_px: int) -> Iterator[tuple[int, int]]:
    """A side in even parts of at most `tile_px`."""
    count = -(-length // tile_px)
    for i in range(count):
        yield length * i // count, length * (i + 1) // count
