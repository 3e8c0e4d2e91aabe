"""Flickr: photographs by tag or by user, with a key (https://www.flickr.com/services/api/)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from haiga.collection.fetch import Fetcher
from haiga.collection.licences import read_licence
from haiga.collection.sources.asking import answer_of, plain_text, text_of
from haiga.core.collecting import Found, Missed, Passport
from haiga.core.counted import counted
from haiga.core.errors import UserError

ADDRESS = "https://api.flickr.com"

LICENCES = {
    "0": "All Rights Reserved",
    "1": "CC-BY-NC-SA-2.0",
    "2": "CC-BY-NC-2.0",
    "3": "CC-BY-NC-ND-2.0",
    "4": "CC-BY-2.0",
    "5": "CC-BY-SA-2.0",
    "6": "CC-BY-ND-2.0",
    "7": "No known copyright restrictions",
    "8": "United States Government Work",
    "9": "CC0-1.0",
    "10": "CC-PDM-1.0",
}
"""What Flickr's numbers mean (flickr.photos.licenses.getInfo); newer ones are asked for."""

_SIZES = ("url_k", "url_h", "url_l", "url_o", "url_c", "url_z", "url_m")
"""Addresses by what is taken first: 2,048, 1,600 and 1,024 pixels, then whatever there is."""

_EXTRAS = ["license", "owner_name", "date_taken", "tags", "description", "path_alias", *_SIZES]
_A_PAGE, _MOST = 250, 4_000  # photographs: of more, Flickr repeats the first


class FlickrSource:
    """The photographs with a tag (`tag=mask`, `tag=mask,wood` for both) or of a user (`user=ID`).

    By tag, only what somebody may use under a licence is asked for; of a user, everything,
    since it may be one's own, and each keeps the licence Flickr gives. Without a key nothing
    can be asked: `UserError`.
    """

    def __init__(
        self, wanted: str, fetcher: Fetcher, *, key: str | None, address: str | None = None
    ) -> None:
        kind, equals, value = (part.strip() for part in wanted.partition("="))
        if kind not in ("tag", "user") or not equals or not value:
            raise UserError(
                f"flickr:{wanted}: say flickr:tag=mask, or flickr:user=12345678@N00 for what one "
                "user shows"
            )
        if kind == "user" and not re.fullmatch(r"\d+@N\d+", value, re.A):
            raise UserError(
                f"flickr:{wanted}: a user's ID looks like 12345678@N00; it is in the address of "
                "their pictures"
            )
        if not key or not key.strip():
            raise UserError(
                "flickr: asks for a key of your own; get one at flickr.com/services/api and give "
                "it with --key"
            )
        self._kind, self._value, self._key, self._fetcher = kind, value, key.strip(), fetcher
        self._base = (address or ADDRESS).rstrip("/")
        self.name = "flickr" if address is None else f"flickr {self._base}"
        self.notes: list[str] = []

    def find(self) -> Iterator[Found | Missed]:
        """The photographs, as Flickr sorts them. Raises `UserError` when it does not answer."""
        self.notes.clear()
        licences = self._licences()
        seen: set[str] = set()
        page, pages = 1, 1
        while page <= pages and len(seen) < _MOST:
            answer = self._ask("flickr.photos.search", **self._question(licences), page=str(page))
            told = answer.get("photos")
            photos = told if isinstance(told, dict) else {}
            listed = [p for p in photos.get("photo") or [] if isinstance(p, dict)]
            if page == 1:
                total = _number(photos.get("total"))
                most = f"; Flickr gives the first {_MOST:,}" if total > _MOST else ""
                self.notes.append(f"{counted(total, 'photograph')} found{most}")
            new = [photo for photo in listed if text_of(photo.get("id")) not in seen]
            seen.update(text_of(photo.get("id")) for photo in new)
            for photo in new:
                yield self._thing(photo, licences)
            if not new:
                return
            pages = _number(photos.get("pages"))
            page += 1

    def _question(self, licences: dict[str, str]) -> dict[str, str]:
        wanted = {"extras": ",".join(_EXTRAS), "per_page": str(_A_PAGE), "media": "photos",
                  "safe_search": "1"}  # fmt: skip
        if self._kind == "user":
            return {**wanted, "user_id": self._value}
        given = [number for number in licences if number != "0"]
        return {**wanted, "tags": self._value, "tag_mode": "all", "license": ",".join(given)}

    def _licences(self) -> dict[str, str]:
        """Number → licence: those that are known, and what Flickr says of the others."""
        licences = dict(LICENCES)
        told = self._ask("flickr.photos.licenses.getInfo").get("licenses")
        for one in (told.get("license") if isinstance(told, dict) else None) or []:
            if isinstance(one, dict):
                number = text_of(one.get("id"))
                said = [text_of(one.get("url")), text_of(one.get("name"))]
                known = next((text for text in said if read_licence(text).id), said[1])
                licences.setdefault(number, read_licence(known).id or known)
        return licences

    def _ask(self, method: str, **params: str) -> dict[str, Any]:
        asked: dict[str, str | int] = {
            "method": method, "api_key": self._key, "format": "json", "nojsoncallback": "1",
            **params,
        }  # fmt: skip
        answer = answer_of(self._fetcher, self.name, f"{self._base}/services/rest/", asked)
        if answer.get("stat") != "ok":
            said = text_of(answer.get("message")).replace(self._key, "…") or "it does not say why"
            raise UserError(f"{self.name}: refuses what was asked for: {said[:200]}")
        return answer

    def _thing(self, photo: dict[str, Any], licences: dict[str, str]) -> Found | Missed:
        number = text_of(photo.get("id"))
        address = next((url for size in _SIZES if (url := text_of(photo.get(size)))), "")
        if not address:
            return Missed(number or "a photograph", "has no size that may be downloaded")
        owner = text_of(photo.get("pathalias")) or text_of(photo.get("owner"))
        licence = text_of(photo.get("license"))
        about = photo.get("description")
        described = text_of(about.get("_content")) if isinstance(about, dict) else ""
        maker = text_of(photo.get("ownername"))
        columns = {
            "tags": "\n".join(text_of(photo.get("tags")).split()),
            "owner": text_of(photo.get("owner")),
            "flickr licence": licence,
        }
        passport = Passport(
            self.name, number, url=f"https://www.flickr.com/photos/{owner}/{number}",
            title=text_of(photo.get("title")), maker=maker, date=text_of(photo.get("datetaken")),
            licence=licences.get(licence, ""), credit=f"{maker}, Flickr" if maker else "",
            caption=plain_text(described)[:2_000],
            columns={name: value for name, value in columns.items() if value},
        )  # fmt: skip
        return Found(passport, partial(self._fetcher.picture, address, told_by=self._base))


def _number(value: Any) -> int:
    text = text_of(value)
    return int(text) if re.fullmatch(r"\d{1,12}", text, re.A) else 0
