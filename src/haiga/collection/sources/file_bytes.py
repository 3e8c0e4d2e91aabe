"""The bytes of one file of a user's, or the reason why there are none."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from haiga.core.collecting import Unobtainable

MOST_BYTES = 200_000_000
"""The most that is taken of one picture."""

_KINDS = (
    (stat.S_ISDIR, "is a folder, not a file"),
    (stat.S_ISFIFO, "is a pipe, not a file"),
    (stat.S_ISSOCK, "is a socket, not a file"),
    (stat.S_ISCHR, "is a device, not a file"),
    (stat.S_ISBLK, "is a device, not a file"),
)
_ERRORS = {
    errno.ELOOP: "is a link that leads round in a circle",
    errno.EACCES: "may not be read; change its permissions",
    errno.EPERM: "may not be read; change its permissions",
    errno.ENAMETOOLONG: "has too long a name",
    errno.ENOTDIR: "is not there",
    errno.EIO: "cannot be read: the disk reports an error",
}


def file_bytes(path: Path, most: int = MOST_BYTES) -> bytes:
    """A file's bytes; nothing else of it is touched. Raises `Unobtainable` with the reason."""
    try:
        _check(path.stat(), most)  # before it is opened: opening a device may do something
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(path, flags), "rb") as file:
            _check(os.fstat(file.fileno()), most)
            data = file.read(most + 1)
    except FileNotFoundError as error:
        linked = path.is_symlink()
        raise Unobtainable(
            "is a link to a file that is not there" if linked else "is not there"
        ) from error
    except OSError as error:
        said = _ERRORS.get(error.errno or 0, f"cannot be read: {error.strerror}")
        raise Unobtainable(said) from error
    except ValueError as error:  # a NUL in the path
        raise Unobtainable("has a name that no file can have") from error
    if len(data) > most:
        raise Unobtainable(too_large(len(data), most))
    return data


def too_large(size: int, most: int) -> str:
    """`is larger than is taken: 250 MB, not 200 MB`."""
    return f"is larger than is taken: {size / 1e6:,.1f} MB, not {most / 1e6:,.1f} MB"


def _check(status: os.stat_result, most: int) -> None:
    for is_kind, said in _KINDS:
        if is_kind(status.st_mode):
            raise Unobtainable(said)
    if status.st_size > most:
        raise Unobtainable(too_large(status.st_size, most))
