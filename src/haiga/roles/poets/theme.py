"""What a poem is about: the words asked for, their neighbours, a season."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from haiga.core.seeds import generator
from haiga.features.diction import coarse_words
from haiga.features.seasons import SEASONS, season_of_text
from haiga.features.vectors import WordVectors
from haiga.features.words import words
from haiga.roles.poets.lexicon import Lexicon
from haiga.roles.poets.sense import kinds_of_nouns

Floats = npt.NDArray[np.float32]

_SMALL = frozenset(
    """
    a an the of in on at by with from into for over under through and or but to is are was my your
    his her its our their this that these those i me we you he she it they about some no not
    """.split()
)
_NO_PICTURE = frozenset({"hour", "season", "scent", "sound", "body", "light", "silence"})


@dataclass(frozen=True)
class Theme:
    """What steers one poem.

    `likeness` (V,) how much each word evokes the theme, in [0, 1]; `asked` the rows of the
    words asked for that the poet can use; `unknown` the words asked for that steer nothing.
    """

    likeness: Floats
    asked: tuple[int, ...]
    about: tuple[str, ...]
    unknown: tuple[str, ...]
    image: str
    season: int


class Themes:
    """Turns a few words and a seed into what steers a poem."""

    def __init__(self, lexicon: Lexicon, vectors: WordVectors) -> None:
        self.lexicon = lexicon
        self.vectors = vectors
        table = np.zeros((len(lexicon.words), vectors.matrix.shape[1]), np.float32)
        for i, word in enumerate(lexicon.words):
            if vectors.has(word):
                table[i] = vectors.vector(word)
        self.table = table * lexicon.content[:, None]  # (V, 128), zero for function words
        nouns = lexicon.tagged("NN", "NNS") > 0.6
        things = lexicon.among(
            {noun for noun, found in kinds_of_nouns().items() if not found & _NO_PICTURE}
        )
        usable = things & nouns & lexicon.ends & ~lexicon.lofty & (table.any(1))
        self.pictures = np.flatnonzero(usable)

    def of(self, about: str, seed: int) -> Theme:
        """The theme of one poem: from `about`, or a picture drawn by the seed when it is empty."""
        lexicon = self.lexicon
        asked_words = [w for w in dict.fromkeys(words(about)) if w not in _SMALL]
        refused = coarse_words()
        known = [w for w in asked_words if (self.vectors.has(w) or w in lexicon.index)
                 and w not in refused]  # fmt: skip
        unknown = tuple(w for w in asked_words if w not in known)
        draw = generator(seed, "theme")
        image = lexicon.words[int(self.pictures[draw.integers(len(self.pictures))])]
        season = int(draw.integers(4))
        rows = [self.vectors.vector(w) for w in (known or [image]) if self.vectors.has(w)]
        likeness = np.zeros(len(lexicon.words), np.float32)
        for row in rows:
            # no BLAS here: its threads spin on after one small product and slow all that follows
            likeness = np.maximum(likeness, np.einsum("vd,d->v", self.table, row))
        wanted = known or [image]
        asked = tuple(lexicon.index[w] for w in wanted if w in lexicon.index)
        named = season_of_text([*known] if known else [image])
        if named:
            season = SEASONS.index(named)
        elif known:
            season = -1
        return Theme(
            np.clip(likeness, 0.0, 1.0),
            asked,
            tuple(known),
            unknown,
            "" if known else image,
            season,
        )


def mean_cosine(vectors: Sequence[Floats]) -> float:
    """The mean cosine of all pairs of unit vectors; 0 for fewer than two."""
    if len(vectors) < 2:
        return 0.0
    stack = np.stack(vectors)
    products = stack @ stack.T
    n = len(vectors)
    return float((products.sum() - np.trace(products)) / (n * (n - 1)))
