"""The two files of a picture store, written so that a run killed half-way leaves none."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import struct
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from haiga.core.errors import UserError
from haiga.core.nouns import Picture
from haiga.media.durable import make_folder, sync_folder, unwritable, write_durably

PIXELS, ITEMS = "pixels.npy", "items.json"
_HEADER = 128  # bytes; room for any shape, as numpy itself leaves


class PixelWriter:
    """Crops appended to a file aside; `keep` makes `pixels.npy` of some of them.

    Raises UserError when the disk is full or the folder may not be written to; the file
    aside is then gone.
    """

    def __init__(self, folder: Path, size_px: int) -> None:
        make_folder(folder)
        for stale in folder.glob(f".{PIXELS}.*.tmp"):  # of a run that was killed
            with contextlib.suppress(OSError):
                stale.unlink()
        self.folder, self.size_px, self.count = folder, size_px, 0
        self._path = folder / f".{PIXELS}.{secrets.token_hex(6)}.tmp"
        try:
            self._file = self._path.open("xb+")
            self._file.write(b"\0" * _HEADER)
        except OSError as error:
            raise UserError(unwritable(folder / PIXELS, error)) from error

    def __enter__(self) -> PixelWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            self._path.unlink()

    def add(self, crop: Picture) -> None:
        """Appends one (S, S, 3) uint8 crop."""
        try:
            self._file.write(np.ascontiguousarray(crop).tobytes())
        except OSError as error:
            raise UserError(unwritable(self.folder / PIXELS, error)) from error
        self.count += 1

    def keep(self, rows: Sequence[int]) -> str:
        """Writes `pixels.npy` of these rows (rising) and returns the sha256 of their pixels.

        `items.json` is taken away first: without it the pixels count for nothing, so that
        no instant leaves one with the other's.
        """
        try:
            digest = self._compact(rows)
            (self.folder / ITEMS).unlink(missing_ok=True)
            self._path.replace(self.folder / PIXELS)
            sync_folder(self.folder)
        except OSError as error:
            raise UserError(unwritable(self.folder / PIXELS, error)) from error
        return digest

    def _compact(self, rows: Sequence[int]) -> str:
        total, size = hashlib.sha256(), self.size_px**2 * 3
        file = self._file
        for place, row in enumerate(rows):
            file.seek(_HEADER + row * size)
            data = file.read(size)
            total.update(data)
            if place != row:
                file.seek(_HEADER + place * size)
                file.write(data)
        file.truncate(_HEADER + len(rows) * size)
        file.seek(0)
        file.write(_npy_header((len(rows), self.size_px, self.size_px, 3)))
        file.flush()
        os.fsync(file.fileno())
        file.close()
        return total.hexdigest()


def _npy_header(shape: tuple[int, ...]) -> bytes:
    """The header of a uint8 .npy file, format 1.0 (numpy.lib.format), in 128 bytes."""
    described = repr({"descr": "|u1", "fortran_order": False, "shape": shape}).encode("latin-1")
    text = described.ljust(_HEADER - 11) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


def write_items(folder: Path, described: dict[str, Any]) -> None:
    """Writes `items.json`, the last step: a store is there when it is."""
    write_durably(folder / ITEMS, json.dumps(described, ensure_ascii=False).encode())


def kept_items(folder: Path) -> dict[str, Any] | None:
    """What `write_items` wrote; None where there is none, or none that can be read."""
    try:
        described = json.loads((folder / ITEMS).read_bytes())
    except (OSError, ValueError):
        return None
    return described if isinstance(described, dict) else None


def open_pixels(folder: Path, shape: tuple[int, ...]) -> npt.NDArray[np.uint8] | None:
    """`pixels.npy`, memory-mapped, read only; None where it is not the one of this shape."""
    try:
        pixels = np.load(folder / PIXELS, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return pixels if pixels.shape == shape and pixels.dtype == np.uint8 else None
