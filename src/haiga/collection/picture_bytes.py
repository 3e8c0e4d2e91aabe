"""Whether bytes that were meant to be a picture can be one, by how they begin."""

from __future__ import annotations

import html
import re

_NAMED = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a packed file"),
    (b"version https://git-lfs", "a pointer to a file in Git LFS, not the file itself"),
)
_PAGE = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_TITLE = re.compile(rb"<title[^>]*>(.*?)</title", re.I | re.S)


def why_no_picture(start: bytes, told: str = "") -> str:
    """Why bytes that begin so cannot be a picture, as a clause; "" where they may be one.

    `told` is the Content-Type they came with. What the bytes say goes before what a server
    says of them: a JPEG sent as text/html is a JPEG.
    """
    if not start:
        return "is empty"
    sample = start[:4_096].removeprefix(b"\xef\xbb\xbf")
    if _PAGE.match(sample):
        title = _TITLE.search(sample)
        text = " ".join(
            html.unescape((title[1] if title else b"").decode("utf-8", "replace")).split()
        )
        printable = "".join(c for c in text if c.isprintable())[:80]
        return "is a web page, not a picture" + (f": '{printable}'" if printable else "")
    for mark, what in _NAMED:
        if sample.startswith(mark):
            return f"is {what}" + ("" if "itself" in what else ", not a picture")
    kind = told.partition(";")[0].strip().lower()
    if kind.startswith("text/") or re.fullmatch(r"application/.*(json|xml)", kind):
        controls = sum(byte < 9 or 13 < byte < 32 for byte in sample)
        if not controls:
            return f"is {'text' if kind.startswith('text/') else kind}, not a picture"
    if re.match(rb'\s*[{\[]\s*["{\[\]}]', sample):
        return "is JSON, not a picture"
    return ""
