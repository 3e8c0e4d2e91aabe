"""Whole files or none: written aside in the same folder, flushed to disk, then renamed."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from pathlib import Path

from haiga.core.errors import UserError

_REMEDIES = {
    errno.ENOSPC: "the disk is full; free some space or choose another place",
    errno.EFBIG: "it is larger than a file may be here; choose another place",
    errno.EDQUOT: "the disk quota is used up; free some space or choose another place",
    errno.EROFS: "it is on a read-only disk; choose another place",
    errno.EACCES: "it may not be written to; choose another place or change its permissions",
    errno.EPERM: "it may not be written to; choose another place or change its permissions",
    errno.ENOENT: "its folder does not exist",
    errno.ENOTDIR: "a part of its path is a file, not a folder",
    errno.EISDIR: "it is a folder",
    errno.ENAMETOOLONG: "its name is too long",
}


def write_durably(path: Path, data: bytes) -> None:
    """Write a file so that it is either wholly there, on disk, or not there at all.

    Raises UserError with one sentence when it cannot be written; whatever was
    at `path` before is then still there, and nothing else is left behind.
    """
    aside = path.with_name(f".{path.name[:100]}.{secrets.token_hex(6)}.tmp")
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        try:
            with aside.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                aside.unlink()
            raise
        sync_folder(path.parent)
    except OSError as error:
        raise UserError(unwritable(path, error)) from error


def make_folder(path: Path) -> None:
    """The folder, with its parents, made if it is not there; UserError when it cannot be made."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise UserError(f"{path}: cannot be used as a folder: it is a file") from error
    except OSError as error:
        raise UserError(unwritable(path, error)) from error


def sync_folder(folder: Path) -> None:
    """Flush a folder's list of names, so that a rename in it outlives a power cut."""
    if os.name != "posix":  # Windows has no such call and needs none
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network disks cannot
            raise
    finally:
        os.close(handle)


def unwritable(path: Path, error: OSError) -> str:
    """One sentence: what could not be written, why, and what to do."""
    remedy = _REMEDIES.get(error.errno or 0, error.strerror or str(error))
    return f"{path}: cannot be written: {remedy}"
