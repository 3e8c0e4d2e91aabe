"""A table of addresses: each row leads to a picture, and says what is known of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from haiga.collection.fetch import Fetcher
from haiga.collection.sources.told import passport_of
from haiga.core.collecting import Found, Missed
from haiga.core.counted import counted
from haiga.core.errors import UserError
from haiga.media.column_filters import keep_matching
from haiga.media.encodings import decode
from haiga.media.picture_folders import one_line
from haiga.media.picture_listing import printable
from haiga.media.picture_tables import CAPTION
from haiga.media.text_columns import guess, listed
from haiga.media.text_files import bytes_of, kind_of
from haiga.media.text_tables import Row, Table, read_csv, read_json

_ADDRESS = (
    "image_url image_link image_address img_url picture_url photo_url download_url file_url "
    "media_url content_url original_url primary_image image picture photo img file src url uri "
    "link href address"
).split()  # fmt: skip
"""Names of the column of addresses, the likeliest first: `url` may be a page about it."""

_RIGHTS = frozenset("licence license licencia lizenz rights copyright terms credit credits "
                    "creditline attribution courtesy".split())  # fmt: skip
_PAGE = frozenset("page webpage homepage website".split())
_ABOUT = frozenset("source object description".split())
_LINK = frozenset("url uri link href address".split())
"""Words of a column's name; one that tells of rights, or of a page about the picture, never
counts, whatever is in it."""

_HTTP = re.compile(r"\s*https?://", re.I)


class AddressTable:
    """The pictures at the addresses of a CSV, TSV or JSON-lines table.

    The column of addresses is known by its name, else by what is in it; the others become
    the passport. What a picture is called here is its address. `where` are conditions on the
    columns. Nothing is asked of any server before a picture's bytes are.
    """

    def __init__(self, table: Path, fetcher: Fetcher, *, where: Sequence[str] = ()) -> None:
        self._path, self._fetcher, self._where = table, fetcher, tuple(where)
        self.name = f"addresses {printable(str(table.absolute()))}"
        self.notes: list[str] = []

    def find(self) -> Iterator[Found | Missed]:
        """What the rows name, in order; rows without an address and repeated ones are missed.

        Raises `UserError` when the file is no table or has no addresses in it.
        """
        self.notes.clear()
        table = self._table()
        column = _address_column(table)
        if not column:
            raise UserError(
                f"{printable(str(self._path))}: no column of picture addresses; call the one "
                f"that has them image_url; {listed(table.columns)}"
            )
        self.notes.append(f"addresses from '{column}'")
        caption = guess(table.columns, CAPTION)
        rows = keep_matching(
            table.rows, self._where, noun="row", columns=table.columns,
            values=lambda row, name: row.values.get(name, "").split("\n"),
        )  # fmt: skip
        if len(rows) < len(table.rows):
            self.notes.append(f"{counted(len(rows), 'row')} of {len(table.rows):,}, where "
                              f"{', '.join(self._where)}")  # fmt: skip
        seen: dict[str, str] = {}
        for row in rows:
            yield self._thing(row, column, caption, seen)

    def _thing(self, row: Row, column: str, caption: str, seen: dict[str, str]) -> Found | Missed:
        address = row.values.get(column, "").strip()
        if not address:
            return Missed(row.where, f"has nothing in '{column}'")
        said = "".join(c if c.isprintable() else "\ufffd" for c in address)
        if address in seen:
            return Missed(f"{said} ({row.where})", "is named twice in the table")
        seen[address] = row.where
        values = {c: v for c, v in row.values.items() if c != column}
        passport = passport_of(
            self.name, said, values, caption=one_line(values.get(caption, "")),
            url=said if _HTTP.match(address) else "",
        )  # fmt: skip
        return Found(passport, partial(self._fetcher.picture, address))

    def _table(self) -> Table:
        name = printable(str(self._path))
        decoded = decode(bytes_of(self._path), name)
        self.notes += decoded.notes
        if not decoded.text.strip():
            raise UserError(f"{name}: is empty; give a table with a column of addresses")
        if kind_of(self._path) in (".jsonl", ".ndjson", ".json"):
            table = read_json(decoded.text, name)
        else:
            table = read_csv(decoded.text, name)
            if any(_HTTP.match(column) for column in table.columns):
                if len(table.columns) > 1:
                    raise UserError(
                        f"{name}: its first row is an address; let the first row name the columns"
                    )
                table = read_csv("url\n" + decoded.text, name)
                self.notes.append("the first row is taken for an address, not a column's name")
        self.notes += table.notes
        return table


def _address_column(table: Table) -> str:
    hits = Counter(c for row in table.rows for c, v in row.values.items() if _HTTP.match(v))
    for wanted in _ADDRESS:
        column = guess([c for c in table.columns if hits[c]], (wanted,))
        if column:
            return column
    others = [c for c in table.columns if hits[c] and not _tells_something_else(c)]
    return max(others, key=lambda c: hits[c], default="")


def _tells_something_else(column: str) -> bool:
    words = {word.casefold() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", column)}
    if words & (_RIGHTS | _PAGE):
        return True
    return bool(words & _ABOUT) and words <= _ABOUT | _LINK
