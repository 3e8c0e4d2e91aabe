"""Pictures on a page: kept inside it, on a sheet or in pairs."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass

from haiga.pages.markup import Content, Html, element


@dataclass(frozen=True)
class Shown:
    """A picture as it stands on a page.

    `data` are the bytes of a file of type `kind`; `told` is said to those who cannot see it.
    """

    data: bytes
    told: str
    caption: Content = ""
    kind: str = "image/jpeg"
    red: bool = False


def sheet(shown: Iterable[Shown]) -> Html:
    """Many pictures side by side, close together, without captions."""
    return element("div", [image(one) for one in shown], class_="sheet")


def row(shown: Iterable[Shown]) -> Html:
    """A few pictures side by side, each with its caption under it."""
    return element("div", [element("figure", _captioned(one)) for one in shown], class_="row")


def captions(items: Iterable[tuple[Shown, Content, Content]]) -> Html:
    """Pictures with what is said of each under it, and in small what should be read beside that."""
    figures = [
        element("figure", [image(shown), element("figcaption", [
            element("q", said), element("span", beside, class_="beside")])])
        for shown, said, beside in items
    ]  # fmt: skip
    return element("div", figures, class_="said")


def pairs(items: Iterable[tuple[Shown, Shown, Content]]) -> Html:
    """Two pictures beside each other, each with its caption, and a line under both."""
    return element("div", [_pair(*item) for item in items], class_="pairs")


def _pair(first: Shown, second: Shown, under: Content) -> Html:
    both = element("div", [_captioned(first), _captioned(second)], class_="pair")
    kind = "under red" if first.red or second.red else "under"
    return element("figure", [both, element("figcaption", under, class_=kind)])


def _captioned(shown: Shown) -> Html:
    caption = [element("span", shown.caption)] if shown.caption else []
    return element("div", [image(shown), *caption])


def image(shown: Shown) -> Html:
    """The picture alone."""
    source = f"data:{shown.kind};base64,{base64.b64encode(shown.data).decode()}"
    return element("img", src=source, alt=shown.told, class_="red" if shown.red else None)
