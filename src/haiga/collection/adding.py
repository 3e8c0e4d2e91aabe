"""From a source into a collection: what is not here yet is had, checked and kept."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Protocol

from haiga.collection.store import Collection
from haiga.collection.upkeep import remove_stale
from haiga.core.collecting import SEEN_PX, Found, Item, Missed, Passport, Unobtainable
from haiga.core.errors import BadPicture, UserError
from haiga.media.durable import make_folder, unwritable
from haiga.media.picture_judging import MISNAMED, MOST_PIXELS, judge_picture
from haiga.media.picture_listing import SUFFIXES as PICTURE_SUFFIXES
from haiga.media.pictures import open_header

ORIENTATION = 0x0112  # the EXIF tag
BATCH = 32
"""So many items are listed at once; a killed run has at most these to fetch again."""

SUFFIXES = {
    "PNG": ".png", "JPEG": ".jpg", "MPO": ".jpg", "WEBP": ".webp", "TIFF": ".tif", "GIF": ".gif",
    "BMP": ".bmp", "PPM": ".ppm", "AVIF": ".avif", "JPEG2000": ".jp2",
}  # fmt: skip
"""A file is kept under the suffix of what it is, whatever it was called."""


class Source(Protocol):
    """What pictures come from; `name` goes into their passports."""

    @property
    def name(self) -> str: ...

    def find(self) -> Iterator[Found | Missed]: ...


@dataclass(frozen=True)
class Added:
    """What came of adding a source: counts, and what it could not give."""

    new: int
    again: int
    """Were here from this source before."""
    same: int
    """Had the bytes of an item that was here; its passport was added to that item."""
    missed: tuple[Missed, ...]
    restored: int = 0
    """Were here with a file that was gone or cut short; the file is there again."""


def add_from(
    collection: Collection,
    source: Source,
    *,
    admit: Callable[[Passport], str] = lambda passport: "",
    whole: bool = False,
    on_each: Callable[[str], None] = lambda told: None,
) -> Added:
    """Adds every picture of a source; nothing of the source is changed.

    `admit` gives the reason for which a picture stays outside by its passport (a licence
    gate), "" for none. Where the `whole` source is added, what it missed before and does not
    miss now is forgotten. `on_each` is called with each one's name. A run that is killed
    leaves what it had listed, and the next one goes on from there. An item whose file is gone
    from the collection is read again, and gets its file back. Raises UserError where
    the collection cannot be written or the source not be read at all.
    """
    remove_stale(collection.folder / "files")
    known, counts = collection.known(source.name), {"again": 0, "same": 0, "restored": 0}
    items = collection.items()
    here = {item.id for item in items}
    lost = {item.id: item for item in items if collection.lacks(item)}
    wanted = {
        p.source_id: item for item in lost.values() for p in item.passports
        if p.source == source.name
    }  # fmt: skip
    missed: list[Missed] = []
    batch = _Batch(collection, source.name)
    new = 0
    with contextlib.closing(batch):
        for found in source.find():
            if isinstance(found, Missed):
                missed.append(found)
                batch.miss(found)
                continue
            name = found.passport.source_id
            on_each(name)
            if name in known and not (name in wanted and wanted[name].id in lost):
                counts["again"] += 1
                continue
            reason = admit(found.passport)
            try:
                if reason:
                    raise Unobtainable(reason)
                item, kind, data = _taken(collection, found)
                if name in wanted and item.id != wanted[name].id:
                    raise Unobtainable(
                        f"has changed: it is not the file that item {wanted[name].number} lost"
                    )
            except Unobtainable as error:
                missed.append(Missed(name, str(error)))
                batch.miss(missed[-1])
                continue
            known.add(name)
            if item.id in lost:
                collection.keep_file(item.id, lost.pop(item.id).suffix, data)
                counts["restored"] += 1
            elif item.id in here:
                counts["same"] += 1
            else:
                collection.keep_file(item.id, item.suffix, data)
                here.add(item.id)
                new += 1
            batch.take(item, kind, found.passport)
    if whole:
        collection.forget_missed(source.name, [one.source_id for one in missed])
    return Added(new, counts["again"], counts["same"], tuple(missed), counts["restored"])


class _Batch:
    """Items on their way into the index, listed a few at a time."""

    def __init__(self, collection: Collection, source: str) -> None:
        self._collection, self._source = collection, source
        self._items: list[tuple[Item, str]] = []
        self._passports: list[tuple[str, Passport]] = []
        self._missed: list[tuple[str, Missed]] = []

    def take(self, item: Item, kind: str, passport: Passport) -> None:
        self._items.append((item, kind))
        self._passports.append((item.id, passport))
        self._write_full()

    def miss(self, missed: Missed) -> None:
        self._missed.append((self._source, missed))
        self._write_full()

    def close(self) -> None:
        """Lists what is left."""
        if self._items or self._missed:
            self._collection.insert(self._items, self._passports, self._missed)
            self._items, self._passports, self._missed = [], [], []

    def _write_full(self) -> None:
        if len(self._items) + len(self._missed) >= BATCH:
            self.close()


def _taken(collection: Collection, found: Found) -> tuple[Item, str, bytes]:
    """The item and its bytes, known to be a picture; `Unobtainable` says why it is none."""
    data = found.read()
    if not data:
        raise Unobtainable("is empty")
    digest = hashlib.sha256(data).hexdigest()
    aside = collection.folder / "aside"
    make_folder(aside)
    suffix = PurePath(found.passport.source_id).suffix.lower()
    named = suffix in PICTURE_SUFFIXES  # "1984.123" and a bare number are names of no format
    # another process may have the same picture aside
    path = aside / f"{digest}-{secrets.token_hex(4)}{suffix if named else '.img'}"
    try:
        path.write_bytes(data)
        judged = judge_picture(path, draft_px=SEEN_PX)
        with open_header(path, MOST_PIXELS) as image:
            kind = image.format or ""
            width, height = image.size
            if image.getexif().get(ORIENTATION, 1) in range(5, 9):  # lies on its side
                width, height = height, width
    except BadPicture as error:
        raise Unobtainable(str(error).removeprefix(f"{path}: ")) from error
    except OSError as error:
        raise UserError(unwritable(aside, error)) from error
    finally:
        with contextlib.suppress(OSError):
            path.unlink()
    item = Item(
        id=digest,
        number=0,
        suffix=SUFFIXES.get(kind, ".img"),
        bytes=len(data),
        width=width,
        height=height,
        added_at="",
        passports=(found.passport,),
        remarks=tuple(r for r in judged.remarks if named or r != MISNAMED),
    )
    return item, kind, data
