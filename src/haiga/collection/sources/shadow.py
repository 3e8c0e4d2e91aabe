"""A folder that stands for an archive or a far dataset: its names and tables, not its pictures.

So that what a table, a text beside a picture or a sub-folder says is read in one way only,
whatever the pictures are packed in.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from types import TracebackType

from haiga.core.errors import UserError
from haiga.media.picture_choice import PictureChoice
from haiga.media.picture_folders import ReadPictures, read_pictures
from haiga.media.picture_listing import SIDECARS, SUFFIXES, printable
from haiga.media.text_files import TABLES, kind_of

START_BYTES = 16
"""How much of a file without a picture's suffix tells whether it is one."""

MOST_TEXT_BYTES = 500_000_000
"""The most that all tables and texts of one archive may have."""


def is_read(name: str) -> bool:
    """Whether a file of this name is a table or a text beside a picture, and read whole."""
    path = Path(name)
    return kind_of(path) in TABLES or path.suffix.lower() in SIDECARS


def is_picture_name(name: str) -> bool:
    """Whether a file of this name is meant as a picture."""
    return PurePosixPath(name).suffix.lower() in SUFFIXES


def climbs(name: str) -> bool:
    """Whether a name leads out of the folder it is relative to, on any system."""
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or name.startswith(("/", "\\")) or ":" in parts[0][:2]


class Shadow:
    """The folder, made inside `scratch` (or the system's folder for such) and removed at the end.

    `place` puts a name into it; `read` is what `read_pictures` says of it, with paths that
    are the names that were put in.
    """

    def __init__(self, scratch: Path | None) -> None:
        if scratch is not None:
            scratch.mkdir(parents=True, exist_ok=True)
        self._folder = tempfile.TemporaryDirectory(prefix="names-", dir=scratch)
        self._root = Path(self._folder.name)
        self._text_bytes = 0

    def __enter__(self) -> Shadow:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._folder.cleanup()

    def place(self, name: str, data: bytes = b"") -> str:
        """Put a file in; why it could not be, as a clause, else "". Nothing is ever overwritten."""
        if climbs(name):
            return "names a place outside"
        self._text_bytes += len(data)
        if self._text_bytes > MOST_TEXT_BYTES:
            return "is a table or text too many: more is not read"
        path = self._root / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(data)
        except FileExistsError:
            return "is there twice; the first is taken"
        except (OSError, ValueError):
            return "has a name that no file can have here"
        return ""

    def read(self, where: Sequence[str], said: str) -> ReadPictures:
        """What is known of the pictures. Raises `UserError`, which calls the folder `said`."""
        try:
            return read_pictures(PictureChoice(self._root, tuple(where)))
        except UserError as error:
            raise UserError(str(error).replace(printable(str(self._root)), said)) from error

    def name_of(self, path: Path) -> str:
        """The name that a record's path was put in under."""
        return path.relative_to(self._root).as_posix()
