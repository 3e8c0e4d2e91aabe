"""Which label of a generator a poem's words name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from haiga.core.nouns import Poem
from haiga.features.vectors import WordVectors
from haiga.features.words import words as split_words
from haiga.roles.painters.sight import FUNCTION_WORDS, NEAR, stems


@dataclass(frozen=True)
class Named:
    """The label that a poem names, if any, the word that does, and the words that name none."""

    label: str | None
    word: str
    unseen: tuple[str, ...]


class LabelWords:
    """Finds labels in poems: by a word they share, or by the nearest of the word vectors.

    A word names a label when it, or a simpler form of it, is one of the label's words; else
    when its vector has a cosine of at least 0.55 with that of one.
    """

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = tuple(labels)
        self._words = [
            [word for word in split_words(label) if word not in FUNCTION_WORDS] for label in labels
        ]

    @cached_property
    def vectors(self) -> WordVectors:
        return WordVectors()

    def look(self, poem: Poem) -> Named:
        """The best match of the poem's words and the labels; the earlier word where two tie."""
        best, found, by = 0.0, None, ""
        unseen = []
        asked = [w for w in split_words(poem.text) if w not in FUNCTION_WORDS]
        for word in dict.fromkeys(asked):
            score, place = self._match(word, set(asked))
            if place is None:
                unseen.append(word)
            elif score > best:
                best, found, by = score, place, word
        label = None if found is None else self.labels[found]
        return Named(label, by, tuple(unseen))

    def _match(self, word: str, poem: set[str]) -> tuple[float, int | None]:
        """The label a word is nearest to: above 1 by its name, the cosine otherwise."""
        forms = {word, *stems(word)}
        by_name = [
            (1 + len(poem & set(own)) / len(own), -place)
            for place, own in enumerate(self._words)
            if any(forms & {each, *stems(each)} for each in own)
        ]
        if by_name:
            score, place = max(by_name)
            return score, -place
        known = [form for form in (word, *stems(word)) if self.vectors.has(form)]
        if not known or not self._known:
            return 0.0, None
        rows = np.stack([self.vectors.vector(each) for each, _ in self._known])
        cosines = rows @ self.vectors.vector(known[0])
        nearest = int(np.argmax(cosines))
        if cosines[nearest] < NEAR:
            return 0.0, None
        return float(cosines[nearest]), self._known[nearest][1]

    @cached_property
    def _known(self) -> list[tuple[str, int]]:
        """Every word of a label that has a vector, with the label's place."""
        return [
            (word, place)
            for place, own in enumerate(self._words)
            for word in own
            if self.vectors.has(word)
        ]
