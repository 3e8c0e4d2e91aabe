"""The poems as tokens: read, split by work, put into plain English, weighed for imagery."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path

from haiga.training.text_modern import modernise

NEWLINE = "<n>"
VERSE, IMAGE, HAIKU = "<verse>", "<image>", "<haiku>"
"""Every stanza opens with one of these: any verse, imagistic plain verse, haiku."""

MARKS = (",", ".", ";", "—", "!", "?")
_FOLD = str.maketrans(
    {"’": "'", "‘": "'", "`": "'", "´": "'", "“": " ", "”": " ", '"': " ", "–": "—",
     "‐": " ", ":": ";", "(": " ", ")": " ", "[": " ", "]": " ", "_": " ", "*": " ",
     "é": "e", "è": "e", "ê": "e", "ë": "e", "à": "a", "â": "a", "ä": "a", "á": "a", "î": "i",
     "ï": "i", "í": "i", "ô": "o", "ö": "o", "ó": "o", "ü": "u", "û": "u", "ú": "u", "ù": "u",
     "ç": "c", "ñ": "n", "æ": "ae", "œ": "oe", "ø": "o"}
)  # fmt: skip
_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)*|[,.;—!?]|\n")
_CONTRACTED = {"it's", "that's", "he's", "she's", "there's", "what's", "who's", "here's",
               "where's", "let's", "how's"}  # fmt: skip


@dataclass(frozen=True)
class Work:
    """One poem of the training data: where it comes from and its text as written."""

    author: str
    title: str
    text: str
    kind: str
    """`verse`, `haiku`, `tercet` or `found`."""

    @property
    def held_out(self) -> bool:
        """Whether this work is kept apart for validation: decided by author and title alone.

        One work in fifty; of the classic haiku one in ten.
        """
        digest = hashlib.sha256(f"{self.author}\n{self.title}".lower().encode()).digest()
        return int.from_bytes(digest[:4], "little") % (10 if self.kind == "haiku" else 50) == 0


FILES = {
    "verse": "poems_public_domain.jsonl.gz",
    "haiku": "haiku_classic_beilenson.jsonl.gz",
    "tercet": "tercets_public_domain.jsonl.gz",
    "found": "found_haiku_575.jsonl.gz",
}


def read_works(folder: Path, kind: str) -> Iterator[Work]:
    """The works of one kind from a data folder, in file order."""
    with gzip.open(folder / FILES[kind], "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            yield Work(record["author"], record["title"], record["text"], kind)


def tokens_of(text: str, known: Container[str]) -> list[str]:
    """The tokens of a text in plain English: words, marks, `'s`, and `<n>` at line ends.

    Brackets and quotation marks are dropped, hyphens part words, `...` and `--` are dashes,
    two newlines (a stanza end) stay two.
    """
    text = text.lower().translate(_FOLD)
    text = re.sub(r"\.\s?\.(\s?\.)*|-\s?-+|\s-\s|…", " — ", text).replace("-", " ")
    text = modernise(text, known)
    out: list[str] = []
    for token in _TOKEN.findall(text):
        if token == "\n":
            out.append(NEWLINE)
        elif token.endswith("'s") and token not in _CONTRACTED:
            out += [token[:-2], "'s"]
        elif token in MARKS and out and out[-1] in MARKS:
            out[-1] = token if token in "—!?" else out[-1]
        else:
            out.append(token)
    return out


def stanzas(tokens: list[str]) -> list[list[str]]:
    """The tokens of each stanza, each ending with one `<n>`."""
    out: list[list[str]] = [[]]
    for token in tokens:
        if token == NEWLINE and (not out[-1] or out[-1][-1] == NEWLINE):
            if out[-1]:
                out.append([])
            continue
        out[-1].append(token)
    if out[-1] and out[-1][-1] != NEWLINE:
        out[-1].append(NEWLINE)
    return [stanza for stanza in out if stanza]
