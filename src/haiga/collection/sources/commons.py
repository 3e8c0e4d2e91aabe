"""Wikimedia Commons: a category or a search (https://www.mediawiki.org/wiki/API:Imageinfo)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from haiga.collection.fetch import Fetcher
from haiga.collection.sources.asking import answer_of, plain_text, text_of
from haiga.core.collecting import Found, Missed, Passport
from haiga.core.errors import UserError

ADDRESS = "https://commons.wikimedia.org"

_WIDTH_PX = 1_280  # one of the widths that Wikimedia keeps ready
_A_PAGE = 50
_TOLD = (
    "LicenseShortName LicenseUrl UsageTerms Artist Credit Attribution ImageDescription "
    "DateTimeOriginal ObjectName Restrictions"
)
_REDRAWN = ("image/svg+xml", "image/tiff", "image/x-xcf")  # only come as PNG or JPEG


class CommonsSource:
    """The files of `Category:…`, or those that a search for words finds.

    Each has its own licence, maker and credit, as its page says. Files wider than 1,280
    pixels come at that width. Files in sub-categories are not followed.
    """

    def __init__(self, words: str, fetcher: Fetcher, *, address: str | None = None) -> None:
        self._words, self._fetcher = words.strip(), fetcher
        self._base = (address or ADDRESS).rstrip("/")
        self.name = "commons" if address is None else f"commons {self._base}"
        self.notes: list[str] = []

    def find(self) -> Iterator[Found | Missed]:
        """The files, in the order of Commons. Raises `UserError` when it does not answer.

        robots.txt is not asked about this one address: it shuts `/w/` to programs that read
        pages, and Wikimedia documents `/w/api.php` for programs, with rules of its own
        (https://www.mediawiki.org/wiki/API:Etiquette: one request at a time, a User-Agent
        that says who it is). The pictures are asked for as robots.txt of their server says.
        """
        self.notes.clear()
        going_on: dict[str, str] = {}
        been: set[str] = set()
        batch: dict[int, dict[str, Any]] = {}
        count = 0
        while True:
            answer = answer_of(self._fetcher, self.name, f"{self._base}/w/api.php",
                               {**self._question(), **going_on}, robots=False)  # fmt: skip
            self._check(answer)
            query = answer.get("query")
            for page in (query.get("pages") if isinstance(query, dict) else None) or []:
                if isinstance(page, dict) and isinstance(page.get("pageid"), int):
                    batch.setdefault(page["pageid"], {}).update(page)
            following = answer.get("continue")
            if "batchcomplete" in answer or not following:  # till then pages come in parts
                count += len(batch)
                for page in batch.values():
                    yield self._thing(page)
                batch.clear()
            if not isinstance(following, dict):
                break
            going_on = {str(key): str(value) for key, value in following.items()}
            token = json.dumps(going_on, sort_keys=True)
            if token in been:
                raise UserError(f"{self.name}: its answers go round in a circle after "
                                f"{count:,} files; run it again later")  # fmt: skip
            been.add(token)
        self.notes.append(f"{count:,} files found for '{self._words}'")
        if self._is_category:
            self.notes.append("files in its sub-categories are not followed")

    @property
    def _is_category(self) -> bool:
        return self._words.lower().startswith("category:")

    def _question(self) -> dict[str, str | int]:
        wanted: dict[str, str | int] = {
            "action": "query", "format": "json", "formatversion": 2, "prop": "imageinfo",
            "iiprop": "url|size|mime|sha1|extmetadata", "iiurlwidth": _WIDTH_PX,
            "iiextmetadatalanguage": "en", "iiextmetadatafilter": "|".join(_TOLD.split()),
        }  # fmt: skip
        if self._is_category:
            return {**wanted, "generator": "categorymembers", "gcmtitle": self._words,
                    "gcmtype": "file", "gcmlimit": _A_PAGE}  # fmt: skip
        return {**wanted, "generator": "search", "gsrsearch": f"{self._words} filetype:bitmap",
                "gsrnamespace": 6, "gsrlimit": _A_PAGE}  # fmt: skip

    def _check(self, answer: dict[str, Any]) -> None:
        error = answer.get("error")
        if isinstance(error, dict):
            said = plain_text(text_of(error.get("info")) or text_of(error.get("code")))
            raise UserError(f"{self.name}: refuses what was asked for: {said[:200]}")

    def _thing(self, page: dict[str, Any]) -> Found | Missed:
        title = text_of(page.get("title")) or str(page["pageid"])
        infos = page.get("imageinfo")
        info = infos[0] if isinstance(infos, list) and infos and isinstance(infos[0], dict) else {}
        mime, address = text_of(info.get("mime")), text_of(info.get("url"))
        if not address:
            return Missed(title, "has no file")
        if not mime.startswith("image/") or mime == "image/vnd.djvu":
            return Missed(title, f"is no picture but {mime or 'of an unknown kind'}")
        width = info.get("width")
        if mime in _REDRAWN or (isinstance(width, int) and width > _WIDTH_PX):
            address = text_of(info.get("thumburl")) or address
        told = info.get("extmetadata")
        said = {
            name: plain_text(text_of(entry.get("value")))
            for name, entry in (told.items() if isinstance(told, dict) else ())
            if isinstance(entry, dict)
        }
        name = title.partition(":")[2] or title
        licence = said.get("LicenseShortName") or said.get("UsageTerms") or said.get("LicenseUrl")
        columns = {
            "licence address": said.get("LicenseUrl", ""),
            "restrictions": said.get("Restrictions", ""),
            "sha1 of the original": text_of(info.get("sha1")), "width": text_of(width),
            "height": text_of(info.get("height")), "page id": str(page["pageid"]),
        }  # fmt: skip
        passport = Passport(
            self.name, title, url=text_of(info.get("descriptionurl")),
            title=said.get("ObjectName") or name.rpartition(".")[0] or name,
            maker=said.get("Artist", ""), date=said.get("DateTimeOriginal", ""),
            licence=licence or "", credit=said.get("Attribution") or said.get("Credit", ""),
            caption=said.get("ImageDescription", "")[:2_000],
            columns={key: value for key, value in columns.items() if value},
        )  # fmt: skip
        return Found(passport, partial(self._fetcher.picture, address, told_by=self._base))
