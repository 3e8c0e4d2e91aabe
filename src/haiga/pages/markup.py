"""Text into HTML: everything is escaped but what is HTML already."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable


class Html(str):
    """A piece of HTML that is safe to put on a page as it stands."""

    __slots__ = ()


Content = str | Iterable[str]
"""Plain text (escaped), `Html` (taken as it is), or several of them in order."""

_VOID = frozenset({"br", "hr", "img", "meta", "link"})
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def markup(content: Content) -> Html:
    """The content as HTML; characters that no page may hold become U+FFFD."""
    if isinstance(content, Html):
        return content
    if isinstance(content, str):
        return Html(html.escape(_CONTROL.sub("\ufffd", content), quote=True))
    return Html("".join(markup(part) for part in content))


def element(name: str, content: Content = "", /, **attributes: str | float | None) -> Html:
    """An element with its content.

    Attributes are escaped; None leaves one out, a final underscore is dropped
    (`class_`), other underscores become hyphens.
    """
    pairs = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{markup(_plain(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Html(f"<{name}{pairs}>")
    return Html(f"<{name}{pairs}>{markup(content)}</{name}>")


def _plain(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.6g}"
