"""The page itself: a title, a few figures at the top, sections, and a foot."""

from __future__ import annotations

import base64
import hashlib
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
content="default-src 'none'; style-src 'unsafe-inline'; img-src {images}{scripts}">
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
{script}</body>
</html>
"""


@dataclass(frozen=True)
class Section:
    """A part of a page under a heading; `lead` is a sentence or two that opens it."""

    title: str
    body: Content
    lead: Content = ""


def page(
    title: str,
    sections: Sequence[Section],
    *,
    subtitle: Content = "",
    footer: Content = "",
    script: str | Sequence[str] = "",
    pictures_beside: bool = False,
    runs: Sequence[str] = (),
) -> str:
    """A whole HTML document, to be written as UTF-8.

    `script` is one of this room's `.js` files by name, or several in order; the page's policy
    names its sha256, so that no other script runs. `pictures_beside` lets pictures be files in a
    folder beside it. `runs` are script files beside the page that run before it, of a page
    that runs a model: they may load what lies there, too, and nothing from elsewhere.
    """
    names = [script] if isinstance(script, str) else script
    code = "".join(_read(name) for name in names if name)
    before = "".join(f'<script src="{markup(name)}"></script>\n' for name in runs)
    allowed = f"; script-src 'sha256-{_sha256(code)}'" if code else ""
    if runs:
        allowed += " 'self' blob: 'wasm-unsafe-eval'; connect-src 'self'"
    text = _DOCUMENT.format(
        images="data: 'self' file:" if pictures_beside else "data:",
        scripts=allowed,
        script=before + (f"<script>{code}</script>\n" if code else ""),
        title=markup(title),
        style=_read("style.css"),
        seal=_read("seal.svg").strip(),
        heading=markup(title),
        subtitle=element("p", subtitle, class_="subtitle") if subtitle else "",
        sections="\n".join(_section(section) for section in sections),
        footer=element("p", footer) if footer else "",
    )
    before, begins, after = text.partition("<script>")  # which must stay as its sha256 has it
    before = re.sub(r"(?<=\d) %", "\u00a0%", before)  # a number and its sign stay on one line
    return before + begins + after


def _sha256(code: str) -> str:
    """As a Content-Security-Policy names a script."""
    return base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()


def _section(section: Section) -> Html:
    lead = element("p", section.lead, class_="lead") if section.lead else Html("")
    return element("section", [element("h2", section.title), lead, markup(section.body)])


@cache
def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
