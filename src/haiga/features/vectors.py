"""Word vectors: which words keep the same company in poems and captions."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt

from haiga.models.store import Model, load_model

Vector = npt.NDArray[np.float32]


class WordVectors:
    """The vectors of the bundled model `words`: unit length, 128 numbers a word.

    Made by `haiga train words`: positive pointwise mutual information, factorised
    (Levy and Goldberg 2014, "Neural Word Embedding as Implicit Matrix
    Factorization").
    """

    def __init__(self, model: str = "words") -> None:
        self.model: Model = load_model(model)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Every known word, the most frequent first."""
        return tuple(self.model.json("words.json"))

    @cached_property
    def index(self) -> dict[str, int]:
        """The row of each word."""
        return {word: row for row, word in enumerate(self.words)}

    @cached_property
    def matrix(self) -> Vector:
        """(words, 128) float32, rows of unit length."""
        tensors = self.model.tensors("vectors.safetensors")
        rows = tensors["vectors"].astype(np.float32) * tensors["scales"].astype(np.float32)
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.maximum(norms, 1e-6), dtype=np.float32)

    def has(self, word: str) -> bool:
        """Whether the word has a vector."""
        return word in self.index

    def vector(self, word: str) -> Vector:
        """The (128,) unit vector of a word; KeyError for an unknown one."""
        row: Vector = self.matrix[self.index[word]]
        return row

    def similarity(self, a: str, b: str) -> float:
        """The cosine of two words in [-1, 1]; 0 when either is unknown."""
        if a not in self.index or b not in self.index:
            return 0.0
        return float(self.vector(a) @ self.vector(b))

    def nearest(self, word: str, n: int = 10) -> list[tuple[str, float]]:
        """The n words most like a word with their cosines, the best first."""
        scores = self.matrix @ self.vector(word)
        scores[self.index[word]] = -2.0
        best = np.argsort(-scores, kind="stable")[:n]
        return [(self.words[i], float(scores[i])) for i in best]
