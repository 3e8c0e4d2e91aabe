"""The page itself: a title, a few figures at the top, sections, and a foot."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from haiga.pages.markup import Content, Html, element, markup

_FOLDER = Path(__file__).parent

_DOCUMENT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" \
content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<header>
{seal}
<h1>{heading}</h1>
{subtitle}
</header>
<main>
{sections}
</main>
<footer>{footer}</footer>
</body>
</html>
"""


@dataclass(frozen=True)
class Section:
    """A part of a page under a heading; `lead` is a sentence or two that opens it."""

    title: str
    body: Content
    lead: Content = ""


def page(
    title: str, sections: Sequence[Section], *, subtitle: Content = "", footer: Content = ""
) -> str:
    """A whole HTML document, to be written as UTF-8."""
    text = _DOCUMENT.format(
        title=markup(title),
        style=_read("style.css"),
        seal=_read("seal.svg").strip(),
        heading=markup(title),
        subtitle=element("p", subtitle, class_="subtitle") if subtitle else "",
        sections="\n".join(_section(section) for section in sections),
        footer=element("p", footer) if footer else "",
    )
    return re.sub(r"(?<=\d) %", "\u00a0%", text)  # a number and its sign stay on one line


def _section(section: Section) -> Html:
    lead = element("p", section.lead, class_="lead") if section.lead else Html("")
    return element("section", [element("h2", section.title), lead, markup(section.body)])


@cache
def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
