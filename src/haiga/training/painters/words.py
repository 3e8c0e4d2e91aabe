"""From the captions of a folder to the word vectors a painter is trained with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from haiga.features.vectors import WordVectors
from haiga.features.words import words as split_words
from haiga.roles.painters.sight import FUNCTION_WORDS, MAX_WORDS, stems

KEPT_SHARE = 0.7
"""How likely each word of a caption is drawn, so that a poem of few words is nothing new."""
EMPTY_SHARE = 0.125
"""How many texts are empty: a painter must paint without words too, and guidance needs it."""
SWAPPED_SHARE = 1 / 6
"""How often a word gives way to a near relative, and how near it must be."""
RELATIVE = 0.6

Indexes = npt.NDArray[np.int64]


class Described(Protocol):
    """A picture and what is said of it, as the store keeps it."""

    @property
    def caption(self) -> str: ...
    @property
    def columns(self) -> Mapping[str, str]: ...


class CaptionWords:
    """The words of every picture's caption that have a vector.

    `captions[i]` is that of picture i of the store, `train` the indexes of those learnt
    from: `seen` and `lost` count these only. A word without a vector is looked up without its
    plural or possessive; when that fails too it is lost, and counted in `lost`.
    """

    def __init__(
        self,
        captions: Sequence[str],
        train: Sequence[int] | Indexes,
        *,
        seed: int = 0,
        vectors: WordVectors | None = None,
    ) -> None:
        self.vectors = vectors or WordVectors()
        self.seed = seed
        self.lost: Counter[str] = Counter()
        """Words of captions that no vector stands for, and how many captions have them."""
        pairs = [self._known(caption) for caption in captions]
        self.words: list[tuple[str, ...]] = [known for known, _ in pairs]
        counts: Counter[str] = Counter()
        for index in train:
            counts.update(self.words[int(index)])
            self.lost.update(pairs[int(index)][1])
        self.seen: dict[str, int] = dict(counts.most_common())
        """Every word that pictures teach, with how many training pictures have it."""
        self.told = sum(bool(self.words[int(index)]) for index in train)
        """How many training pictures have at least one word."""
        self._relatives: dict[str, list[str]] = {}

    def draw(self, indexes: Indexes, step: int) -> tuple[Tensor, Tensor]:
        """A random part of each picture's words: (B, 12, 128) at unit variance, and (B, 12).

        A function of the seed, the step and the indexes, so that a resumed run draws the same.
        """
        rng = np.random.default_rng([self.seed, step])
        return self.tensors([self._some(self.words[int(i)], rng) for i in indexes])

    def whole(self, indexes: Indexes) -> tuple[Tensor, Tensor]:
        """The first twelve words of each picture, none left out."""
        return self.tensors([self.words[int(i)] for i in indexes])

    def tensors(self, texts: Sequence[Sequence[str]]) -> tuple[Tensor, Tensor]:
        """Known words as (B, 12, 128) vectors scaled to unit variance, and those there (B, 12)."""
        size = self.vectors.matrix.shape[1]
        words = np.zeros((len(texts), MAX_WORDS, size), np.float32)
        present = np.zeros((len(texts), MAX_WORDS), np.float32)
        rows = [[self.vectors.index[word] for word in text[:MAX_WORDS]] for text in texts]
        for place, row in enumerate(rows):
            words[place, : len(row)] = self.vectors.matrix[row] * np.float32(size**0.5)
            present[place, : len(row)] = 1
        return torch.from_numpy(words), torch.from_numpy(present)

    def __contains__(self, word: object) -> bool:
        """Whether a word of a caption is known, or says nothing and is passed over."""
        return word in FUNCTION_WORDS or self._form(str(word)) is not None

    def _form(self, word: str) -> str | None:
        return next((f for f in (word, *stems(word)) if self.vectors.has(f)), None)

    def _known(self, caption: str) -> tuple[tuple[str, ...], list[str]]:
        found: dict[str, None] = {}
        lost = []
        for word in dict.fromkeys(split_words(caption)):
            form = self._form(word)
            if word in FUNCTION_WORDS:
                continue
            if form is None:
                lost.append(word)
            else:
                found[form] = None
        return tuple(found), lost

    def _some(self, words: tuple[str, ...], rng: np.random.Generator) -> list[str]:
        chances = rng.random(1 + len(words))
        if not words or chances[0] < EMPTY_SHARE:
            return []
        kept = [words[i] for i in rng.permutation(len(words)) if chances[1 + i] < KEPT_SHARE]
        # One in eight is empty by choice; a caption of one word shall not be so one time in three.
        kept = kept or [words[int(rng.integers(len(words)))]]
        return list(dict.fromkeys(self._relative(word, rng) for word in kept[:MAX_WORDS]))

    def _relative(self, word: str, rng: np.random.Generator) -> str:
        if rng.random() > SWAPPED_SHARE:
            return word
        if word not in self._relatives:
            near = [w for w, cosine in self.vectors.nearest(word, 6) if cosine >= RELATIVE]
            self._relatives[word] = near or [word]
        near = self._relatives[word]
        return near[int(rng.integers(len(near)))]


def enough_pictures(pictures: int) -> int:
    """How many pictures a word must have to need no relative: 8 of thousands, 2 of a hundred."""
    return max(2, min(8, pictures // 125))


TAGS = ("tags", "keywords", "subjects", "subject")


def captions_of(items: Sequence[Described], column: str | None) -> list[str]:
    """Each picture's caption, and its tags where they are and no column was asked for."""
    out = []
    for item in items:
        tags = {name.casefold(): value for name, value in item.columns.items()}
        more = [] if column is not None else [tags[name] for name in TAGS if name in tags]
        out.append(" ".join([item.caption, *more]))
    return out
