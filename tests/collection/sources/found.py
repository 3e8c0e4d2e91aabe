"""What the tests of sources do with a source."""

from __future__ import annotations

import os
from pathlib import Path

from haiga.collection.sources.source import Source
from haiga.core.collecting import Found, Missed, Passport, Unobtainable


def all_of(source: Source) -> tuple[dict[str, Found], dict[str, str]]:
    """What a source finds and what it misses, by their names there; no name comes twice."""
    found: dict[str, Found] = {}
    missed: dict[str, str] = {}
    for thing in source.find():
        if isinstance(thing, Found):
            assert thing.passport.source == source.name
            assert thing.passport.source_id not in found
            found[thing.passport.source_id] = thing
        else:
            assert isinstance(thing, Missed)
            missed[thing.source_id] = thing.reason
    return found, missed


def passport(source: Source) -> Passport:
    """The passport of the only thing found."""
    (only,) = all_of(source)[0].values()
    return only.passport


def read_all(found: dict[str, Found]) -> tuple[dict[str, bytes], dict[str, str]]:
    """The bytes of what could be read, and why the rest could not."""
    got: dict[str, bytes] = {}
    not_got: dict[str, str] = {}
    for name, thing in found.items():
        try:
            got[name] = thing.read()
        except Unobtainable as error:
            not_got[name] = str(error)
    return got, not_got


def tree(folder: Path) -> dict[bytes, tuple[object, ...]]:
    """Every name in a folder with its kind, bytes or target, and time of change."""
    out: dict[bytes, tuple[object, ...]] = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        what: object = None
        if path.is_symlink():
            what = path.readlink()
        elif path.is_file():
            what = path.read_bytes()
        out[os.fsencode(path.relative_to(folder))] = (status.st_mode, status.st_mtime_ns, what)
    return out
