"""A folder's pictures decoded once: square crops in one memory-mapped file, split by work."""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from haiga.core.counted import counted
from haiga.core.errors import BadPicture, UserError
from haiga.media.column_filters import find_column
from haiga.media.picture_folders import (
    LeftOut,
    PictureRecord,
    ReadPictures,
    few,
    keep_labelled,
    label_of,
)
from haiga.training.pictures.store_crops import Crops, decode_records
from haiga.training.pictures.store_files import (
    PixelWriter,
    kept_items,
    open_pixels,
    write_items,
)
from haiga.training.pictures.store_groups import Look, group_pictures, hold_out

Indexes = npt.NDArray[np.int64]
Tell = Callable[[str], object]

VERSION = 3
"""Raised when the same files would give other pixels or another split."""

SIZES_PX = (8, 1_024)
_TELL_S = 5.0


@dataclass(frozen=True)
class StoredItem:
    """What is known of one crop; `group` is shared by all crops of one work."""

    key: str
    caption: str
    columns: Mapping[str, str] = field(hash=False)
    group: str
    held_out: bool


@dataclass(frozen=True, eq=False)
class PictureStore:
    """Crops and what is known of them, in the order of the folder.

    `pixels` is (N, S, S, 3) uint8 sRGB, memory-mapped, read only; `items[i]` describes
    crop i. `digest` is a sha256 over the pixels, the items and the split: the same pictures
    have the same one wherever they lie.
    """

    pixels: npt.NDArray[np.uint8]
    items: tuple[StoredItem, ...]
    left_out: tuple[LeftOut, ...]
    size_px: int
    digest: str
    remarks: Mapping[str, int] = field(default_factory=dict)
    """What was out of the ordinary ("greyscale", "CMYK" …) and in how many files."""

    def __len__(self) -> int:
        return len(self.items)

    @cached_property
    def train(self) -> Indexes:
        """The crops to learn from, rising, int64."""
        return np.flatnonzero([not item.held_out for item in self.items]).astype(np.int64)

    @cached_property
    def held_out(self) -> Indexes:
        """The crops kept apart, rising, int64."""
        return np.flatnonzero([item.held_out for item in self.items]).astype(np.int64)

    def labels(self, column: str) -> tuple[tuple[str, ...], Indexes]:
        """The labels in a column, sorted, and the number of each crop's label (N,) int64.

        A crop without one has -1; there is none where the pictures were read with this
        column as their label. Raises UserError for a column that there is not.
        """
        columns = tuple(dict.fromkeys(name for item in self.items for name in item.columns))
        found = find_column(columns, column, "--label", "picture")
        values = [label_of(item.columns, found) for item in self.items]
        names = tuple(sorted({value for value in values if value}))
        number = {name: place for place, name in enumerate(names)} | {"": -1}
        return names, np.array([number[value] for value in values], np.int64)


def build_store(
    read: ReadPictures,
    folder: Path,
    *,
    size_px: int,
    held_share: float = 0.1,
    seed: int = 0,
    tell: Tell = print,
    crops: Crops = "centre",
) -> PictureStore:
    """The store of these pictures in `folder`, opened if it is there already, else made.

    Decodes every file once, in background threads, into one square crop of `size_px` (with
    `crops="ends"` one at each end of a long picture; with `"tiles"` its most detailed squares
    as they are, never scaled up), and says through `tell` what it left out and why. About
    `held_share` of the pictures, whole works and at least one, are held out; which depends on
    `seed` and the works' names alone. The files are `pixels.npy` and `items.json`; they are
    made again when a picture, the choice, the size or the version has changed, and when a run
    was killed while it made them.

    Raises UserError when no picture can be used, all are one work, or the disk is full.
    """
    if not SIZES_PX[0] <= size_px <= SIZES_PX[1]:
        raise UserError(f"size {size_px}: pictures can be {SIZES_PX[0]} to {SIZES_PX[1]} px")
    if not 0 < held_share < 1:
        raise UserError(f"held share {held_share}: must lie between 0 and 1")
    source = _source_of(read, size_px, held_share, seed, crops)
    store = _opened(folder, source, read)
    if store is not None:
        tell(f"{counted(len(store), 'picture')} of {size_px} px are stored already")
        return store
    tell(f"decoding {counted(len(read.records), 'picture')} to {size_px} px")
    _make(read, folder, source, size_px, held_share, seed, crops, tell)
    store = _opened(folder, source, read)
    if store is None:
        raise UserError(f"{folder}: another run has changed the store; give each run its own")
    for line in told(store):
        tell(line)
    return store


def told(store: PictureStore) -> list[str]:
    """What was kept, what was out of the ordinary, and what was left out and why."""
    lines = [
        f"{counted(len(store), 'picture')} stored: {len(store.train):,} to learn from, "
        f"{len(store.held_out):,} held out, of {len({i.group for i in store.items}):,} works"
    ]
    if store.remarks:
        said = ", ".join(f"{remark} ({count:,})" for remark, count in store.remarks.items())
        lines.append(f"used all the same: {said}")
    reasons: dict[str, list[str]] = {}
    for out in store.left_out:
        reasons.setdefault(out.reason, []).append(out.key)
    by_count = sorted(reasons.items(), key=lambda pair: -len(pair[1]))
    for reason, keys in by_count[:10]:
        each = "it" if len(keys) == 1 else "each"
        lines.append(f"left out {len(keys):,}, as {each} {reason}: {few(keys)}")
    if len(by_count) > 10:
        more = sum(len(keys) for _, keys in by_count[10:])
        lines.append(f"left out {more:,} more for {len(by_count) - 10:,} other reasons")
    return lines


@dataclass
class _Made:
    """Crops as they come, a row of the pixel file each."""

    records: list[PictureRecord] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    remarks: Counter[str] = field(default_factory=Counter)


def _make(
    read: ReadPictures, folder: Path, source: str, size_px: int, held_share: float, seed: int,
    crops: Crops, tell: Tell,
) -> None:  # fmt: skip
    made = _Made(left_out=list(read.left_out))
    began = said = time.monotonic()
    with PixelWriter(folder, size_px) as writer:
        for number, decoded in enumerate(decode_records(read.records, size_px, crops), 1):
            if decoded.reason:
                made.left_out.append(LeftOut(decoded.record.key, decoded.reason))
            made.remarks.update(decoded.remarks)
            for crop in decoded.crops:
                writer.add(crop.pixels)
                made.records.append(_named(decoded.record, crop.end))
                made.looks.append(crop.look)
            now = time.monotonic()
            if now - said > _TELL_S:
                said = now
                tell(
                    f"decoded {number:,} of {len(read.records):,} ({number / (now - began):.0f}/s)"
                )
        rows = _rows(made, read.label_column)
        items = _items([made.records[r] for r in rows], [made.looks[r] for r in rows],
                       held_share, seed, read.label_column)  # fmt: skip
        digest = writer.keep(rows)
    described = [asdict(item) for item in items]
    digest = hashlib.sha256(json.dumps([digest, size_px, described]).encode()).hexdigest()
    write_items(folder, {
        "source": source, "digest": digest, "size_px": size_px, "items": described,
        "left_out": [asdict(out) for out in made.left_out],
        "remarks": dict(sorted(made.remarks.items(), key=lambda pair: (-pair[1], pair[0]))),
    })  # fmt: skip


def _named(record: PictureRecord, end: str) -> PictureRecord:
    key = f"{record.key} ({end})" if end else record.key
    return PictureRecord(record.path, key, record.caption, record.columns)


def _rows(made: _Made, label: str | None) -> list[int]:
    """The rows to keep: all, less those that a bad file has left alone with their label."""
    if not made.records:
        reasons = Counter(out.reason for out in made.left_out)
        worst = f": {reasons.most_common(1)[0][1]:,} × {reasons.most_common(1)[0][0]}"
        raise BadPicture(f"no picture can be used{worst if reasons else ''}")
    if label is None:
        return list(range(len(made.records)))
    kept, alone = keep_labelled(made.records, label)
    made.left_out += alone
    keys = {record.key for record in kept}
    return [row for row, record in enumerate(made.records) if record.key in keys]


def _items(
    records: Sequence[PictureRecord], looks: Sequence[Look], held_share: float, seed: int,
    label: str | None,
) -> list[StoredItem]:  # fmt: skip
    columns = [record.columns for record in records]
    files = [record.path.as_posix() for record in records]
    groups = group_pictures([record.key for record in records], columns, looks, files)
    labels = [label_of(c, label) for c in columns] if label else None
    held = hold_out(groups, held_share, seed, labels)
    return [
        StoredItem(record.key, record.caption, dict(record.columns), group, bool(out))
        for record, group, out in zip(records, groups, held, strict=True)
    ]


def _source_of(read: ReadPictures, size_px: int, held_share: float, seed: int, crops: Crops) -> str:
    """sha256 over what the store is made from: files by name, size and time, and the choices."""
    total = hashlib.sha256(
        json.dumps([VERSION, size_px, held_share, seed, crops, read.label_column]).encode()
    )
    for record in read.records:
        try:
            stat = record.path.stat()
            file = [stat.st_size, stat.st_mtime_ns]
        except (OSError, ValueError):
            file = []
        described: list[Any] = [record.key, record.caption, sorted(record.columns.items()), file]
        total.update(json.dumps(described).encode())
    total.update(json.dumps([asdict(out) for out in read.left_out]).encode())
    return total.hexdigest()


def _opened(folder: Path, source: str, read: ReadPictures) -> PictureStore | None:
    described = kept_items(folder)
    if described is None or described.get("source") != source:
        return None
    items = tuple(StoredItem(**item) for item in described["items"])
    size_px = int(described["size_px"])
    pixels = open_pixels(folder, (len(items), size_px, size_px, 3))
    if pixels is None:
        return None
    left_out = tuple(LeftOut(**out) for out in described["left_out"])
    return PictureStore(pixels, items, left_out, size_px, described["digest"], described["remarks"])
