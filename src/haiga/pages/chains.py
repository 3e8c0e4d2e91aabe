"""Pictures that follow one another with words between them, alone or beside others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from haiga.pages.markup import Content, Html, element
from haiga.pages.pictures import Shown, image


@dataclass(frozen=True)
class Link:
    """One picture of a chain, its number, and what was said of it."""

    shown: Shown
    number: str
    said: Content


def chain(links: Iterable[Link]) -> Html:
    """The links large, one after another, in two columns where there is room."""
    return element("ol", [_link(link) for link in links], class_="chain")


def lanes(names: Sequence[str], rows: Iterable[Sequence[Link | None]]) -> Html:
    """Several chains beside each other, a column each under its name, a row a round."""
    heads = [element("th", name, scope="col") for name in names]
    body = [
        element("tr", [element("td", _figure(link) if link else "") for link in row])
        for row in rows
    ]
    parts = [element("thead", element("tr", heads)), element("tbody", body)]
    table = element("table", parts, class_="lanes")
    return element("div", table, class_="wide")


def strands(rows: Iterable[tuple[Content, Sequence[Shown]]]) -> Html:
    """Many chains, each a line of small pictures with a line of words under it."""
    items = [
        element(
            "li",
            [
                element("div", [image(shown) for shown in pictures], class_="strand"),
                element("p", told),
            ],
        )
        for told, pictures in rows
    ]
    return element("ol", items, class_="strands")


def _link(link: Link) -> Html:
    return element("li", _figure(link))


def _figure(link: Link) -> Html:
    number = element("span", link.number, class_="round")
    return element(
        "figure", [image(link.shown), element("figcaption", [number, element("q", link.said)])]
    )
