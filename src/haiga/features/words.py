"""Text into words, one way for every room.

A word is letters with apostrophes or hyphens inside: `don't`, `winter's`,
`o'er`, `moon-lit`. Curly apostrophes count as straight ones, everything is
lower case, digits and punctuation are no words.
"""

from __future__ import annotations

import re

_CURLY = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "´": "'", "‐": "-", "‑": "-"})
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")


def words(text: str) -> list[str]:
    """The words of a text, lower case, in order: `words("O'er the moon-lit Sea!")`
    is `["o'er", "the", "moon-lit", "sea"]`.
    """
    return _WORD.findall(text.translate(_CURLY).lower())
