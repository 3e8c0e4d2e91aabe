"""Tables that speak of pictures: which column names the file, and whose picture it is."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from haiga.media.encodings import decode
from haiga.media.picture_listing import SUFFIXES
from haiga.media.text_columns import guess
from haiga.media.text_files import bytes_of, kind_of
from haiga.media.text_tables import Table, read_csv, read_json

_LOOKED_AT = 2_000  # rows, to tell the column of the files where its name does not

FILE = tuple(
    "file file_name filename file_path filepath path image image_file image_path image_name "
    "picture img".split()
)
CAPTION = ("caption", "captions", "text", "title", "description", "prompt")
"""Names that are taken at once, the first of them first; `Image File` is `image_file`."""


@dataclass(frozen=True)
class PictureRow:
    """One row: the picture it speaks of (`None` when there is none of that name), the rest."""

    file: str
    picture: PurePosixPath | None
    values: Mapping[str, str]


@dataclass(frozen=True)
class PictureTable:
    """The rows of one table and the column that named the files."""

    rows: tuple[PictureRow, ...]
    file_column: str
    caption_columns: tuple[str, ...]
    """Those that are called as captions are, the likeliest first."""
    notes: tuple[str, ...]


class Names:
    """Pictures by the names a table may give them, below the table's folder.

    A name is looked for as a path from the folder, then, whatever folders it names, as
    the one file of that name, then as the one of that name without a suffix. Case,
    backslashes and the two ways of writing accents do not matter. Nothing outside the
    folder is ever found.
    """

    def __init__(self, pictures: Sequence[PurePosixPath], folder: PurePosixPath) -> None:
        self._paths: dict[str, PurePosixPath] = {}
        self._names: defaultdict[str, list[PurePosixPath]] = defaultdict(list)
        self._stems: defaultdict[str, list[PurePosixPath]] = defaultdict(list)
        above = "" if folder == PurePosixPath() else f"{folder}/"
        for path in pictures:
            whole = str(path)
            if whole.startswith(above):
                self._paths.setdefault(_plain(whole[len(above) :]), path)
                self._names[_plain(path.name)].append(path)
                self._stems[_plain(path.stem)].append(path)

    def find(self, name: str) -> PurePosixPath | None:
        """The picture of this name, or `None`."""
        plain = _plain(name)
        if not plain:
            return None
        if plain in self._paths:
            return self._paths[plain]
        last = plain.rpartition("/")[2]
        named = self._names.get(last, [])
        if not named and PurePosixPath(last).suffix not in SUFFIXES:
            named = self._stems.get(last, [])
        return named[0] if len(named) == 1 else None


def _plain(name: str) -> str:
    text = unicodedata.normalize("NFC", name.strip().replace("\\", "/")).casefold()
    return "/".join(part for part in text.split("/") if part not in ("", "."))


def read_picture_table(
    path: Path, name: str, names: Names, caption_column: str | None
) -> PictureTable | None:
    """The rows of a table that names pictures; `None` when it names none that is there.

    The column of the files is the one called `file`, `file_name`, `image` …, else the one
    with the most names of pictures. Raises `UserError` when the file is no table.
    """
    decoded = decode(bytes_of(path), name)
    notes = [f"{name}: {note}" for note in decoded.notes]
    if not decoded.text.strip():
        return None
    if kind_of(path) in (".csv", ".tsv", ".tab"):
        table = read_csv(decoded.text, name, text_column=caption_column)
        caption = caption_column or guess(table.columns, CAPTION)
        if caption and table.columns[-1] == caption:  # it may hold the delimiter unquoted
            table = read_csv(decoded.text, name, text_column=caption)
    else:
        table = read_json(decoded.text, name)
    column = _file_column(table, names)
    if not column:
        return None
    rows = tuple(
        PictureRow(
            row.values[column],
            names.find(row.values[column]),
            {c: v for c, v in row.values.items() if c != column},
        )
        for row in table.rows
        if column in row.values
    )
    nameless = len(table.rows) - len(rows)
    if nameless:
        notes.append(f"{name}: {nameless:,} without a file's name passed over")
    captions = (guess(table.columns, (wanted,)) for wanted in CAPTION)
    notes += [f"{name}: {note}" for note in table.notes]
    return PictureTable(rows, column, tuple(c for c in captions if c), tuple(notes))


def _file_column(table: Table, names: Names) -> str:
    """The column of the files; "" where none names a picture."""
    for wanted in FILE:
        column = guess(table.columns, (wanted,))
        if column and any(names.find(row.values.get(column, "")) for row in table.rows):
            return column
    hits: Counter[str] = Counter()
    for row in table.rows[:_LOOKED_AT]:
        hits.update(c for c, v in row.values.items() if len(v) < 1_000 and names.find(v))
    return max(table.columns, key=lambda column: hits[column]) if hits else ""
