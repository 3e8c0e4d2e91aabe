"""What a folder holds: pictures, tables that speak of them, and texts beside them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from haiga.core.errors import UserError
from haiga.media.text_files import TABLES, kind_of

SUFFIXES = frozenset(
    ".png .jpg .jpeg .jpe .jfif .webp .tif .tiff .gif .bmp .ppm .pgm .pbm .pnm .avif .jp2 .j2k "
    ".jpx .heic .heif .svg .psd .eps .tga .ico".split()
)
"""Files with these names are meant as pictures, also where haiga cannot read them."""

SIDECARS = (".txt", ".caption")

_STARTS = (
    b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*",
    b"\0\0\0\x0cjP  ",
)  # fmt: skip


@dataclass
class Listing:
    """The files below a folder by what they are, sorted; paths are relative to it."""

    pictures: list[PurePosixPath] = field(default_factory=list)
    tables: dict[PurePosixPath, list[PurePosixPath]] = field(default_factory=dict)
    """Folder → the tables in it."""
    beside: dict[PurePosixPath, PurePosixPath] = field(default_factory=dict)
    """A picture's path without suffix (or with it) → the text file of that name."""
    others: list[PurePosixPath] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def list_folder(root: Path) -> Listing:
    """What is in a folder and the folders below it, without following links to folders.

    Names that begin with a dot are passed over. A file without a picture's suffix is a
    picture where its first bytes say so. Raises `UserError` when the folder cannot be listed.
    """
    found = Listing()
    failed: list[OSError] = []
    for folder, folders, files in os.walk(root, onerror=failed.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        linked = [name for name in folders if Path(folder, name).is_symlink()]
        found.notes += [f"{printable(n)}: is a link to a folder and not followed" for n in linked]
        inside = PurePosixPath(Path(folder).relative_to(root).as_posix())
        for name in sorted(files):
            if not name.startswith("."):
                _place(found, root, inside / name)
    for error in failed:
        said = f"{printable(str(error.filename))}: cannot be listed: {error.strerror}"
        if str(error.filename) == str(root):
            raise UserError(said)
        found.notes.append(said)
    found.pictures.sort()
    return found


def _place(found: Listing, root: Path, path: PurePosixPath) -> None:
    suffix = path.suffix.lower()
    if suffix in SUFFIXES:
        found.pictures.append(path)
    elif kind_of(Path(path)) in TABLES:
        found.tables.setdefault(path.parent, []).append(path)
    elif _starts_as_picture(root / path):
        found.pictures.append(path)
    elif suffix in SIDECARS:
        found.beside[path.with_suffix("")] = path
    else:
        found.others.append(path)


def _starts_as_picture(path: Path) -> bool:
    try:
        if not path.is_file():  # opening a pipe would wait for ever
            return False
        with path.open("rb") as file:
            start = file.read(16)
    except (OSError, ValueError):
        return False
    return start.startswith(_STARTS) or (start[:4] == b"RIFF" and start[8:12] == b"WEBP")


def printable(name: str) -> str:
    """A name that can be printed and stored on one line, whatever bytes it is made of."""
    text = os.fsencode(name).decode("utf-8", "replace")
    return "".join(c if c.isprintable() else "\ufffd" for c in text)
