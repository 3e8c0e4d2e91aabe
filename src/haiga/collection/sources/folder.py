"""A folder of pictures with what tables and texts in it say of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from haiga.collection.sources.file_bytes import MOST_BYTES, file_bytes
from haiga.collection.sources.told import passport_of
from haiga.core.collecting import Found, Missed
from haiga.core.counted import counted
from haiga.media.picture_choice import PictureChoice
from haiga.media.picture_folders import read_pictures
from haiga.media.picture_listing import printable


class FolderSource:
    """The pictures in a folder and below it; the folder itself is never changed.

    Tables, texts beside pictures and sub-folders are read as `media.picture_folders` says;
    `where` are conditions on their columns. What a picture is called here is its path from
    the folder. Pictures that no row of a table names come too, with little in their passports.
    A file of more than `most_bytes` is not taken.
    """

    def __init__(
        self, folder: Path, *, where: Sequence[str] = (), most_bytes: int = MOST_BYTES
    ) -> None:
        self._folder, self._where, self._most = folder, tuple(where), most_bytes
        self.name = f"folder {printable(str(folder.absolute()))}"
        self.notes: list[str] = []

    def find(self) -> Iterator[Found | Missed]:
        """First what tables name in vain and leave out, then the pictures, sorted by path.

        Raises `UserError` when there is no such folder or no picture in it.
        """
        read = read_pictures(PictureChoice(self._folder, self._where), unlisted=True)
        self.notes[:] = read.notes
        if read.unlisted:
            self.notes.append(f"{counted(len(read.unlisted), 'picture')} without a row in the "
                              "table, with nothing but the file's name")  # fmt: skip
        for left in read.left_out:
            yield Missed(left.key, left.reason)
        for record in read.records:
            passport = passport_of(self.name, record.key, record.columns, caption=record.caption)
            yield Found(passport, partial(file_bytes, record.path, self._most))
