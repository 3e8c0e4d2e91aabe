"""What the critic trains on: the eye's features of crops, and texts drawn from their words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from haiga.features.match_words import word_tensors
from haiga.features.vectors import WordVectors
from haiga.training.match.captions import Captioned

FRUIT_SHARE = 0.3
"""How often fruit is drawn against its number: a thousand apples say little more than a hundred."""
ONE_FAMILY = 0.5
"""So many batches are of one family, where telling fruit from photographs does not help."""
MOST_WORDS = 8
"""Texts of more words are thinned: shorter ones are quicker, and harder to find."""
SHARES = (1.0, 0.75, 0.5)
"""What share of a caption's words a text keeps."""
NEAR = 0.6
REPLACED = 0.12


@dataclass(frozen=True)
class Features:
    """The eye's views of crops, in each view early (N, 256) and map (N, 384, 4, 4), float16."""

    early: Sequence[npt.NDArray[np.float16]]
    maps: Sequence[npt.NDArray[np.float16]]

    def take(
        self, views: npt.NDArray[np.int64], rows: npt.NDArray[np.int64]
    ) -> tuple[Tensor, Tensor]:
        """Early and map of the given view of each given row, float32."""
        early = np.empty((len(rows), *self.early[0].shape[1:]), np.float32)
        maps = np.empty((len(rows), *self.maps[0].shape[1:]), np.float32)
        for view in np.unique(views).tolist():
            there = views == view
            early[there], maps[there] = self.early[view][rows[there]], self.maps[view][rows[there]]
        return torch.from_numpy(early), torch.from_numpy(maps)

    def at(self, rows: npt.NDArray[np.int64]) -> Features:
        """The views of some crops."""
        return Features([part[rows] for part in self.early], [part[rows] for part in self.maps])


@dataclass(frozen=True)
class MatchBatch:
    """Features of B crops, a text for each, and which texts are no contrast to which crops."""

    early: Tensor
    maps: Tensor
    words: Tensor
    present: Tensor
    also_true: Tensor


class Material:
    """Draws batches of crops with texts; `drawn[i]` counts how often crop i was.

    `rows[j]` is the row of `features` that holds crop `crops[j]`.
    """

    def __init__(
        self, features: Features, crops: Sequence[Captioned], vectors: WordVectors
    ) -> None:
        self.features, self.crops, self.vectors = features, crops, vectors
        self.drawn = np.zeros(len(crops), np.int64)
        self.holds = [crop.all_words for crop in crops]
        self.views = len(features.early)
        told = np.array([bool(words) for words in self.holds])
        fruit = np.array([c.family == "fruit" for c in crops])
        self.weights = told * np.where(fruit, FRUIT_SHARE, 1.0)
        self.families = {
            family: np.array([c.family == family for c in crops]) * self.weights
            for family in sorted({c.family for c in crops})
        }
        self.neighbours = near_words({w for words in self.holds for w in words}, vectors)

    def draw(self, size: int, rng: np.random.Generator) -> MatchBatch:
        """A batch of crops by weight, half the batches of one family, each with a random text."""
        weights = self.weights
        if rng.random() < ONE_FAMILY:
            names = [f for f, w in self.families.items() if np.count_nonzero(w) >= 2 * size]
            if names:
                weights = self.families[names[int(rng.integers(len(names)))]]
        rows = rng.choice(len(self.crops), size, p=weights / weights.sum())
        np.add.at(self.drawn, rows, 1)
        early, maps = self.features.take(rng.integers(0, self.views, size), rows)
        chosen = [self.choose_words(self.crops[int(row)], rng) for row in rows]
        also = also_true([self.holds[int(row)] for row in rows], chosen)
        texts = [[self.replace(word, rng) for word in text] for text in chosen]
        words, present = word_tensors(texts, self.vectors)
        told = max(1, int(present.sum(1).max()))
        words, present = words[:, :told], present[:, :told]
        return MatchBatch(early, maps, torch.from_numpy(words), torch.from_numpy(present), also)

    def choose_words(self, crop: Captioned, rng: np.random.Generator) -> list[str]:
        """A random part of a crop's words: now its caption alone, now with what else is known."""
        kind = rng.random()
        share = SHARES[int(rng.integers(len(SHARES)))]
        pool: list[str] = []
        if kind < 0.75:
            pool += crop.caption
        if kind > 0.45 or not crop.caption:
            for words, chance in ((crop.tags, 0.6), (crop.guessed, 0.5), (crop.medium, 0.3)):
                taken = rng.random(len(words)) < chance
                pool += [word for word, there in zip(words, taken, strict=True) if there]
        pool = list(dict.fromkeys(pool))
        taken = rng.random(len(pool)) < share
        kept = [word for word, there in zip(pool, taken, strict=True) if there]
        if not kept:
            every = sorted(crop.all_words)
            kept = [every[int(rng.integers(len(every)))]]
        if len(kept) > MOST_WORDS:
            kept = [kept[i] for i in sorted(rng.permutation(len(kept))[:MOST_WORDS].tolist())]
        return kept

    def replace(self, word: str, rng: np.random.Generator) -> str:
        """The word itself, or one time in eight a neighbour with a cosine of at least 0.6."""
        if rng.random() > REPLACED:
            return word
        near = self.neighbours[word]
        return near[int(rng.integers(len(near)))] if near else word


def near_words(words: Iterable[str], vectors: WordVectors) -> dict[str, list[str]]:
    """Up to six other words for each word, with a cosine of at least 0.6."""
    names = sorted(words)
    found: dict[str, list[str]] = {}
    for part in (names[i : i + 512] for i in range(0, len(names), 512)):
        own = [vectors.index[word] for word in part]
        cosines = vectors.matrix[own] @ vectors.matrix.T
        cosines[np.arange(len(part)), own] = -1
        best = np.argpartition(-cosines, 6, axis=1)[:, :6]
        for word, places, row in zip(part, best, cosines, strict=True):
            found[word] = [vectors.words[i] for i in sorted(places.tolist()) if row[i] >= NEAR]
    return found


def also_true(held: Sequence[frozenset[str]], texts: Sequence[Sequence[str]]) -> Tensor:
    """(pictures, texts) bool: every word of text j is among the words held of picture i."""
    names = {word: i for i, word in enumerate(sorted({w for text in texts for w in text}))}
    said = np.zeros((len(texts), len(names)), np.float32)
    holds = np.zeros((len(held), len(names)), np.float32)
    for table, rows in ((said, texts), (holds, held)):
        pairs = [(i, names[word]) for i, row in enumerate(rows) for word in row if word in names]
        places = np.array(pairs, np.int64).reshape(-1, 2)
        table[places[:, 0], places[:, 1]] = 1
    return torch.from_numpy(holds @ said.T >= said.sum(1) - 0.5)
