"""How much each stanza counts in training: imagery and plain speech up, dialect out."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass

from haiga.features.seasons import abstract_words, image_words

_ARCHAIC = re.compile(
    r"\b(thee|thou|thy|thine|hath|doth|hast|dost|ye|ere|nigh|yon|lo|oft|whence|wherefore|alas|"
    r"methinks|quoth|o'er|e'er|ne'er|\w{3,}eth|\w+'d)\b|'tis|'twas|\bo\b"
)


@dataclass(frozen=True)
class StanzaWeight:
    """What was measured of one stanza; shares are of its words, in [0, 1]."""

    unknown: float
    archaic: float
    images: float
    abstract: float

    @property
    def repeats(self) -> float:
        """How often it is read per epoch: 0 for dialect, up to 3 for plain imagery."""
        if self.unknown > 0.10:
            return 0.0
        score = 3.0 * self.images - 3.0 * self.abstract - 1.5 * self.archaic - 2.0 * self.unknown
        return min(3.0, max(0.08, 0.5 + 3.0 * score))

    @property
    def imagistic(self) -> bool:
        """Plain and full of things: what opens with `<image>`."""
        return (
            self.images >= 0.2
            and self.abstract <= 0.04
            and self.archaic <= 0.02
            and self.unknown <= 0.04
        )


def weigh(text: str, tokens: Sequence[str], known: Container[str]) -> StanzaWeight:
    """The weight of a stanza: `text` as written (for archaic forms), `tokens` in plain English."""
    words = [token for token in tokens if token[0].isalpha()]
    n = max(1, len(words))
    images, abstract = image_words(), abstract_words()
    return StanzaWeight(
        unknown=sum(word not in known for word in words) / n,
        archaic=len(_ARCHAIC.findall(text.lower())) / n,
        images=sum(word in images for word in words) / n,
        abstract=sum(word in abstract for word in words) / n,
    )
