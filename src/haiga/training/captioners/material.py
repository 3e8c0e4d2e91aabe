"""Captions as numbers, and batches drawn so that each family of pictures counts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from haiga.roles.captioners.decoding import END, UNKNOWN
from haiga.training.captioners.gathering import TRAIN, Captioned
from haiga.training.captioners.seeing import Maps

LEAST = 3
"""A word is learned that stands in so many captions to train on; a rarer one is passed over."""
SHARES = {"photographs": 0.35, "paintings": 0.4, "fruit": 0.25}
"""How much of a batch is drawn from each family; a family of another folder counts as paintings."""
OUTDOORS = 3.0
"""How much oftener a painting of the open air is drawn: there are few, and most that haiga
paints is one."""
_OPEN_AIR = frozenset(
    """
    country landscape sea seascape river lake mountain mountains tree trees forest wood woods
    field meadow snow winter sunset moonlight waves coast shore beach harbor harbour boat boats
    ship ships valley waterfall garden village clouds storm cattle
    """.split()
)
NOTHING = -100
"""Marks a place at which no word is asked for."""


def tokens(caption: str) -> list[str]:
    """The words of a caption, and its commas."""
    return re.findall(r"[^\s,]+|,", caption)


def vocabulary(found: Sequence[Captioned]) -> list[str]:
    """The words to learn, the most frequent first, after the two that are no words."""
    counts = Counter(
        word for one in found if one.part == TRAIN for text in one.captions for word in tokens(text)
    )
    known = sorted((w for w, n in counts.items() if n >= LEAST), key=lambda w: (-counts[w], w))
    return ["<end>", "<unknown>", *known]


def _outdoors(captions: Sequence[str]) -> bool:
    """Whether a painting's captions speak of the open air; a photograph's do not count."""
    return any(
        not text.startswith("a photograph") and _OPEN_AIR.intersection(tokens(text))
        for text in captions[:1]
    )


@dataclass(frozen=True)
class Batch:
    """maps (B, C, h, w); words (B, T) that are read and wanted (B, T), `NOTHING` where none is."""

    maps: Tensor
    words: Tensor
    wanted: Tensor


class Material:
    """The pictures to learn from, with what the eye saw of them."""

    def __init__(self, found: Sequence[Captioned], maps: Maps, words: Sequence[str]) -> None:
        self.found, self.maps, self.words = found, maps, list(words)
        self._number = {word: i for i, word in enumerate(self.words)}
        self.rows = np.array([i for i, one in enumerate(found) if one.part == TRAIN], np.int64)
        sizes = Counter(found[i].family for i in self.rows)
        shares = {name: SHARES.get(name, 0.4) for name in sizes}
        total = sum(shares.values())
        weights = np.array(
            [shares[found[i].family] / total / sizes[found[i].family] for i in self.rows]
        )
        weights *= [OUTDOORS if _outdoors(found[i].captions) else 1.0 for i in self.rows]
        self._weights: npt.NDArray[np.float64] = weights / weights.sum()

    def numbers(self, caption: str) -> list[int]:
        """A caption from its beginning to its end, both `END`."""
        return [END, *(self._number.get(w, UNKNOWN) for w in tokens(caption)), END]

    def draw(self, size: int, rng: np.random.Generator) -> Batch:
        """Pictures by weight, each in a view and with a caption drawn by chance."""
        rows, seen = self._drawn(size, rng)
        said = [self.found[i].captions for i in rows]
        return self.batch(seen, [texts[int(rng.integers(len(texts)))] for texts in said])

    def draw_pictures(self, size: int, rng: np.random.Generator) -> tuple[list[int], Tensor]:
        """Pictures by weight, which they are and a view of each (B, C, h, w)."""
        rows, seen = self._drawn(size, rng)
        return rows.tolist(), torch.from_numpy(seen.astype(np.float32))

    def _drawn(
        self, size: int, rng: np.random.Generator
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float16]]:
        rows = self.rows[rng.choice(len(self.rows), size, p=self._weights)]
        views = rng.integers(self.maps.shape[1], size=size)
        return rows, np.stack([self.maps[i, v] for i, v in zip(rows, views, strict=True)])

    def batch(self, seen: npt.NDArray[np.float16], captions: Sequence[str]) -> Batch:
        """These maps (B, C, h, w) with these captions."""
        lines = [self.numbers(caption) for caption in captions]
        length = max(map(len, lines)) - 1
        words = torch.full((len(lines), length), END)
        wanted = torch.full((len(lines), length), NOTHING)
        for i, line in enumerate(lines):
            words[i, : len(line) - 1] = torch.tensor(line[:-1])
            wanted[i, : len(line) - 1] = torch.tensor(line[1:])
        wanted[wanted == UNKNOWN] = NOTHING
        return Batch(torch.from_numpy(seen.astype(np.float32)), words, wanted)
