"""How services are asked: what goes wrong with a whole search, and plain text from markup."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

from haiga.collection.fetch import Fetcher
from haiga.core.collecting import Unobtainable
from haiga.core.errors import UserError

FAILED_IN_A_ROW = 10
"""So many things one after the other that a service does not give end the search."""


def answer_of(
    fetcher: Fetcher,
    service: str,
    address: str,
    params: Mapping[str, str | int] | None = None,
    *,
    robots: bool = True,
) -> dict[str, Any]:
    """A service's answer to a search, a JSON object.

    Raises `UserError` when there is none: without it the search cannot go on.
    """
    try:
        answer = fetcher.json(address, params, robots=robots)
    except Unobtainable as error:
        raise UserError(f"{service}: what was asked of it {error}; run it again later") from error
    if not isinstance(answer, dict):
        raise UserError(f"{service}: answers in a way that is not understood; is it the address?")
    return answer


def text_of(value: Any) -> str:
    """A value of an answer as text: "" for nothing, a list as one entry a line."""
    if value is None or isinstance(value, (dict, bool)):
        return ""
    if isinstance(value, list):
        return "\n".join(filter(None, (text_of(entry) for entry in value)))
    return str(value).strip()


def texts_of(answer: Mapping[str, Any], names: str) -> dict[str, str]:
    """Those of an answer's fields that hold something, by their names ("medium culture")."""
    found = {name: text_of(answer.get(name)) for name in names.split()}
    return {name: text for name, text in found.items() if text}


def plain_text(markup: str) -> str:
    """The text of a piece of HTML on one line, without what a browser hides. Never raises."""
    parser = _Text()
    try:
        parser.feed(markup)
        parser.close()
    except AssertionError:  # html.parser's word for a declaration it does not know
        return " ".join(re.sub("<[^>]*>?", " ", markup).split())
    return " ".join("".join(parser.parts).split())


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("br", "p", "div", "li", "td", "tr"):
            self.parts.append(" ")
        style = "".join((dict(attrs).get("style") or "").split()).lower()
        hides = tag in ("script", "style") or "display:none" in style
        if tag not in ("br", "img", "hr", "wbr", "input") and (self._hidden or hides):
            self._hidden += 1

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)
