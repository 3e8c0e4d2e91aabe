"""Text down to bare words, and words and runs of words as 64-bit keys."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

import numpy as np

from haiga.features.bloom import Keys

_LETTER = r"[^\W\d_][\u0300-\u036f]*"
_WORD = re.compile(rf"(?:{_LETTER})+(?:['’‘ʼ´`](?:{_LETTER})+)*")
_STRAIGHT = str.maketrans(dict.fromkeys("’‘ʼ´`", "'"))
_LETTERS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ß": "ss", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)


class Spelled(NamedTuple):
    """A bare word and the characters [start, end) of the line it was read from."""

    word: str
    start: int
    end: int


def spelled(line: str) -> list[Spelled]:
    """The bare words of a line and where they stand in it."""
    return [Spelled(_bare(m.group()), m.start(), m.end()) for m in _WORD.finditer(line)]


def bare_words(line: str) -> list[str]:
    """The words of a line by which copying is judged.

    Lower case, without accents or possessive 's, apostrophes straight; hyphens part
    words, apostrophes inside words stay: `bare_words("O’er the moon-lit Sea's café!")`
    is `["o'er", "the", "moon", "lit", "sea", "cafe"]`.
    """
    return [_bare(word) for word in _WORD.findall(line)]


@lru_cache(maxsize=1 << 16)
def _bare(word: str) -> str:
    word = word.lower()
    if not word.isascii():
        parts = unicodedata.normalize("NFKD", word.translate(_STRAIGHT)).translate(_LETTERS)
        word = "".join(c for c in parts if not unicodedata.combining(c))
    else:
        word = word.replace("`", "'")
    return word[:-2] if word.endswith("'s") and len(word) > 2 else word


def word_keys(words: Sequence[str]) -> Keys:
    """A 64-bit key for each bare word: (N,) uint64, never 0 (0 stands for no word).

    The first eight bytes of BLAKE2b (RFC 7693), little-endian.
    """
    return np.array([_key(word) for word in words], np.uint64)


@lru_cache(maxsize=1 << 17)
def _key(word: str) -> int:
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "little") or 1


def digest(words: Sequence[str]) -> int:
    """A 64-bit key for a whole work's bare words, in their order."""
    return int.from_bytes(blake2b(" ".join(words).encode(), digest_size=8).digest(), "little")
