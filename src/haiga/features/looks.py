"""What is kept of how a picture looks: hashes, a small copy, the eye's views, edges, colours."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from haiga.core.collecting import Looks
from haiga.core.nouns import Picture
from haiga.core.roles import Embedder
from haiga.features.colour import oklab
from haiga.features.hashes import THUMBNAIL_PX, dhash, thumbnails

VERSION = "looks.v1"
"""Kept looks of another version are made again."""

EDGE_PX, EDGE_CELLS, EDGE_TURNS = 64, 4, 4
"""Edges are summed over 4 × 4 places and 4 directions of a picture of 64 × 64 pixels."""

COLOUR_PX = 32
LIGHT_STEPS, HUE_STEPS = 8, 40
"""Of the histogram: steps of lightness among greys, and 2 of chroma × 20 of hue."""

_CHROMA = (0.03, 0.09)
"""Below the first a pixel is grey; the second parts pale from strong (OKLab)."""

Floats = npt.NDArray[np.float32]


def looks_of(pictures: Sequence[Picture], eye: Embedder) -> list[Looks]:
    """The looks of each picture; each depends on its picture alone."""
    if not pictures:
        return []
    turned = [np.ascontiguousarray(picture[:, ::-1]) for picture in pictures]
    plain, mirrored = eye.embed(pictures), eye.embed(turned)
    hashes = np.stack([dhash(pictures), dhash(turned)], 1)  # (N, 2)
    small = thumbnails(pictures).reshape(-1, THUMBNAIL_PX, THUMBNAIL_PX, 3).astype(np.float16)
    return [
        Looks(
            hashes[i],
            small[i],
            np.stack([plain.early[i], mirrored.early[i]]).astype(np.float16),
            np.stack([plain.late[i], mirrored.late[i]]).astype(np.float16),
            edges(picture).astype(np.float16),
            colours(picture).astype(np.float16),
        )
        for i, picture in enumerate(pictures)
    ]


def edges(picture: Picture) -> Floats:
    """How much of the picture's edges runs in which direction, place by place: (64,), sum 1.

    A coarse histogram of oriented gradients (Dalal & Triggs, "Histograms of Oriented
    Gradients for Human Detection", CVPR 2005), one block. A flat picture gives zeros.
    """
    image = Image.fromarray(picture).convert("L")
    grey = np.asarray(image.resize((EDGE_PX, EDGE_PX), Image.Resampling.BOX), np.float32)
    down, across = np.gradient(grey)
    size = np.hypot(down, across)
    turn = np.mod(np.arctan2(down, across), np.pi)  # a line has no sign
    sector = np.minimum((turn * (EDGE_TURNS / np.pi)).astype(int), EDGE_TURNS - 1)
    cell = np.arange(EDGE_PX) * EDGE_CELLS // EDGE_PX
    place = (cell[:, None] * EDGE_CELLS + cell[None]) * EDGE_TURNS + sector
    sums = np.bincount(place.ravel(), size.ravel(), EDGE_CELLS**2 * EDGE_TURNS)
    return np.asarray(sums / max(float(sums.sum()), 1.0), np.float32)


def colours(picture: Picture) -> Floats:
    """Shares of colours: (48,), sum 1: 8 greys by lightness, then 20 hues pale and 20 strong."""
    image = Image.fromarray(picture).resize((COLOUR_PX, COLOUR_PX), Image.Resampling.BOX)
    light, a, b = oklab(np.asarray(image)).reshape(-1, 3).T
    chroma = np.hypot(a, b)
    step = np.minimum((light * LIGHT_STEPS).astype(int), LIGHT_STEPS - 1)
    half = HUE_STEPS // 2
    hue = np.minimum((np.mod(np.arctan2(b, a), 2 * np.pi) * (half / (2 * np.pi))).astype(int),
                     half - 1)  # fmt: skip
    strong = np.where(chroma < _CHROMA[1], 0, half)
    place = np.where(chroma < _CHROMA[0], step, LIGHT_STEPS + strong + hue)
    counts = np.bincount(place, minlength=LIGHT_STEPS + HUE_STEPS)
    return np.asarray(counts / len(place), np.float32)


def packed(looks: Looks) -> bytes:
    """The looks as bytes of one fixed layout (little-endian), for a table."""
    return b"".join(
        np.ascontiguousarray(part).astype(kind).tobytes()
        for part, (kind, _) in zip(_parts(looks), _LAYOUT, strict=True)
    )


def unpacked(data: bytes) -> Looks:
    """What `packed` was given; ValueError where the bytes are not of its layout."""
    parts, at = [], 0
    for kind, shape in _LAYOUT:
        count = int(np.prod(shape))
        size = np.dtype(kind).itemsize * count
        parts.append(np.frombuffer(data[at : at + size], kind).reshape(shape))
        at += size
    if at != len(data):
        raise ValueError(f"{len(data)} bytes are no looks: {at} are expected")
    return Looks(*parts)


_LAYOUT: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("<u8", (2,)),
    ("<f2", (THUMBNAIL_PX, THUMBNAIL_PX, 3)),
    ("<f2", (2, 256)),
    ("<f2", (2, 384)),
    ("<f2", (EDGE_CELLS**2 * EDGE_TURNS,)),
    ("<f2", (LIGHT_STEPS + HUE_STEPS,)),
)


def _parts(looks: Looks) -> tuple[npt.NDArray[np.generic], ...]:
    return (looks.hashes, looks.thumbnail, looks.early, looks.late, looks.edges, looks.colours)
