"""Texts from files: plain files, folders of them, CSV and TSV, JSON lists and JSON lines."""

from __future__ import annotations

from pathlib import Path

from haiga.core.errors import UserError
from haiga.media.text import Text, TextsRead
from haiga.media.text_files import POEMS_WANTED, Wanted, read_file, shown
from haiga.media.text_filters import keep_where
from haiga.media.text_folders import read_folder

__all__ = ["Text", "TextsRead", "keep_where", "read_texts"]


def read_texts(
    path: str | Path,
    *,
    text_column: str | None = None,
    author_column: str | None = None,
    title_column: str | None = None,
) -> TextsRead:
    """The texts in a file or a folder.

    - **CSV, TSV, JSON, JSON lines** (`.csv`, `.tsv`, `.tab`, `.json`, `.jsonl`,
      `.ndjson`): a text a row, from the columns that are named here or, by their
      names, guessed. Rows without text are left out and counted.
    - **A plain file** (any other suffix): split into works, see `split_works`.
    - **A folder**: its `.txt`, `.md` and `.text` files, in the folders below it too,
      sorted by path; where it has none, its tables. A file is one work unless headings
      or lines of marks divide it or it has more than 200 lines; its title is its
      name, its author the outermost folder below `path` whose name looks like one.
      Files that cannot be read are left out and named in the notes.

    Each may be gzipped (`.gz`). Encodings: see `decode`; a guess is told in the notes.
    Reads files and nothing else. Raises `UserError` when there is nothing to read, a
    named column is missing or none looks like the text (its message lists the columns),
    or a single file is binary, damaged or over 1 GB unpacked.
    """
    path = Path(path)
    wanted = Wanted(text_column, author_column, title_column)
    try:
        is_folder = path.is_dir()
    except OSError as error:
        raise UserError(f"{shown(str(path))}: cannot be read: {error.strerror}") from error
    if is_folder:
        return read_folder(path, wanted)
    read = read_file(path, shown(path.name), wanted)
    if not read.texts:
        raise UserError(f"{shown(str(path))}: holds no text; {POEMS_WANTED}")
    return read
