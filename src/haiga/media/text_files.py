"""One file of texts, plain or a table, packed or not."""

from __future__ import annotations

import gzip
import os
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from haiga.core.counted import counted
from haiga.core.errors import UserError
from haiga.media.encodings import decode
from haiga.media.text import Text, TextsRead
from haiga.media.text_columns import AUTHOR, TITLE, Columns, choose_columns, guess
from haiga.media.text_tables import Table, read_csv, read_json, told
from haiga.media.text_works import split_works, tidy

PLAIN = (".txt", ".md", ".text")
TABLES = (".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".json")

POEMS_WANTED = "give a file or folder that holds poems"
MAX_BYTES = 1_000_000_000
"""The most that is read of one file, unpacked: it takes several times that in memory."""


@dataclass(frozen=True)
class Wanted:
    """The columns a user named."""

    text: str | None
    author: str | None
    title: str | None

    @property
    def any(self) -> bool:
        return any(column is not None for column in (self.text, self.author, self.title))


def read_file(path: Path, name: str, wanted: Wanted) -> TextsRead:
    """One file, which notes and `where` call by `name`; see `read_texts`."""
    said = shown(str(path))
    decoded = decode(bytes_of(path), said)
    notes = [f"{name}: {note}" for note in decoded.notes]
    kind = kind_of(path)
    if not decoded.text.strip():
        raise UserError(f"{said}: is empty; {POEMS_WANTED}")
    if kind in TABLES:
        if kind in (".csv", ".tsv", ".tab"):
            table = read_csv(decoded.text, said, text_column=wanted.text)
        else:
            table = read_json(decoded.text, said)
        columns = choose_columns(
            said, table.columns, text=wanted.text, author=wanted.author, title=wanted.title
        )
        told_first = (*notes, f"{name}: {columns.told()}")
        read = _texts_of_table(table, columns, name)
        return TextsRead(read.texts, (*told_first, *read.notes))
    if wanted.any:
        raise UserError(f"{said}: is plain text and has no columns; leave the column options out")
    works = split_works(decoded.text, markdown=kind == ".md")
    notes.extend(f"{name}: {note}" for note in works.notes)
    alone = title_of(path) if len(works.works) == 1 else ""
    return TextsRead(
        tuple(
            Text(
                work.text,
                author=column_of(works.columns, AUTHOR),
                title=work.title or column_of(works.columns, TITLE) or alone,
                where=f"{name}, line {work.line}",
                columns=works.columns,
            )
            for work in works.works
        ),
        tuple(notes),
    )


def _texts_of_table(table: Table, chosen: Columns, name: str) -> TextsRead:
    notes = [f"{name}: {note}" for note in table.notes]
    texts: list[Text] = []
    empty: list[int] = []
    escaped = 0
    for row in table.rows:
        raw = row.values.get(chosen.text, "")
        if "\\n" in raw and "\n" not in raw:  # line ends written out, as some exports have them
            raw = raw.replace("\\r", "").replace("\\n", "\n")
            escaped += 1
        text = tidy(raw)
        if not text:
            empty.append(int(row.where.rpartition(" ")[2]))
            continue
        columns = {c: _cell(v) for c, v in row.values.items() if c != chosen.text}
        author, title = columns.get(chosen.author, ""), columns.get(chosen.title, "")
        texts.append(
            Text(
                text, " ".join(author.split()), " ".join(title.split()),
                f"{name}, {row.where}", columns,
            )
        )  # fmt: skip
    if empty:
        unit = table.rows[0].where.partition(" ")[0]
        notes.append(f"{name}: {told(unit, empty)} without text left out")
    if escaped:
        notes.append(f"{name}: line ends written as \\n in {counted(escaped, 'text')}")
    return TextsRead(tuple(texts), tuple(notes))


def _cell(value: str) -> str:
    plain = value.isascii() and value.isprintable()  # most are, and there are very many
    return value.strip() if plain else tidy(value).strip()


def bytes_of(path: Path) -> bytes:
    """The bytes of a file, unpacked if it is gzipped; `UserError` says why there are none."""
    said = shown(str(path))
    try:
        if path.exists() and not path.is_file():
            raise UserError(f"{said}: is not a file")
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            if packed:
                with gzip.open(file) as unpacked:
                    data = unpacked.read(MAX_BYTES + 1)
            else:
                data = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise UserError(f"{said}: there is no such file") from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise UserError(f"{said}: is a damaged .gz file, or cut short") from error
    except PermissionError as error:
        raise UserError(f"{said}: may not be read; change its permissions") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise UserError(f"{said}: cannot be read: {error}") from error
    if len(data) > MAX_BYTES:
        raise UserError(f"{said}: is larger than {MAX_BYTES // 10**9} GB; split it")
    return data


def kind_of(path: Path) -> str:
    """The suffix that tells the kind, in lower case and without `.gz`."""
    name = path.name.lower().removesuffix(".gz")
    return Path(name).suffix


def title_of(path: Path) -> str:
    """A file's name as a title: `the_snow.txt.gz` is `the snow`."""
    name = re.sub(r"\.gz$", "", path.name, flags=re.I)
    return spaced(Path(name).stem)


def spaced(name: str) -> str:
    """A file's name as words: `emily_dickinson` and `emily-dickinson` are `emily dickinson`."""
    name = shown(name).replace("_", " ")
    if " " not in name.strip() and name == name.lower():
        name = name.replace("-", " ")
    return " ".join(name.split())


def column_of(columns: Mapping[str, str], names: tuple[str, ...]) -> str:
    return columns.get(guess(list(columns), names), "")


def shown(name: str) -> str:
    """A file's name that can be printed and stored, whatever bytes it is made of."""
    return os.fsencode(name).decode("utf-8", "replace")
