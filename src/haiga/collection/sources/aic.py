"""The Art Institute of Chicago: its public interface (https://api.artic.edu/docs/)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import quote

from haiga.collection.fetch import Fetcher
from haiga.collection.sources.asking import answer_of, text_of, texts_of
from haiga.core.collecting import Found, Missed, Passport
from haiga.core.counted import counted

ADDRESS = "https://api.artic.edu"

_IIIF = "https://www.artic.edu/iiif/2"
_WIDTH_PX = 843  # what the museum asks programs to take: it is ready made there
_A_PAGE, _MOST = 100, 10_000  # works: more of a search is not given
_COLUMNS = (
    "medium_display artwork_type_title classification_title style_title department_title "
    "artist_display subject_titles main_reference_number date_start date_end"
)
_FIELDS = (
    "id title artist_title date_display place_of_origin credit_line image_id is_public_domain "
    "thumbnail copyright_notice " + _COLUMNS
)


class AicSource:
    """Works in the public domain that a search of the museum finds, 843 pixels wide.

    The museum gives them away under CC0 (https://www.artic.edu/open-access/open-access-images).
    """

    def __init__(self, words: str, fetcher: Fetcher, *, address: str | None = None) -> None:
        self._words, self._fetcher = words, fetcher
        self._base = (address or ADDRESS).rstrip("/")
        self.name = "aic" if address is None else f"aic {self._base}"
        self.notes: list[str] = []

    def find(self) -> Iterator[Found | Missed]:
        """The works, best first. Raises `UserError` when the museum does not answer."""
        self.notes.clear()
        seen: set[str] = set()
        for page in range(1, _MOST // _A_PAGE + 1):
            params: dict[str, str | int] = {
                "q": self._words, "query[term][is_public_domain]": "true",
                "fields": ",".join(_FIELDS.split()), "limit": _A_PAGE, "page": page,
            }  # fmt: skip
            answer = answer_of(self._fetcher, self.name, f"{self._base}/api/v1/artworks/search",
                               params)  # fmt: skip
            works = [work for work in answer.get("data") or [] if isinstance(work, dict)]
            config, pages = _within(answer, "config"), _within(answer, "pagination")
            total = pages.get("total")
            if page == 1:
                count = total if isinstance(total, int) else len(works)
                most = f"; only {_MOST:,} are given" if count > _MOST else ""
                self.notes.append(f"{counted(count, 'work')} found for '{self._words}'{most}")
            for work in works:
                number = text_of(work.get("id"))
                if number and number not in seen:
                    seen.add(number)
                    yield self._thing(number, work, text_of(config.get("iiif_url")) or _IIIF)
            last = pages.get("total_pages")
            if not works or not isinstance(last, int) or page >= last:
                return

    def _thing(self, number: str, work: dict[str, Any], iiif: str) -> Found | Missed:
        if work.get("is_public_domain") is not True:
            return Missed(number, "is not in the public domain")
        image = text_of(work.get("image_id"))
        if not image:
            return Missed(number, "has no picture")
        thumbnail = _within(work, "thumbnail")
        wide = thumbnail.get("width")
        smaller = isinstance(wide, int) and 0 < wide < _WIDTH_PX  # nothing is enlarged there
        size = "full" if smaller else f"{_WIDTH_PX},"
        address = f"{iiif.rstrip('/')}/{quote(image, safe='')}/full/{size}/0/default.jpg"
        passport = Passport(
            self.name, number, url=f"https://www.artic.edu/artworks/{number}",
            title=text_of(work.get("title")), maker=text_of(work.get("artist_title")),
            date=text_of(work.get("date_display")), place=text_of(work.get("place_of_origin")),
            licence="; ".join(filter(None, ("CC0-1.0", text_of(work.get("copyright_notice"))))),
            credit=text_of(work.get("credit_line")), caption=text_of(thumbnail.get("alt_text")),
            columns=texts_of(work, _COLUMNS),
        )  # fmt: skip
        return Found(passport, partial(self._fetcher.picture, address, told_by=self._base))


def _within(answer: dict[str, Any], name: str) -> dict[str, Any]:
    value = answer.get(name)
    return value if isinstance(value, dict) else {}
