"""Square crops of pictures, decoded by several threads."""

from __future__ import annotations

import os
import warnings
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

from haiga.core.errors import BadPicture
from haiga.core.nouns import Picture
from haiga.media.picture_folders import PictureRecord
from haiga.media.picture_judging import judge_picture
from haiga.training.pictures.store_groups import Look, look_at

Crops = Literal["centre", "ends", "tiles"]
"""A square in the centre; one at each end of a long picture; or many small ones as they are."""

ENLARGED = "smaller than the crop: enlarged"
TRIMMED = "black border of a scan: cut off"
_BLACK = 40
"""The mean level below which a row of pixels at the edge may be a scanner's black."""
_MOST_BORDER = 0.08
"""A border takes at most this share of a side; what is wider was painted."""
THUMBNAIL_SIDE = 64
"""What near duplicates are told by is computed at this size where pictures are cut into tiles."""
_JUMP = 60
"""How much lighter the page behind a border is, so that night at an edge is no border."""
_LONG = 1.25
"""A picture whose sides are further apart than this has a crop at each end, where asked for."""

TILES_EACH = 12
"""A picture gives at most so many tiles, those with most detail."""
_TILE_DRAFT_PX = 1_024
_TILE_STEP = 0.85
"""The least distance of two tiles, as a share of their side, where there is room for more."""
_FLAT_TILE = 1.5
"""A tile whose neighbouring pixels differ by fewer levels in the mean shows an empty page."""

_WAITING = 4  # finished pictures a thread may be ahead of the one that takes them


@dataclass(frozen=True)
class Crop:
    """One square of a picture: "" for the one in the centre, else which end; what it is like."""

    end: str
    pixels: Picture
    look: Look


@dataclass(frozen=True)
class Decoded:
    """One record decoded: its crops, or why it has none."""

    record: PictureRecord
    crops: tuple[Crop, ...]
    remarks: tuple[str, ...]
    reason: str = ""


def decode_records(
    records: Sequence[PictureRecord], size_px: int, crops: Crops
) -> Iterator[Decoded]:
    """Every record with its (size_px, size_px, 3) crops, in order, decoded in the background.

    Pillow leaves Python's lock while it decodes and scales, so threads use all cores. No
    file makes this raise: what is wrong with one is its `reason`.
    """
    threads = max(1, min(8, os.cpu_count() or 1))
    waiting: deque[Future[Decoded]] = deque()
    rest = iter(records)
    with warnings.catch_warnings(), ThreadPoolExecutor(threads, "decoding") as pool:
        warnings.simplefilter("ignore")  # damaged EXIF and the like: judged by the pixels
        try:
            for record in islice(rest, threads * _WAITING):
                waiting.append(pool.submit(decode_record, record, size_px, crops))
            while waiting:
                done = waiting.popleft().result()
                for record in islice(rest, 1):
                    waiting.append(pool.submit(decode_record, record, size_px, crops))
                yield done
        finally:
            for future in waiting:
                future.cancel()


def decode_record(record: PictureRecord, size_px: int, crops: Crops) -> Decoded:
    """One record decoded and cut; never raises for what is in the file."""
    if crops == "tiles":
        return _tiled(record, size_px)
    try:
        judged = judge_picture(record.path, draft_px=2 * size_px)
    except BadPicture as error:
        return Decoded(record, (), (), str(error))
    pixels = without_scan_border(judged.pixels)
    height, width, _ = pixels.shape
    remarks = judged.remarks + ((ENLARGED,) if min(height, width) < size_px else ())
    if pixels.shape != judged.pixels.shape:
        remarks = (*remarks, TRIMMED)
    image = Image.fromarray(pixels)
    cut = [(end, _scaled(image, box, size_px)) for end, box in boxes(width, height, crops)]
    return Decoded(record, tuple(Crop(end, c, look_at(c)) for end, c in cut), remarks)


def _tiled(record: PictureRecord, size_px: int) -> Decoded:
    """A record's tiles at its own resolution: nothing is scaled up, and nothing scaled down but
    by the decoder of a large JPEG.
    """
    try:
        judged = judge_picture(record.path, draft_px=_TILE_DRAFT_PX, least_px=size_px)
    except BadPicture as error:
        return Decoded(record, (), (), str(error))
    pixels = judged.pixels
    height, width, _ = pixels.shape
    look = look_at(_scaled(Image.fromarray(pixels), (0, 0, width, height), THUMBNAIL_SIDE))
    tiles = [
        (top, left, np.ascontiguousarray(pixels[top : top + size_px, left : left + size_px]))
        for top in _places(height, size_px)
        for left in _places(width, size_px)
    ]
    detail = [_detail(tile) for _, _, tile in tiles]
    ranked = sorted(range(len(tiles)), key=lambda i: -detail[i])[:TILES_EACH]
    kept = sorted(i for i in ranked if i == ranked[0] or detail[i] >= _FLAT_TILE)
    cut = tuple(Crop(f"{tiles[i][1]}, {tiles[i][0]}", tiles[i][2], look) for i in kept)
    return Decoded(record, cut, judged.remarks)


def _places(length: int, size_px: int) -> list[int]:
    """Where tiles begin along a side, evenly, the first and the last at its ends."""
    count = max(1, round(length / (_TILE_STEP * size_px)))
    spare = length - size_px
    return [0] if count == 1 else sorted({round(i * spare / (count - 1)) for i in range(count)})


def _detail(tile: Picture) -> float:
    """The mean difference of neighbouring pixels, in levels."""
    light = tile.astype(np.float32).mean(-1)
    return float(np.abs(np.diff(light, axis=0)).mean() + np.abs(np.diff(light, axis=1)).mean())


def without_scan_border(pixels: Picture) -> Picture:
    """A page scanned on black without the black around it, and the blurred row beside it.

    A generator would learn the border before anything else. Only an even black of at
    most a twelfth of a side, with a much lighter page behind it, is taken for one.
    """
    light = pixels.mean(-1)  # (H, W)
    top, bottom = _border(light), _border(light[::-1])
    left, right = _border(light.T), _border(light.T[::-1])
    height, width = light.shape
    return pixels[top : height - bottom, left : width - right]


def _border(light: npt.NDArray[np.float64]) -> int:
    """How many rows at the top of (H, W) levels are a scanner's black, its blur included."""
    most = max(2, int(_MOST_BORDER * len(light)))
    rows = light[: most + 4].mean(1)
    dark = (rows < _BLACK) & (np.quantile(light[: most + 4], 0.9, axis=1) < 1.5 * _BLACK)
    black = int(np.argmin(dark)) if not dark.all() else len(rows)
    if not 0 < black <= most or black + 3 >= len(rows):
        return 0
    page = float(rows[black + 2 :].max())
    if page < rows[0] + _JUMP:
        return 0
    blurred = rows[black : black + 3] < 0.9 * page
    return black + (int(np.argmin(blurred)) if not blurred.all() else 3)


def boxes(width: int, height: int, crops: Crops) -> list[tuple[str, tuple[int, int, int, int]]]:
    """The squares cut from a picture of this size: name, and left, top, right, bottom in pixels."""
    side = min(width, height)
    spare = max(width, height) - side
    wide = width >= height
    if crops == "centre" or max(width, height) < _LONG * side:
        offsets = [("", spare // 2)]
    else:
        offsets = [("left" if wide else "top", 0), ("right" if wide else "bottom", spare)]
    return [
        (name, (o, 0, o + side, side) if wide else (0, o, side, o + side)) for name, o in offsets
    ]


def _scaled(image: Image.Image, box: tuple[int, int, int, int], size_px: int) -> Picture:
    small = image.resize((size_px, size_px), Image.Resampling.LANCZOS, box=box)
    pixels: npt.NDArray[np.uint8] = np.asarray(small)
    return pixels
