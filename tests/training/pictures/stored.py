"""Small stores of pictures for tests: random patches, no two alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from haiga.media.picture_folders import PictureRecord, ReadPictures
from haiga.training.pictures.store import PictureStore, build_store

Lines = list[str]


def patches(seed: int, width: int = 48, height: int = 48) -> Image.Image:
    """Eight by eight random patches."""
    colours = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    return Image.fromarray(colours).resize((width, height), Image.Resampling.BICUBIC)


def written(
    folder: Path, count: int, columns: Sequence[Mapping[str, str]] = (), label: str | None = None
) -> ReadPictures:
    """Files 000.png, 001.png … and what is known of them."""
    folder.mkdir(parents=True, exist_ok=True)
    records = []
    for number in range(count):
        key = f"{number:03d}.png"
        patches(number).save(folder / key)
        known = dict(columns[number]) if columns else {}
        records.append(PictureRecord(folder / key, key, f"picture {number}", known))
    return ReadPictures(tuple(records), label_column=label)


def stored(folder: Path, count: int, *, size_px: int = 16, label: str | None = None,
           columns: Sequence[Mapping[str, str]] = ()) -> PictureStore:  # fmt: skip
    """A store of that many pictures, a tenth of them held out."""
    read = written(folder / "pictures", count, columns, label)
    return build_store(read, folder / "store", size_px=size_px, tell=[].append)
