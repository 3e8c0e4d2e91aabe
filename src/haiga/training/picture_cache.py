"""A uint8, memory-mapped cache of square crops, with the words that go with each picture."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

CROP_PX = 144
"""Side of a cached crop; training takes smaller random crops of it."""


@dataclass(frozen=True)
class Item:
    """One cached crop: where it came from and what is known of it."""

    collection: str
    file: str
    text: str
    tags: tuple[str, ...]
    licence: str
    source: str
    held_out: bool


@dataclass(frozen=True)
class PictureCache:
    """`pixels` is (N, 144, 144, 3) uint8, memory-mapped; `items[i]` describes crop i."""

    pixels: npt.NDArray[np.uint8]
    items: tuple[Item, ...]


def read_collections(root: Path) -> Iterator[tuple[str, dict[str, object]]]:
    """Every record of every `<root>/<collection>/metadata.jsonl`, in a fixed order."""
    for folder in sorted(p for p in root.iterdir() if (p / "metadata.jsonl").exists()):
        for line in (folder / "metadata.jsonl").read_text(encoding="utf-8").splitlines():
            yield folder.name, json.loads(line)


def squares(picture: Image.Image, collection: str) -> list[Image.Image]:
    """The square crops of one picture, each `CROP_PX` a side.

    A long picture gives a crop at each end; a large one also two closer views,
    so that scrolls and big scans teach their parts. Film borders are cut away.
    """
    picture = picture.convert("RGB")
    width, height = picture.size
    if collection == "fsa_color_photos":
        cut = round(0.055 * min(width, height))
        picture = picture.crop((cut, cut, width - cut, height - cut))
    elif collection.startswith("usda"):
        picture = without_black_border(picture)
    else:
        cut = round(0.015 * min(width, height))
        picture = picture.crop((cut, cut, width - cut, height - cut))
    width, height = picture.size
    side = min(width, height)
    spare = max(width, height) - side
    offsets = [spare // 2] if spare < 0.25 * side else [round(0.1 * spare), round(0.9 * spare)]
    if spare > 0.9 * side:
        offsets.insert(1, spare // 2)
    boxes = []
    for offset in offsets:
        left, top = (offset, 0) if width > height else (0, offset)
        boxes.append((left, top, left + side, top + side))
    if side >= 340 and not collection.startswith("usda"):
        part = round(0.6 * side)
        for offset in (offsets[0], offsets[-1]):
            along = offset + (side - part) // 2
            across = side - part if collection != "chinese_landscapes" else (side - part) // 2
            left, top = (along, across) if width > height else (across, along)
            boxes.append((left, top, left + part, top + part))
    return [picture.resize((CROP_PX, CROP_PX), Image.Resampling.LANCZOS, box=box) for box in boxes]


def without_black_border(picture: Image.Image) -> Image.Image:
    """A page scanned on black, with the black around it cut away."""
    light = np.asarray(picture.convert("L"), np.float32)
    rows, columns = np.flatnonzero(light.mean(1) > 110), np.flatnonzero(light.mean(0) > 110)
    if len(rows) < 40 or len(columns) < 40:
        return picture
    spare = max(2, round(0.012 * min(picture.size)))
    left, right = int(columns[0]) + spare, int(columns[-1]) + 1 - spare
    top, bottom = int(rows[0]) + spare, int(rows[-1]) + 1 - spare
    return picture.crop((left, top, right, bottom))


def build(root: Path, out: Path, *, held_out_every: int = 40) -> PictureCache:
    """Decode every picture under `root` once and write `pixels.npy` and `items.json` to `out`.

    Every `held_out_every`-th work is kept apart for validation, all its crops
    together. A file that cannot be read is counted and named, not fatal.
    """
    out.mkdir(parents=True, exist_ok=True)
    records = list(read_collections(root))

    def load(indexed: tuple[int, tuple[str, dict[str, object]]]) -> list[tuple[Item, bytes]]:
        index, (collection, record) = indexed
        try:
            with Image.open(root / collection / str(record["file"])) as picture:
                crops = squares(picture, collection)
        except (OSError, ValueError) as error:
            print(f"left out {collection}/{record['file']}: {error}", flush=True)
            return []
        tags = tuple(str(t) for t in record.get("tags") or ())  # type: ignore[attr-defined]
        captions = [str(c) for c in record.get("captions") or ()]  # type: ignore[attr-defined]
        text = " ".join([str(record.get("title") or ""), *captions])
        item = Item(
            collection=collection,
            file=str(record["file"]),
            text=re.sub(r"\s+", " ", text).strip(),
            tags=tags + tuple(str(t) for t in record.get("genre_guess") or ()),  # type: ignore[attr-defined]
            licence=str(record.get("licence") or ""),
            source=str(record.get("source") or ""),
            held_out=index % held_out_every == 7,
        )
        return [(item, crop.tobytes()) for crop in crops]

    with ThreadPoolExecutor(2) as pool:
        crops = [crop for found in pool.map(load, enumerate(records)) for crop in found]
    pixels = np.lib.format.open_memmap(
        out / "pixels.npy", mode="w+", dtype=np.uint8, shape=(len(crops), CROP_PX, CROP_PX, 3)
    )
    for i, (_, data) in enumerate(crops):
        pixels[i] = np.frombuffer(data, np.uint8).reshape(CROP_PX, CROP_PX, 3)
    pixels.flush()
    items = [asdict(item) for item, _ in crops]
    (out / "items.json").write_text(json.dumps(items), encoding="utf-8")
    return open_cache(out)


def open_cache(out: Path) -> PictureCache:
    """The cache that `build` wrote."""
    pixels = np.load(out / "pixels.npy", mmap_mode="r")
    rows = json.loads((out / "items.json").read_text(encoding="utf-8"))
    return PictureCache(pixels, tuple(Item(**{**r, "tags": tuple(r["tags"])}) for r in rows))
