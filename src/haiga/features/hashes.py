"""Pictures by their pixels: difference hashes and small even-toned copies.

dHash: Neal Krawetz, "Kind of Like That", The Hacker Factor Blog, 2013: the picture
in 9 × 8 grey pixels; a bit says whether a pixel is brighter than its right
neighbour. Two files of one picture differ in a few bits of 64, two pictures in
about half of them. Mirrored or cropped pictures it does not find.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from haiga.core.nouns import Picture, check_picture

Hashes = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float32]

THUMBNAIL_PX = 16
EVENING = 8.0
"""Levels added to a thumbnail's spread, so that noise on a flat picture stays small."""

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
_BITS_OF = np.array([bin(i).count("1") for i in range(1 << 16)], np.uint8)


def dhash(pictures: Sequence[Picture]) -> Hashes:
    """The 64-bit difference hash of each picture: (N,) uint64."""
    if not len(pictures):
        return np.zeros(0, np.uint64)
    grey = np.stack([_small(picture, 9, 8) for picture in pictures]) @ _LUMA  # (N, 8, 9)
    bits = grey[:, :, :-1] < grey[:, :, 1:]
    packed = np.packbits(bits.reshape(len(bits), 64), axis=1)  # (N, 8) uint8
    return np.asarray(packed.view(">u8").astype(np.uint64).reshape(-1))


def differing_bits(first: Hashes, second: Hashes) -> npt.NDArray[np.uint8]:
    """In how many of 64 bits each hash (N,) differs from each (M,): (N, M)."""
    mixed = np.bitwise_xor.outer(first, second)
    total = np.zeros(mixed.shape, np.uint8)
    for shift in (0, 16, 32, 48):
        total += _BITS_OF[(mixed >> np.uint64(shift)) & np.uint64(0xFFFF)]
    return total


def thumbnails(pictures: Sequence[Picture], side_px: int = THUMBNAIL_PX) -> Floats:
    """Each picture as a small one of mean 0 and spread about 1: (N, side_px² · 3) float32.

    A change of brightness or contrast leaves it nearly as it is, and so does one of a single
    channel: each is centred by itself.
    """
    if not len(pictures):
        return np.zeros((0, side_px * side_px * 3), np.float32)
    small = np.stack([_small(picture, side_px, side_px) for picture in pictures])
    small -= small.mean((1, 2), keepdims=True)
    flat = small.reshape(len(small), -1)  # (N, side_px² · 3)
    return np.asarray(flat / (flat.std(1, keepdims=True) + EVENING), np.float32)


def _small(picture: Picture, width: int, height: int) -> Floats:
    image = Image.fromarray(np.ascontiguousarray(check_picture(picture)))
    return np.asarray(image.resize((width, height), Image.Resampling.BOX), np.float32)
