"""Sample sheets and the film that is made of them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from haiga.media.durable import make_folder, write_durably

FOLDER, FILM = "samples", "film.webp"
GAP_PX, PAPER = 4, 245
FRAME_MS, LAST_MS = 500, 2500
FILM_PX = 800
"""The longer side of a frame of the film at most."""

Pictures = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Sheet:
    """Pictures (N, S, S, 3) uint8 in rows of `columns`."""

    pictures: Pictures
    columns: int


def arranged(sheet: Sheet) -> Pictures:
    """The pictures on one sheet (H, W, 3) uint8, row by row, with a thin gap."""
    count, height, width, _ = sheet.pictures.shape
    rows = -(-count // sheet.columns)
    shape = (rows * (height + GAP_PX) - GAP_PX, sheet.columns * (width + GAP_PX) - GAP_PX, 3)
    page = np.full(shape, PAPER, np.uint8)
    for i, picture in enumerate(sheet.pictures):
        top = (i // sheet.columns) * (height + GAP_PX)
        left = (i % sheet.columns) * (width + GAP_PX)
        page[top : top + height, left : left + width] = picture
    return page


def write_sheet(folder: Path, step: int, sheet: Sheet) -> Path:
    """Writes `samples/000123.png` for step 123 and returns its path."""
    make_folder(folder / FOLDER)
    path = folder / FOLDER / f"{step:06d}.png"
    buffer = io.BytesIO()
    Image.fromarray(arranged(sheet)).save(buffer, "PNG")
    write_durably(path, buffer.getvalue())
    return path


def write_film(folder: Path, steps: Sequence[int]) -> Path | None:
    """An animated WebP of the sheets of these steps, the last one held; None without sheets.

    A step whose sheet is not there any more is passed over.
    """
    paths = [folder / FOLDER / f"{step:06d}.png" for step in steps]
    frames = []
    for path in paths:
        if path.exists():
            with Image.open(path) as image:
                frames.append(image.convert("RGB"))
    if not frames:
        return None
    width, height = frames[-1].size
    scale = min(1.0, FILM_PX / max(width, height))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    frames = [f if f.size == size else f.resize(size, Image.Resampling.LANCZOS) for f in frames]
    buffer = io.BytesIO()
    frames[0].save(
        buffer,
        "WEBP",
        save_all=True,
        append_images=frames[1:],
        duration=[FRAME_MS] * (len(frames) - 1) + [LAST_MS],
        loop=0,
        quality=80,
        method=2,
    )
    write_durably(folder / FILM, buffer.getvalue())
    return folder / FILM
