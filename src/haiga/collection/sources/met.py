"""The Metropolitan Museum of Art: its open collection (https://metmuseum.github.io/)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from haiga.collection.fetch import Fetcher
from haiga.collection.sources.asking import FAILED_IN_A_ROW, answer_of, text_of, texts_of
from haiga.core.collecting import Attribute, Found, Missed, Passport, Unobtainable
from haiga.core.counted import counted
from haiga.core.errors import UserError

ADDRESS = "https://collectionapi.metmuseum.org"

_MUSEUM = "The Metropolitan Museum of Art"
_COLUMNS = (
    "objectName medium department classification culture period dynasty reign accessionNumber "
    "objectBeginDate objectEndDate artistDisplayBio artistWikidata_URL objectWikidata_URL"
)


class MetSource:
    """Works that a search of the museum finds and that it gives away under CC0.

    A work is asked for by itself, at one request a second; the museum allows 80. Works that
    are not in the public domain have no picture there and are missed. The museum notes a
    maker's gender only where it is female.
    """

    def __init__(self, words: str, fetcher: Fetcher, *, address: str | None = None) -> None:
        self._words, self._fetcher = words, fetcher
        self._base = (address or ADDRESS).rstrip("/")
        self.name = "met" if address is None else f"met {self._base}"
        self.notes: list[str] = []

    def find(self) -> Iterator[Found | Missed]:
        """The works, in the museum's order. Raises `UserError` when it does not answer."""
        self.notes.clear()
        api = f"{self._base}/public/collection/v1"
        params: dict[str, str | int] = {"hasImages": "true", "q": self._words}
        answer = answer_of(self._fetcher, self.name, f"{api}/search", params)
        numbers = [n for n in answer.get("objectIDs") or [] if isinstance(n, int)]
        self.notes.append(f"{counted(len(numbers), 'work')} found for '{self._words}'")
        failed = 0
        for number in dict.fromkeys(numbers):
            try:
                told = self._fetcher.json(f"{api}/objects/{number}")
            except Unobtainable as error:
                failed = 0 if "(404)" in str(error) else failed + 1  # the search lists some such
                yield Missed(str(number), str(error))
                if failed == FAILED_IN_A_ROW:
                    raise UserError(
                        f"{self.name}: {failed} works in a row could not be had, the last one "
                        f"{error}; run it again later to go on"
                    ) from error
                continue
            failed = 0
            yield self._thing(str(number), told if isinstance(told, dict) else {})

    def _thing(self, number: str, told: dict[str, Any]) -> Found | Missed:
        if told.get("isPublicDomain") is not True:
            return Missed(number, "is not in the public domain, so the museum gives no picture")
        image = text_of(told.get("primaryImage"))
        if not image:
            return Missed(number, "has no picture")
        attributes = [
            Attribute(name, text_of(told.get(field)), _MUSEUM)
            for name, field in (("gender", "artistGender"), ("nationality", "artistNationality"))
            if text_of(told.get(field))
        ]
        tags = told.get("tags") or []
        terms = [text_of(tag.get("term")) for tag in tags if isinstance(tag, dict)]
        places = texts_of(told, "city county state country region subregion")
        columns = texts_of(told, _COLUMNS)
        if any(terms):
            columns["tags"] = "\n".join(filter(None, terms))
        passport = Passport(
            self.name, number, url=text_of(told.get("objectURL")), title=text_of(told.get("title")),
            maker=text_of(told.get("artistDisplayName")), attributes=tuple(attributes),
            date=text_of(told.get("objectDate")),
            place=", ".join(dict.fromkeys(places.values())) or columns.get("culture", ""),
            licence="CC0-1.0", credit=text_of(told.get("creditLine")), columns=columns,
        )  # fmt: skip
        return Found(passport, partial(self._fetcher.picture, image, told_by=self._base))
