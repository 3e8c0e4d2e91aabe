"""Text into the word vectors that the critic reads: meaning words that have a vector."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from haiga.features.function_words import function_words
from haiga.features.vectors import WordVectors
from haiga.features.words import words as split_words

MAX_WORDS = 16
"""So many words of a text are read, the first ones."""


def meaning_words(text: str, vectors: WordVectors) -> list[str]:
    """The words of a text that have a vector, once each, in order, without words of grammar.

    A word without a vector is tried without its possessive or plural, and in the
    parts that its hyphens join: `meaning_words("the moon-lit rivers' snow", …)` may
    give `["moon", "lit", "rivers", "snow"]`.
    """
    found = []
    for word in split_words(text):
        for form in _forms(word):
            known = [part for part in form if vectors.has(part)]
            if known:
                found += [part for part in known if part not in function_words() and len(part) > 1]
                break
    return list(dict.fromkeys(found))


def word_tensors(
    texts: Sequence[Sequence[str]], vectors: WordVectors
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """(N, 16, 128) vectors scaled to unit variance and the (N, 16) mask of those present."""
    size = vectors.matrix.shape[1]
    words = np.zeros((len(texts), MAX_WORDS, size), np.float32)
    present = np.zeros((len(texts), MAX_WORDS), np.float32)
    for row, text in enumerate(texts):
        places = [vectors.index[word] for word in text[:MAX_WORDS]]
        words[row, : len(places)] = vectors.matrix[places] * np.float32(size**0.5)
        present[row, : len(places)] = 1
    return words, present


def _forms(word: str) -> list[list[str]]:
    """The word itself and simpler forms to try, each as its parts."""
    forms = [[word]]
    if word.endswith("'s"):
        forms.append([word[:-2]])
    if word.endswith("es") and len(word) > 4:
        forms.append([word[:-2]])
    if word.endswith("s") and len(word) > 3:
        forms.append([word[:-1]])
    if "-" in word:
        forms.append(word.split("-"))
    return forms
