"""From what a user writes to the source that is meant: a folder, a table, an archive, a museum."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from haiga.collection.fetch import Fetcher
from haiga.collection.reach import clean_address
from haiga.collection.sources.aic import AicSource
from haiga.collection.sources.archives import SUFFIXES, ArchiveSource
from haiga.collection.sources.commons import CommonsSource
from haiga.collection.sources.flickr import FlickrSource
from haiga.collection.sources.folder import FolderSource
from haiga.collection.sources.hub import HubSource
from haiga.collection.sources.met import MetSource
from haiga.collection.sources.source import FirstFew, Source
from haiga.collection.sources.urls import AddressTable
from haiga.core.collecting import Unobtainable
from haiga.core.errors import UserError
from haiga.core.suggest import nearest
from haiga.media.picture_listing import printable
from haiga.media.text_files import TABLES, kind_of

SERVICES = ("met", "aic", "commons", "flickr", "hf")

_FORMS = (
    "a folder, a table of addresses (.csv, .tsv, .jsonl), an archive (.zip, .tar, .tar.gz, "
    ".tar.xz), met:WORDS, aic:WORDS, commons:WORDS, commons:Category:NAME, flickr:tag=WORD, "
    "flickr:user=ID or hf:OWNER/NAME"
)


def source_of(
    words: str,
    *,
    limit: int | None = None,
    key: str | None = None,
    address: str | None = None,
    where: Sequence[str] = (),
    fetcher: Fetcher | None = None,
    scratch: Path | None = None,
) -> Source:
    """The source that `words` mean; nothing is asked and no picture is read yet.

    `limit` ends it after so many pictures; `key` is for services that want one; `address`
    takes the place of a service's own (a mirror); `where` are conditions on the columns of a
    table. `scratch` is a folder for what broke off; `fetcher` else is a polite one. A file or
    folder that is there goes before a service of that name (`./met:x` is always a file).
    Raises one `UserError` that says what there is.
    """
    if limit is not None and limit < 1:
        raise UserError(f"--limit {limit}: must be at least 1")
    fetcher = fetcher or Fetcher(scratch=scratch)
    source = _source(words, key, address, where, fetcher, scratch)
    return source if limit is None else FirstFew(source, limit)


def _source(
    words: str,
    key: str | None,
    address: str | None,
    where: Sequence[str],
    fetcher: Fetcher,
    scratch: Path | None,
) -> Source:
    said = printable(words)
    service, colon, asked = words.partition(":")
    service, asked = service.strip().lower(), asked.strip()
    if colon and service in SERVICES and not _is_there(words):
        if not asked:
            raise UserError(f"{said}: says nothing to look for; give {_FORMS}")
        return _service(service, asked, key, _checked(address), where, fetcher, scratch)
    if address is not None:
        raise UserError(f"--address: is for services ({', '.join(SERVICES)}), and {said} is none")
    if re.match(r"https?://", words, re.I):
        raise UserError(f"{said}: put addresses into a table, a row each, with what is known of "
                        "them, and give the table")  # fmt: skip
    path = Path(words)
    name = path.name.lower()
    try:
        if path.is_dir():
            return FolderSource(path, where=where)
        exists = path.exists()
    except (OSError, ValueError) as error:
        raise UserError(f"{said}: cannot be read: {error}") from error
    if name.endswith(SUFFIXES):
        return ArchiveSource(path, where=where, scratch=scratch)
    if kind_of(path) in TABLES:
        return AddressTable(path, fetcher, where=where)
    if exists:
        raise UserError(f"{said}: is a file of no kind that pictures are taken from; give {_FORMS}")
    close = nearest(service, SERVICES, count=1) if colon else []
    if close:
        raise UserError(f"{said}: there is no service '{printable(service)}'; did you mean "
                        f"'{close[0]}'?")  # fmt: skip
    raise UserError(f"{said}: there is no such folder or file; give {_FORMS}")


def _service(
    service: str,
    asked: str,
    key: str | None,
    address: str | None,
    where: Sequence[str],
    fetcher: Fetcher,
    scratch: Path | None,
) -> Source:
    if where and service != "hf":
        raise UserError(f"--where: is for folders, archives and tables; {service} is told what to "
                        "look for in words")  # fmt: skip
    if service == "met":
        return MetSource(asked, fetcher, address=address)
    if service == "aic":
        return AicSource(asked, fetcher, address=address)
    if service == "commons":
        return CommonsSource(asked, fetcher, address=address)
    if service == "flickr":
        return FlickrSource(asked, fetcher, key=key, address=address)
    if not re.fullmatch(r"[\w.-]+(?:/[\w.-]+)?", asked, re.A):
        raise UserError(f"hf:{printable(asked)}: is no dataset's name; it looks like hf:OWNER/NAME")
    return HubSource(asked, address=address, scratch=scratch, where=where)


def _is_there(words: str) -> bool:
    try:
        return Path(words).exists()
    except (OSError, ValueError):
        return False


def _checked(address: str | None) -> str | None:
    if address is None:
        return None
    try:
        return clean_address(address).rstrip("/")
    except Unobtainable as error:
        raise UserError(f"--address {printable(address)}: {error}") from error
