"""Text into the tokens that a poet's network reads and writes, and back.

Two levels. `word`: words in lower case, marks as tokens of their own, the newline a
token. `char`: every character as it stands. Nothing of a text is dropped: what the
word level cannot name is a token by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

NEWLINE = "\n"
END = "<end>"
"""Stands before the first and after the last token of every work."""
UNKNOWN = "<unk>"

Level = Literal["word", "char"]

_STRAIGHT = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'", "“": '"', "”": '"', "„": '"', "«": '"',
     "»": '"', "–": "—", "―": "—", "‐": "-", "‑": "-", "\u00a0": " ", "\t": " "}
)  # fmt: skip
_APHESIS = (
    "tis twas twere twill twould twixt mid midst neath gainst mongst gan scape em cause bout round"
    " way"
)
_LEADING = "|".join(sorted(_APHESIS.split(), key=len, reverse=True))
_TOKEN = re.compile(
    rf"'(?:{_LEADING})(?![^\W\d_])"  # 'tis, 'neath
    r"|[^\W\d_]+(?:['-][^\W\d_]+)*(?:(?<=in)'(?![^\W\d_]))?"  # don't, moon-lit, nothin'
    r"|\d+(?:[.,:]\d+)*"
    r"|\n"
    r"|—|\.\.\.|…"
    r"|[^\w\s]|_"
)
_OPEN = frozenset("([{")
_CLOSE = frozenset(",.;:!?)]}…%") | {"..."}


@dataclass(frozen=True)
class Tokens:
    """How one poet's text is cut: `level` is `word` or `char`."""

    level: Level = "word"

    def split(self, text: str) -> list[str]:
        """The tokens of a text, newlines included; three or more newlines count as two.

        `"The sea—\\nO'er"` is `["the", "sea", "—", "\\n", "o'er"]` in words.
        """
        text = re.sub(r"[ \t]*(\r\n|\r|\n)", "\n", text)
        text = re.sub(r"\n{3,}", "\n\n", text).strip("\n")
        if self.level == "char":
            return list(text)
        text = re.sub(r"(?<=\S)\s*--+\s*|\s-\s", " — ", text.translate(_STRAIGHT)).lower()
        return _TOKEN.findall(text)

    def join(self, tokens: Sequence[str]) -> str:
        """Tokens as text: marks joined to the word before, a dash set off by spaces.

        Control tokens are left out; an unknown word shows as `…`.
        """
        shown = ["…" if t == UNKNOWN else t for t in tokens if t != END]
        if self.level == "char":
            return "".join(shown)
        out: list[str] = []
        glue, quoted = True, False
        for token in shown:
            if token == NEWLINE:
                out.append(token)
                glue, quoted = True, False
            elif token == '"':
                out.append(token if glue or quoted else " " + token)
                glue, quoted = not quoted, not quoted
            else:
                out.append(token if glue or token in _CLOSE else " " + token)
                glue = token in _OPEN
        return re.sub(r"^ +| +(?=\n)", "", "".join(out), flags=re.M)


def is_word(token: str) -> bool:
    """Whether a word-level token is a word, not a mark, a number or a control token."""
    return token.lstrip("'")[:1].isalpha()
