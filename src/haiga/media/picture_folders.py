"""Pictures from a folder, with what tables, texts beside them and sub-folders say of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from haiga.core.counted import counted
from haiga.core.errors import UserError
from haiga.media.column_filters import find_column, keep_matching
from haiga.media.encodings import decode
from haiga.media.picture_choice import PictureChoice
from haiga.media.picture_listing import Listing, list_folder, printable
from haiga.media.picture_tables import Names, PictureTable, read_picture_table
from haiga.media.text_files import bytes_of

FOLDER = "folder"
"""The column that the name of a picture's sub-folder is."""

_MOST_CAPTION = 20_000  # characters of a text beside a picture: more is no caption


@dataclass(frozen=True)
class PictureRecord:
    """One picture file and what is known of it; nothing of it has been decoded yet.

    `key` is its path from the folder, with `/`; `columns` holds what is not empty, a list
    as one entry a line.
    """

    path: Path
    key: str
    caption: str = ""
    columns: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class LeftOut:
    """A picture that is not used, and why: `reason` reads on from its name."""

    key: str
    reason: str


@dataclass(frozen=True)
class ReadPictures:
    """What was read, sorted by key, what was left out, and what must be said."""

    records: tuple[PictureRecord, ...]
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    label_column: str | None = None
    """The column of the labels as it is written in the records."""
    unlisted: frozenset[str] = frozenset()
    """Keys of the records that no row of their table names; there are none unless asked for."""


def read_pictures(choice: PictureChoice, *, unlisted: bool = False) -> ReadPictures:
    """The pictures in a folder and the folders below it, that meet the choice's conditions.

    - **Tables** (`metadata.jsonl`, `.csv`, `.tsv`, `.json`): a row a picture, in the folder
      itself or in each sub-folder; the nearest one counts. Pictures that no row names are
      then left out (but with `unlisted` read as if there were no table), and so are names
      without a picture. Several rows for one picture give
      several captions.
    - **Texts beside pictures**: `a.txt` is the caption of `a.jpg`.
    - **Sub-folders**: the name of the one a picture is in is its column `folder`.

    The caption is the first of `caption`, `captions`, `text`, `title`, `description` that
    is not empty, unless the choice names a column. With a label column, pictures without a
    label and those that are alone with theirs are left out. Reads tables and texts, and of
    the pictures nothing but their names.

    Raises `UserError` when there is no such folder, no picture in it, a column that there
    is not, a condition that leaves nothing, or fewer than two labels.
    """
    root = choice.path
    _check_folder(root)
    listing = list_folder(root)
    if not listing.pictures:
        raise UserError(
            f"{printable(str(root))}: holds no picture; give a folder with .jpg, .png or .webp "
            "files in it or in folders below"
        )
    reading = _Reading(root, listing, choice.caption_column, take_unlisted=unlisted)
    records = reading.records()
    columns = tuple(dict.fromkeys(column for r in records for column in r.columns))
    if choice.caption_column is not None:
        column = find_column(columns, choice.caption_column, "--caption-column", "picture")
        records = [
            PictureRecord(r.path, r.key, one_line(r.columns.get(column, "")), r.columns)
            for r in records
        ]
    kept = keep_matching(
        records, choice.where, noun="picture", columns=columns,
        values=lambda record, column: record.columns.get(column, "").split("\n"),
    )  # fmt: skip
    label: str | None = None
    if choice.label_column is not None:
        label = find_column(columns, choice.label_column, "--label", "picture")
        kept, unlabelled = keep_labelled(kept, label)
        reading.left_out += unlabelled
    told = [*listing.notes, *reading.notes, *_told(kept, len(records), choice)]
    return ReadPictures(
        tuple(kept), tuple(reading.left_out), tuple(told), label,
        frozenset(record.key for record in kept) & reading.unlisted,
    )  # fmt: skip


def keep_labelled(
    records: Sequence[PictureRecord], column: str
) -> tuple[tuple[PictureRecord, ...], list[LeftOut]]:
    """The pictures that share their label with another, and why the rest are left out.

    A kind cannot be learnt from a single picture, nor held out and trained on at once.
    Raises `UserError` when fewer than two labels are left.
    """
    counts = Counter(label_of(record.columns, column) for record in records)
    kept: list[PictureRecord] = []
    left: list[LeftOut] = []
    for record in records:
        label = label_of(record.columns, column)
        if not label:
            left.append(LeftOut(record.key, f"has no '{column}' to be its label"))
        elif counts[label] < 2:
            left.append(LeftOut(record.key, f"is the only picture whose {column} is '{label}'"))
        else:
            kept.append(record)
    labels = {label for label, count in counts.items() if label and count > 1}
    if len(labels) < 2:
        alone = sum(count == 1 for label, count in counts.items() if label)
        raise UserError(
            f"labels: '{column}' gives {counted(len(labels), 'label')} with two pictures or more "
            f"and {alone:,} with one; at least two such labels are needed: choose another column"
        )
    return tuple(kept), left


def label_of(columns: Mapping[str, str], column: str) -> str:
    """A picture's label: the column's value on one line, a list with commas; "" for none."""
    lines = columns.get(column, "").split("\n")
    return ", ".join(" ".join(line.split()) for line in lines if line.strip())


def one_line(text: str) -> str:
    """A caption without line ends, the entries of a list one after the other."""
    return " ".join(text.split())


def _check_folder(root: Path) -> None:
    said = printable(str(root))
    try:
        if root.is_dir():
            return
        exists = root.exists()
    except (OSError, ValueError) as error:
        raise UserError(f"{said}: cannot be read: {error}") from error
    if exists:
        raise UserError(f"{said}: is a file; give the folder that holds the pictures")
    raise UserError(f"{said}: there is no such folder")


class _Reading:
    """One folder being read; gathers what is left out and what must be said."""

    def __init__(
        self, root: Path, listing: Listing, caption_column: str | None, *, take_unlisted: bool
    ) -> None:
        self.root, self.listing, self.caption_column = root, listing, caption_column
        self.take_unlisted, self.unlisted = take_unlisted, set[str]()
        self.left_out: list[LeftOut] = []
        self.notes: list[str] = []

    def records(self) -> list[PictureRecord]:
        said: dict[PurePosixPath, dict[str, str]] = {}
        captions: dict[PurePosixPath, list[str]] = {}
        governed: dict[PurePosixPath, str] = {}
        for folder in self.listing.tables:
            for name, table in self._tables(folder):
                governed[folder] = name
                self._take(table, name, said, captions)
        keys = _keys(self.listing.pictures)
        out: list[PictureRecord] = []
        for path in self.listing.pictures:
            table_name = next((governed[f] for f in path.parents if f in governed), "")
            if path not in said and table_name and self.take_unlisted:
                self.unlisted.add(keys[path])
            elif path not in said and table_name:
                self.left_out.append(LeftOut(keys[path], f"is not listed in {table_name}"))
                continue
            columns = said.get(path, {})
            if path.parent.name:
                columns.setdefault(FOLDER, printable(path.parent.name))
            caption = one_line(" ".join(dict.fromkeys(captions.get(path, []))))
            caption = caption or self._beside(path)
            out.append(PictureRecord(self.root / path, keys[path], caption, columns))
        if self.listing.others:
            many = (
                "file is no picture" if len(self.listing.others) == 1 else "files are no pictures"
            )
            self.notes.append(f"{len(self.listing.others):,} {many}: {few(self.listing.others)}")
        return out

    def _tables(self, folder: PurePosixPath) -> list[tuple[str, PictureTable]]:
        """The tables of a folder that name pictures in it; those called metadata go before."""
        paths = sorted(self.listing.tables[folder])
        first = [p for p in paths if p.name.lower().startswith("metadata.")]
        names = Names(self.listing.pictures, folder)
        found: list[tuple[str, PictureTable]] = []
        for path in first or paths:
            name = printable(path.as_posix())
            try:
                table = read_picture_table(self.root / path, name, names, self.caption_column)
            except UserError as error:
                if first:  # it was meant to be read: without it nothing would have its caption
                    raise
                self.notes.append(f"not used: {error}")
                continue
            if table is None or not any(row.picture for row in table.rows):
                self.notes.append(f"{name}: names none of the pictures here, and is not used")
            else:
                self.notes.extend(table.notes)
                found.append((name, table))
        return found

    def _take(
        self,
        table: PictureTable,
        name: str,
        said: dict[PurePosixPath, dict[str, str]],
        captions: dict[PurePosixPath, list[str]],
    ) -> None:
        again = 0
        for row in table.rows:
            if row.picture is None:
                shown = printable(row.file[:200])
                self.left_out.append(LeftOut(shown, f"is listed in {name} and is not there"))
                continue
            again += row.picture in said
            columns = said.setdefault(row.picture, {})
            for column, value in row.values.items():
                columns.setdefault(column, value.strip())
            said_here = (row.values.get(column, "") for column in table.caption_columns)
            caption = next((text for text in said_here if text.strip()), "")
            captions.setdefault(row.picture, []).append(one_line(caption))
        if again:
            self.notes.append(f"{name}: {counted(again, 'row')} more for pictures already named: "
                              "their captions are added")  # fmt: skip

    def _beside(self, path: PurePosixPath) -> str:
        text = self.listing.beside.get(path.with_suffix("")) or self.listing.beside.get(path)
        if text is None:
            return ""
        try:
            decoded = decode(bytes_of(self.root / text), printable(text.as_posix()))
        except UserError as error:
            self.notes.append(f"not used: {error}")
            return ""
        return one_line(decoded.text[:_MOST_CAPTION])


def _keys(pictures: Sequence[PurePosixPath]) -> dict[PurePosixPath, str]:
    """A printable name for each picture; two that would print alike are numbered."""
    used: set[str] = set()
    keys: dict[PurePosixPath, str] = {}
    for path in pictures:
        key = name = printable(path.as_posix())
        number = 1
        while key in used:
            number += 1
            key = f"{name} ({number})"
        used.add(key)
        keys[path] = key
    return keys


def _told(kept: Sequence[PictureRecord], of: int, choice: PictureChoice) -> list[str]:
    without = sum(not record.caption for record in kept)
    captions = (
        "no captions" if without == len(kept)
        else "all with captions" if not without
        else f"{len(kept) - without:,} with captions"
    )  # fmt: skip
    where = f" of {of:,}, where {', '.join(choice.where)}" if choice.where else ""
    return [f"{counted(len(kept), 'picture')}{where}: {captions}"]


def few(names: Sequence[object]) -> str:
    """The first three names and how many more."""
    shown = ", ".join(printable(str(name)) for name in names[:3])
    return shown + (f" and {len(names) - 3:,} more" if len(names) > 3 else "")
