"""A studio: one folder that keeps every finished piece.

    studio.sqlite3                  the index: which pieces there are
    pieces/<id>/sheet.png …         a piece under names made for people
    files/ab/cdef….png              the same pictures by the sha256 of their bytes
    aside/                          what is being written; emptied by itself

A picture under `pieces/` and its entry under `files/` are one file with two
names (a hard link), or a copy on disks that have no links. A piece is in the
index only once every byte of it is on disk: a crash leaves at most an unlisted
folder, which the next attempt replaces.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import os
import re
import secrets
import shutil
import sqlite3
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from haiga.archive.index import connected, is_frozen, open_index, transaction
from haiga.archive.stored import PICTURES, Earlier, StoredPiece, record_of, stored_piece
from haiga.core.errors import JobError, UserError
from haiga.core.nouns import Piece
from haiga.core.suggest import nearest
from haiga.media.durable import make_folder, sync_folder, unwritable, write_durably
from haiga.media.pictures import encode_png

DEFAULT_STUDIO = "haiga-studio"
ENVIRONMENT_KEY = "HAIGA_STUDIO"
INDEX = "studio.sqlite3"
STALE_S = 24 * 3600.0

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


class Studio:
    """An open studio folder; safe to use from several threads and processes at once."""

    def __init__(self, folder: Path, *, frozen: bool = False) -> None:
        self.folder = folder
        self._frozen = frozen
        self._index = folder / INDEX

    @classmethod
    def open(cls, path: str | Path | None = None, *, must_exist: bool = False) -> Studio:
        """The studio at a path, made if it is not there (unless `must_exist`).

        With no path: the folder HAIGA_STUDIO names, or `./haiga-studio`. One that
        `must_exist` may lie on a read-only disk. Raises UserError when it cannot
        be opened or made.
        """
        folder = Path(path or os.environ.get(ENVIRONMENT_KEY) or DEFAULT_STUDIO)
        if must_exist and not (folder / INDEX).is_file():
            raise UserError(f"{folder}: there is no studio here; `haiga create` makes one")
        if must_exist and is_frozen(folder / INDEX):
            return cls(folder, frozen=True)
        make_folder(folder)
        studio = cls(folder)
        open_index(studio._index)
        studio._remove_stale()
        return studio

    def add_piece(self, piece: Piece, looks: tuple[str, bytes] | None = None) -> StoredPiece:
        """Keep a finished piece; when this returns, all of it is on disk and listed.

        `looks` is how its painting looks, as a version and bytes, for `earlier`.

        Each PNG carries the piece's recipe, with its own name (painting, styled,
        sheet) under `file`. A piece that is already here, the same to the byte,
        is left as it is and returned. Raises
        UserError when the studio cannot be written (nothing is listed then) and
        JobError when another piece has this id.
        """
        if not _ID.fullmatch(piece.id):
            raise JobError(f"'{piece.id}' cannot be the id of a piece: letters, digits, - and _")
        made_at = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        record = record_of(piece, made_at)
        with self._aside(piece.id) as aside:
            digests = self._write_aside(aside, piece, record)
            for picture in PICTURES:
                self._keep_by_digest(aside / f"{picture}.png", digests[picture])
            sync_folder(aside)
            with connected(self._index) as db:
                placed: Path | None = None
                try:
                    with transaction(db):
                        row = db.execute(
                            "SELECT number, record FROM pieces WHERE id = ?", (piece.id,)
                        ).fetchone()
                        if row:
                            return self._same(row["number"], json.loads(row["record"]), digests)
                        placed = self._put_in_place(aside, piece.id)
                        number = _insert(db, record)
                        if looks:
                            _insert_looks(db, number, *looks)
                except OSError as error:
                    raise UserError(unwritable(self.folder / "pieces", error)) from error
                except sqlite3.Error:  # not committed, so nobody was told of it
                    if placed:
                        shutil.rmtree(placed, ignore_errors=True)
                    raise
        return self._stored(number, record)

    def pieces(self, limit: int | None = None) -> list[StoredPiece]:
        """The pieces of the studio, newest first, at most `limit`."""
        with connected(self._index, frozen=self._frozen) as db:
            rows = db.execute(
                "SELECT number, record FROM pieces ORDER BY number DESC LIMIT ?",
                (-1 if limit is None else limit,),
            ).fetchall()
        return [self._stored(row["number"], json.loads(row["record"])) for row in rows]

    def piece(self, id_or_prefix: str) -> StoredPiece:
        """The piece with an id, or the only one whose id begins so; UserError otherwise."""
        start = id_or_prefix
        with connected(self._index, frozen=self._frozen) as db:
            rows = db.execute(
                "SELECT number, id, record FROM pieces WHERE substr(id, 1, ?) = ? ORDER BY number",
                (len(start), start),
            ).fetchall()
            exact = [row for row in rows if row["id"] == start]
            if len(exact or rows) == 1 and start:
                row = (exact or rows)[0]
                return self._stored(row["number"], json.loads(row["record"]))
            ids = [r["id"] for r in rows or db.execute("SELECT id FROM pieces").fetchall()]
        if rows:
            some = ", ".join(ids[:5]) + (" …" if len(ids) > 5 else "")
            raise UserError(f"'{start}' begins the id of {len(ids)} pieces: {some}")
        close = nearest(start, ids)
        remedy = f"did you mean '{close[0]}'?" if close else "`haiga list` shows its pieces"
        raise UserError(f"no piece '{start}' in {self.folder}; {remedy}")

    def recent_styles(self, artist: str, n: int) -> list[str]:
        """The ids of the styles of an artist's last `n` pieces, newest first."""
        with connected(self._index, frozen=self._frozen) as db:
            rows = db.execute(
                "SELECT style_id FROM pieces WHERE artist = ? ORDER BY number DESC LIMIT ?",
                (artist, n),
            ).fetchall()
        return [row["style_id"] for row in rows if row["style_id"] is not None]

    def same_seed(self, artist: str, seed: int) -> list[StoredPiece]:
        """The artist's pieces of a seed, newest first."""
        with connected(self._index, frozen=self._frozen) as db:
            rows = db.execute(
                "SELECT number, record FROM pieces WHERE artist = ? AND seed = ? "
                "ORDER BY number DESC",
                (artist, seed),
            ).fetchall()
        return [self._stored(row["number"], json.loads(row["record"])) for row in rows]

    def earlier(self, artist: str, looks_version: str, after: int = 0) -> list[Earlier]:
        """The words and looks of an artist's pieces with a number above `after`, newest first.

        Looks of another version than the one asked for count as none.
        """
        with connected(self._index, frozen=self._frozen) as db:
            rows = db.execute(
                "SELECT number, id, json_extract(record, '$.poem.lines') AS lines, looks "
                "FROM pieces LEFT JOIN piece_looks ON piece = number AND version = ? "
                "WHERE artist = ? AND number > ? ORDER BY number DESC",
                (looks_version, artist, after),
            ).fetchall()
        pieces = self.folder / "pieces"
        return [
            Earlier(
                row["number"],
                row["id"],
                tuple(json.loads(row["lines"])),
                row["looks"],
                pieces / row["id"] / "painting.png",
            )
            for row in rows
        ]

    def keep_looks(self, version: str, looks: Mapping[int, bytes]) -> None:
        """Keep how the paintings of pieces look, by the pieces' numbers; all of them or none."""
        with connected(self._index) as db, transaction(db):
            for number, data in looks.items():
                _insert_looks(db, number, version, data)

    def set_alt_text(self, piece_id: str, text: str) -> StoredPiece:
        """Put another alt text in the place of a piece's; its recipe keeps the drafted one.

        Raises UserError when there is no such piece or the studio cannot be written; all is
        then as it was.
        """
        piece = self.piece(piece_id)
        with connected(self._index) as db, transaction(db):
            row = db.execute(
                "SELECT number, record FROM pieces WHERE id = ?", (piece.id,)
            ).fetchone()
            record = {**json.loads(row["record"]), "alt_text": text}
            told = json.dumps(record, ensure_ascii=False, allow_nan=False)
            db.execute("UPDATE pieces SET record = ? WHERE number = ?", (told, row["number"]))
            _write_told(piece.folder, record)  # before the index has it: it may be refused
        return self._stored(row["number"], record)

    def file(self, sha256: str) -> Path:
        """Where the PNG with this digest is kept, whether or not it is there."""
        return self.folder / "files" / sha256[:2] / f"{sha256[2:]}.png"

    def _stored(self, number: int, record: dict[str, Any]) -> StoredPiece:
        return stored_piece(number, record, self.folder / "pieces" / str(record["id"]))

    def _same(self, number: int, record: dict[str, Any], digests: dict[str, str]) -> StoredPiece:
        if record["files"] != digests:
            raise JobError(f"{self.folder}: another piece has the id '{record['id']}'")
        return self._stored(number, record)

    def _write_aside(self, aside: Path, piece: Piece, record: dict[str, Any]) -> dict[str, str]:
        """Write every file of a piece, completing its record with their digests."""
        digests: dict[str, str] = {}
        sizes: dict[str, int] = {}
        for name, picture in zip(
            PICTURES, (piece.painting, piece.styled, piece.sheet), strict=True
        ):
            png = encode_png(picture, recipe={**piece.recipe, "file": name})
            digests[name] = hashlib.sha256(png).hexdigest()
            sizes[name] = len(png)
            write_durably(aside / f"{name}.png", png)
        record["files"] = digests
        record["bytes"] = sizes
        write_durably(aside / "poem.txt", (piece.poem.text + "\n").encode())
        _write_told(aside, record)
        return digests

    def _keep_by_digest(self, written: Path, sha256: str) -> None:
        kept = self.file(sha256)
        make_folder(kept.parent)
        try:
            os.link(written, kept)
        except FileExistsError:
            if kept.stat().st_size != written.stat().st_size:  # damaged since it was kept
                write_durably(kept, written.read_bytes())
        except OSError:  # a disk without links
            write_durably(kept, written.read_bytes())
        with contextlib.suppress(OSError):
            sync_folder(kept.parent)

    def _put_in_place(self, aside: Path, piece_id: str) -> Path:
        """Give a finished folder its name; a folder there that is not in the index is replaced."""
        folder = self.folder / "pieces" / piece_id
        make_folder(folder.parent)
        if folder.exists():
            shutil.rmtree(folder)
        aside.rename(folder)
        sync_folder(folder.parent)
        return folder

    @contextlib.contextmanager
    def _aside(self, piece_id: str) -> Iterator[Path]:
        """A folder to write in, gone at the end whatever happens, unless it was put in place."""
        folder = self.folder / "aside" / f"{piece_id}-{secrets.token_hex(6)}"
        make_folder(folder)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _remove_stale(self) -> None:
        """Remove what a killed process was writing a day or more ago."""
        with contextlib.suppress(OSError):
            for folder in (self.folder / "aside").glob("*"):
                if time.time() - folder.stat().st_mtime > STALE_S:
                    shutil.rmtree(folder, ignore_errors=True)


def _write_told(folder: Path, record: Mapping[str, Any]) -> None:
    """Write `alt.txt` and `piece.json` beside a piece's pictures."""
    write_durably(folder / "alt.txt", (record["alt_text"] + "\n").encode())
    told = json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False)
    write_durably(folder / "piece.json", (told + "\n").encode())


def _insert_looks(db: sqlite3.Connection, number: int, version: str, looks: bytes) -> None:
    db.execute("INSERT OR REPLACE INTO piece_looks VALUES (?, ?, ?)", (number, version, looks))


def _insert(db: sqlite3.Connection, record: dict[str, Any]) -> int:
    style = record["style"]
    cursor = db.execute(
        "INSERT INTO pieces (id, made_at, artist, seed, style_id, record) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (
            record["id"],
            record["made_at"],
            record["artist"],
            record["seed"],
            style["id"] if style else None,
            json.dumps(record, ensure_ascii=False, allow_nan=False),
        ),
    )
    number = int(cursor.lastrowid or 0)
    db.executemany(
        "INSERT INTO piece_files (piece, name, sha256, bytes) VALUES (?, ?, ?, ?)",
        [(number, name, record["files"][name], record["bytes"][name]) for name in PICTURES],
    )
    return number
