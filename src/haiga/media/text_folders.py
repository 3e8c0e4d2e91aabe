"""A folder of texts: which of its files are read, and whose they are."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from haiga.core.counted import counted
from haiga.core.errors import UserError
from haiga.media.encodings import decode
from haiga.media.text import Text, TextsRead
from haiga.media.text_columns import AUTHOR, TITLE
from haiga.media.text_files import (
    PLAIN,
    POEMS_WANTED,
    TABLES,
    Wanted,
    bytes_of,
    column_of,
    kind_of,
    read_file,
    shown,
    spaced,
    title_of,
)
from haiga.media.text_works import LONG_LINES, split_works

_ABOUT_THE_FOLDER = frozenset("readme license licence changelog contributing".split())
_COLLECTIONS = frozenset(
    "anthology archive archives book books chapter collection collections complete corpus data "
    "dataset haiku limerick limericks lyric lyrics part poem poems poetry prose series songs "
    "sonnet sonnets test text texts train training txt valid validation verse verses volume "
    "works".split()
)
"""A folder with one of these words in its name holds a collection."""

_KINDS = frozenset(
    "all autumn blues classic classics country death essays folk form forms free genres hiphop "
    "jazz life love metal misc my nature new old original originals other others plain pop public "
    "punk rap raw rock selected soul spring summer topics unsorted untitled war winter".split()
)
"""A folder with nothing but these in its name holds a kind of text."""


def read_folder(root: Path, wanted: Wanted) -> TextsRead:
    """The texts in a folder's files; see `read_texts`."""
    plain, tables, others, notes = _files_of(root)
    paths = tables if tables and (wanted.any or not plain) else plain
    if paths is plain and wanted.any and plain:
        raise UserError(
            f"{shown(str(root))}: holds no table, so the column options say nothing; omit them"
        )
    if not paths:
        known = ", ".join((*PLAIN, *TABLES))
        raise UserError(
            f"{shown(str(root))}: holds no file that haiga reads: {known}, or one of these as .gz"
        )
    notes.extend(_left_out(_relative(root, p) for p in others))
    if paths is tables and plain:
        told = counted(len(plain), "plain text file")
        notes.append(f"{told} left out: the columns named are in tables")
    elif paths is plain and tables:
        named = _few([_relative(root, p) for p in tables])
        notes.append(f"tables left out, since there are plain text files: {named}")
    texts: list[Text] = []
    refused: list[str] = []
    remarks: dict[str, list[str]] = {}
    authors: dict[str, None] = {}
    for path in paths:
        name = _relative(root, path)
        try:
            if paths is tables:
                read = read_file(path, name, wanted)
            else:
                read = _whole_file(root, path, name)
        except UserError as error:
            refused.append(str(error))
            continue
        texts.extend(read.texts)
        if paths is plain:
            authors.update((t.author, None) for t in read.texts if t.author and not t.columns)
        for note in read.notes:
            remarks.setdefault(note.removeprefix(f"{name}: "), []).append(name)
    if not texts:
        reason = refused[0] if refused else f"{shown(str(root))}: holds no text"
        reason = f"{reason.removesuffix(f'; {POEMS_WANTED}')}; {POEMS_WANTED}"
        raise UserError(
            reason
            if len(paths) == 1
            else f"{shown(str(root))}: nothing in it can be read; {reason}"
        )
    notes.extend(f"{_few(names)}: {remark}" for remark, names in remarks.items())
    if authors:
        told = counted(len(authors), "author")
        notes.append(f"{told} from the names of folders: {_few(list(authors))}")
    notes.extend(f"left out: {reason}" for reason in refused[:10])
    if len(refused) > 10:
        notes.append(f"left out: {counted(len(refused) - 10, 'more file')} that cannot be read")
    return TextsRead(tuple(texts), tuple(notes))


def _whole_file(root: Path, path: Path, name: str) -> TextsRead:
    """A plain file of a folder: one work, unless it is marked as several or very long."""
    decoded = decode(bytes_of(path), shown(str(path)))
    works = split_works(decoded.text, markdown=kind_of(path) == ".md", whole_up_to=LONG_LINES)
    if not works.works:
        raise UserError(f"{shown(str(path))}: is empty")
    author = column_of(works.columns, AUTHOR) or _author_of(path.relative_to(root).parts[:-1])
    title = column_of(works.columns, TITLE) or title_of(path)
    several = len(works.works) > 1
    return TextsRead(
        tuple(
            Text(
                work.text,
                author,
                work.title or title,
                f"{name}, line {work.line}" if several else name,
                works.columns,
            )
            for work in works.works
        ),
        tuple(f"{name}: {note}" for note in (*decoded.notes, *works.notes)),
    )


def _files_of(root: Path) -> tuple[list[Path], list[Path], list[Path], list[str]]:
    """Plain files, tables and others below a folder, each sorted; what could not be listed."""
    plain: list[Path] = []
    tables: list[Path] = []
    others: list[Path] = []
    notes: list[str] = []

    def failed(error: OSError) -> None:
        notes.append(f"left out: {shown(str(error.filename))}: cannot be listed: {error.strerror}")

    for folder, folders, files in os.walk(root, onerror=failed):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for file in sorted(files):
            path = Path(folder, file)
            kind = kind_of(path)
            if file.startswith("."):
                continue
            if kind in PLAIN and title_of(path).lower() not in _ABOUT_THE_FOLDER:
                plain.append(path)
            else:
                (tables if kind in TABLES else others).append(path)
    if notes and not (plain or tables or others):
        raise UserError(notes[0].removeprefix("left out: "))
    return sorted(plain), sorted(tables), sorted(others), notes


def _left_out(names: Iterable[str]) -> list[str]:
    every = list(names)
    files = "file is" if len(every) == 1 else "files are"
    return [f"{len(every):,} {files} not read: {_few(every)}"] if every else []


def _author_of(folders: tuple[str, ...]) -> str:
    """The outermost folder whose name looks like an author's; "" when none does.

    One to five words without digits, which do not name a collection (`poems`, `train`)
    or a kind of text (`love`, `pop rock`); a single word begins with a capital.
    """
    for folder in folders:
        name = spaced(folder)
        words = re.findall(r"[^\W\d_]+", name.lower())
        if not 1 <= len(words) <= 5 or any(c.isdigit() for c in name):
            continue
        if _COLLECTIONS & set(words) or set(words) <= _KINDS:
            continue
        if len(words) == 1 and name[0].islower():
            continue
        return name
    return ""


def _relative(root: Path, path: Path) -> str:
    """`lyrics/a.txt`: the path from the folder that was given, with that folder's name."""
    return shown(Path(root.resolve().name, path.relative_to(root)).as_posix())


def _few(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3:,} more" if len(names) > 3 else "")
