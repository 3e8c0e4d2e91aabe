"""How well pictures and texts match, by a critic that learned from captioned pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from haiga.core.nouns import Embedding, Picture
from haiga.features.eye import Eye
from haiga.features.match_words import MAX_WORDS, meaning_words, word_tensors
from haiga.features.vectors import WordVectors
from haiga.models.session import Session
from haiga.models.store import Model, load_model

SPACE = 128
"""Numbers in the critic's vector of a picture or a text."""

Vectors = npt.NDArray[np.float32]


class Critic:
    """Puts pictures and texts in one space, where a picture is near to what is true of it.

    A dual encoder after Radford et al. 2021 ("CLIP") over the bundled eye and word
    vectors. `model` is a bundled critic's name or a folder with its card. A vector
    depends on its own picture or text alone, never on the others in the call.
    """

    def __init__(self, model: str = "critic", *, eye: Eye | None = None, threads: int = 2) -> None:
        self._threads = threads
        self._model: Model = load_model(model, role="critic")
        self._eye = eye or Eye(threads=threads)
        self._vectors = WordVectors()

    @property
    def models(self) -> Mapping[str, str]:
        """The files of the critic, of the eye and of the word vectors, each with its sha256."""
        return {**self._model.digests, **self._eye.models, **self._vectors.model.digests}

    def score(self, pictures: Sequence[Picture], texts: Sequence[str]) -> Vectors:
        """The (N, M) cosines of N pictures and M texts, in [-1, 1]: how well each pair matches.

        A cosine ranks pictures for one text, or texts for one picture; it is no
        share or probability.
        """
        return np.asarray(self.embed_pictures(pictures) @ self.embed_texts(texts).T)

    def embed_pictures(self, pictures: Sequence[Picture]) -> Vectors:
        """The (N, 128) unit vectors of pictures, each (H, W, 3) uint8 of any size.

        Raises BadPicture for anything else.
        """
        return self.look(pictures)[1]

    def look(self, pictures: Sequence[Picture]) -> tuple[Embedding, Vectors]:
        """What the eye sees of pictures, and their vectors: looked at once for both."""
        seen, maps = self._eye.look(pictures)
        rows = [
            self._picture_side.run({"early": early[None], "map": mapped[None]})[0]
            for early, mapped in zip(seen.early, maps, strict=True)
        ]
        return seen, np.concatenate(rows or [np.zeros((0, SPACE), np.float32)])

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """The (M, 128) unit vectors of texts; all texts of no known word have the same one."""
        rows = []
        for text in texts:
            words, present = word_tensors([self.words_of(text)], self._vectors)
            rows.append(self._text_side.run({"words": words, "present": present})[0])
        return np.concatenate(rows or [np.zeros((0, SPACE), np.float32)])

    def words_of(self, text: str) -> list[str]:
        """The words of a text that the critic reads, once each, at most sixteen."""
        return meaning_words(text, self._vectors)[:MAX_WORDS]

    @cached_property
    def _picture_side(self) -> Session:
        return self._model.session("picture.onnx", threads=self._threads)

    @cached_property
    def _text_side(self) -> Session:
        return self._model.session("text.onnx", threads=self._threads)
