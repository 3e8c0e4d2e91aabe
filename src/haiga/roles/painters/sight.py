"""What a painter sees in a poem: its words, or their nearest relatives it has pictures of."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from haiga.core.nouns import Poem
from haiga.features.vectors import WordVectors
from haiga.features.words import words as split_words

MAX_WORDS = 12
ENOUGH_PICTURES = 8
"""A word that this many pictures have needs no relative, unless the painter says otherwise."""
NEAR = 0.55
"""The least cosine at which a pictured word stands for one without pictures."""
FUNCTION_WORDS = frozenset(
    """
    a an the of and or nor but if so as at by for from in into on onto to with without upon over
    under above below between among through across along around about after before until till
    while when where whence why how who whom whose which what that this these those there here
    then than thus too very not no yes is are was were be been being am do does did done has
    have had having will would shall should can could may might must let i me my mine we us our
    ours you your yours he him his she her hers it its they them their theirs one ones all any
    some each every both either neither such own same other another more most much many few less
    least only just even still yet ever never always again once off out up down back away oh o
    ah it's i'm you're we're they're i've don't can't won't isn't wasn't
    """.split()
)


@dataclass(frozen=True)
class Look:
    """`pictured` pairs each word with the vector it is painted by; `unseen` are the others."""

    pictured: tuple[tuple[str, npt.NDArray[np.float32]], ...]
    unseen: list[str]

    def tensors(
        self, first: Sequence[npt.NDArray[np.float32]] = ()
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """(1, 12, 128) vectors scaled to unit variance and the (1, 12) mask of those present.

        The vectors in `first` take the first places.
        """
        vectors = [*first, *(vector for _, vector in self.pictured)]
        size = len(vectors[0]) if vectors else 128
        words = np.zeros((1, MAX_WORDS, size), np.float32)
        present = np.zeros((1, MAX_WORDS), np.float32)
        for place, vector in enumerate(vectors[:MAX_WORDS]):
            words[0, place] = vector * np.float32(size**0.5)
            present[0, place] = 1
        return words, present


class Sight:
    """Looks words up among those that pictures taught, `seen` mapping each to how many.

    A word that at least `enough` pictures have needs no relative.
    """

    def __init__(self, seen: Mapping[str, int], enough: int = ENOUGH_PICTURES) -> None:
        self.vectors = WordVectors()
        self.enough = enough
        self.seen = {w: n for w, n in seen.items() if n >= enough}

    @cached_property
    def _pictured_words(self) -> tuple[list[str], npt.NDArray[np.float32]]:
        known = [word for word in self.seen if self.vectors.has(word)]
        rows = [self.vectors.index[word] for word in known]
        return known, self.vectors.matrix[np.array(rows, np.int64)]  # (0, 128) where none is known

    def vectors_of(self, words: Sequence[str]) -> list[npt.NDArray[np.float32]]:
        """The vectors of those words that have one."""
        return [self.vectors.vector(word) for word in words if self.vectors.has(word)]

    def look(self, poem: Poem) -> Look:
        """Every meaning word of the poem, in order, once: pictured or unseen.

        A word without pictures is painted by the mean of up to three pictured
        words with a cosine of at least 0.55, weighted by it; a word with none
        is unseen. More than twelve pictured words: the rarest in pictures stay,
        in the poem's order.
        """
        pictured: list[tuple[str, npt.NDArray[np.float32]]] = []
        unseen: list[str] = []
        text = " ".join(poem.lines)
        asked = [w for w in split_words(text) if w not in FUNCTION_WORDS]
        asked += [sign for sign in text if unicodedata.category(sign) == "So"]  # emoji and such
        for word in dict.fromkeys(asked):
            vector = self._vector(word)
            if vector is None:
                unseen.append(word)
            else:
                pictured.append((word, vector))
        if len(pictured) > MAX_WORDS:
            rare = sorted(pictured, key=lambda pair: self.seen.get(pair[0], self.enough))
            keep = {word for word, _ in rare[:MAX_WORDS]}
            pictured = [pair for pair in pictured if pair[0] in keep]
        return Look(tuple(pictured), unseen)

    def _vector(self, word: str) -> npt.NDArray[np.float32] | None:
        if word in self.seen and self.vectors.has(word):
            return self.vectors.vector(word)
        for form in (word, *stems(word)):
            if form in self.seen and self.vectors.has(form):
                return self.vectors.vector(form)
            if not self.vectors.has(form):
                continue
            _known, matrix = self._pictured_words
            scores = matrix @ self.vectors.vector(form)
            best = np.argsort(-scores, kind="stable")[:3]
            best = best[scores[best] >= NEAR]
            if len(best):
                mixed = (scores[best, None] ** 4 * matrix[best]).sum(0)
                return np.asarray(mixed / np.linalg.norm(mixed), dtype=np.float32)
        return None


def stems(word: str) -> list[str]:
    """Simpler forms to try: without possessive, plural or hyphen."""
    forms = []
    if word.endswith("'s"):
        forms.append(word[:-2])
    if word.endswith("es") and len(word) > 4:
        forms.append(word[:-2])
    if word.endswith("s") and len(word) > 3:
        forms.append(word[:-1])
    if "-" in word:
        forms += word.split("-")
    return forms
