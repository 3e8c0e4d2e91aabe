"""The files inside a ZIP or TAR archive, read into memory one at a time, within limits."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

from haiga.collection.sources.file_bytes import too_large
from haiga.core.collecting import Unobtainable
from haiga.core.errors import UserError

MOST_MEMBERS = 1_000_000
_BOMB_RATIO = 100  # a member that unpacks to more times its size, and to more than:
_BOMB_BYTES = 10_000_000
_MOST_AT_ONCE = 64_000_000
_LEAST_UNPACKED = 2_000_000_000

_DAMAGED = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError,
    ValueError, NotImplementedError, RuntimeError, OverflowError,
)  # fmt: skip


@dataclass(frozen=True)
class Member:
    """One file inside; `wrong` is why it cannot be taken, as a clause, else ""."""

    name: str
    number: int
    size: int
    wrong: str = ""


class Members(Protocol):
    """The files of an archive in the order they are packed in."""

    def listed(self) -> Iterator[Member]:
        """Each file; raises `UserError` when nothing can be read. `cut_short` says it broke off."""

    def read(self, number: int, most: int) -> bytes:
        """The bytes of one, at most `most`. Raises `Unobtainable`."""

    def begin(self, number: int, size: int) -> bytes:
        """The first `size` bytes of one. Raises `Unobtainable`."""

    @property
    def cut_short(self) -> str: ...


def open_members(path: Path, said: str) -> Members:
    """The files of an archive by what it is, not by its name. Raises `UserError`."""
    try:
        if path.exists() and not path.is_file():
            raise UserError(f"{said}: is not a file")
        with path.open("rb") as file:
            start = file.read(262)
    except FileNotFoundError as error:
        raise UserError(f"{said}: there is no such file") from error
    except PermissionError as error:
        raise UserError(f"{said}: may not be read; change its permissions") from error
    except (OSError, ValueError) as error:
        raise UserError(f"{said}: cannot be read: {error}") from error
    if not start:
        raise UserError(f"{said}: is empty; give a .zip or .tar archive with pictures in it")
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _Zip(path, said)
    if start.startswith(b"\x28\xb5\x2f\xfd"):
        raise UserError(f"{said}: is packed with zstd, which is not read; unpack it first")
    return _Tar(path, said, start)


class _Zip:
    def __init__(self, path: Path, said: str) -> None:
        self.cut_short = ""
        self._lock = threading.Lock()
        try:
            self._zip = zipfile.ZipFile(path)
        except _DAMAGED as error:
            raise UserError(
                f"{said}: is a damaged ZIP archive or cut short; get it again"
            ) from error

    def __del__(self) -> None:
        if hasattr(self, "_zip"):
            self._zip.close()

    def listed(self) -> Iterator[Member]:
        for number, info in enumerate(self._zip.infolist()):
            if info.is_dir():
                continue
            wrong = ""
            if info.flag_bits & 0x1:
                wrong = "is locked with a password"
            elif (info.external_attr >> 28) == 0xA:  # the kind of file, as Unix has it
                wrong = "is a link inside the archive, and not followed"
            elif _bomb(info.file_size, info.compress_size):
                wrong = f"would unpack to {info.file_size / max(1, info.compress_size):,.0f} times "
                wrong += "its size"
            yield Member(info.filename, number, info.file_size, wrong)

    def read(self, number: int, most: int) -> bytes:
        info = self._zip.infolist()[number]
        if info.file_size > most:
            raise Unobtainable(too_large(info.file_size, most))
        return self._read(info, lambda file: _whole(file, most))

    def begin(self, number: int, size: int) -> bytes:
        return self._read(self._zip.infolist()[number], lambda file: file.read(size))

    def _read(self, info: zipfile.ZipInfo, take: Callable[[IO[bytes]], bytes]) -> bytes:
        try:
            with self._lock, self._zip.open(info) as file:
                return take(file)
        except NotImplementedError as error:
            raise Unobtainable("is packed in a way that is not read") from error
        except _DAMAGED as error:
            raise Unobtainable("is damaged inside the archive") from error


class _Tar:
    """A TAR archive, packed or not, read forward; going back starts again from its beginning."""

    def __init__(self, path: Path, said: str, start: bytes) -> None:
        self.cut_short = ""
        self._path, self._said, self._start = path, said, start
        self._lock = threading.Lock()
        self._infos: list[tarfile.TarInfo] = []
        self._most = max(_LEAST_UNPACKED, _BOMB_RATIO * path.stat().st_size)
        self._tar = self._opened()

    def __del__(self) -> None:
        if hasattr(self, "_tar"):
            self._tar.close()
            self._tar.fileobj and self._tar.fileobj.close()

    def listed(self) -> Iterator[Member]:
        self._infos.clear()
        while True:
            try:
                info = self._tar.next()
            except _DAMAGED:
                self.cut_short = (
                    f"{self._said}: is damaged or cut short; what comes after its first "
                    f"{len(self._infos):,} entries cannot be read"
                )
                return
            if info is None:
                return
            self._infos.append(info)
            if info.isdir():
                continue
            wrong = ""
            if info.issym() or info.islnk():
                wrong = "is a link inside the archive, and not followed"
            elif not info.isfile():
                wrong = "is no file but a device or a pipe"
            yield Member(info.name, len(self._infos) - 1, info.size, wrong)

    def read(self, number: int, most: int) -> bytes:
        info = self._infos[number]
        if info.size > most:
            raise Unobtainable(too_large(info.size, most))
        data = self._read(info, lambda file: _whole(file, most))
        if len(data) < info.size:
            raise Unobtainable("is cut short inside the archive")
        return data

    def begin(self, number: int, size: int) -> bytes:
        return self._read(self._infos[number], lambda file: file.read(size))

    def _read(self, info: tarfile.TarInfo, take: Callable[[IO[bytes]], bytes]) -> bytes:
        try:
            with self._lock:
                file = self._tar.extractfile(info)
                if file is None:
                    raise Unobtainable("is no file inside the archive")
                with file:
                    return take(file)
        except _DAMAGED as error:
            raise Unobtainable("is damaged inside the archive") from error

    def _opened(self) -> tarfile.TarFile:
        packers = ((b"\x1f\x8b", gzip.open), (b"\xfd7zXZ", lzma.open), (b"BZh", bz2.open))
        unpack: Any = next((opens for mark, opens in packers if self._start.startswith(mark)), open)
        inner: Any = unpack(self._path, "rb")
        try:
            return tarfile.open(fileobj=_Limited(inner, self._most, self._said), mode="r:")
        except _DAMAGED as error:
            inner.close()
            raise UserError(
                f"{self._said}: is no ZIP or TAR archive that can be read; it may be damaged or "
                "cut short"
            ) from error


class _Limited(io.RawIOBase):
    """Unpacked bytes, up to a limit, so that a small file cannot unpack for ever."""

    def __init__(self, inner: IO[bytes], most: int, said: str) -> None:
        self._inner, self._most, self._said = inner, most, said

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if size < 0 or size > _MOST_AT_ONCE:
            raise EOFError("more at once than any header has")
        data = self._inner.read(size)
        self._check(self._inner.tell())
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        if whence == 0:
            self._check(offset)
        return self._inner.seek(offset, whence)

    def tell(self) -> int:
        return self._inner.tell()

    def close(self) -> None:
        self._inner.close()
        super().close()

    def _check(self, position: int) -> None:
        if position > self._most:
            raise UserError(
                f"{self._said}: unpacks to more than {self._most / 1e9:,.0f} GB, many times its "
                "size, and is not read; unpack it yourself if you trust it, and give the folder"
            )


def _whole(file: IO[bytes], most: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while chunk := file.read(1_000_000):
        size += len(chunk)
        if size > most:
            raise Unobtainable(too_large(size, most))
        parts.append(chunk)
    return b"".join(parts)


def _bomb(size: int, packed: int) -> bool:
    return size > _BOMB_BYTES and size > _BOMB_RATIO * max(1, packed)
