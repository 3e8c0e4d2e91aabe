"""What a poem of any poet is steered by: a theme, a season, imagery, and a diction."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from haiga.core.errors import UserError
from haiga.core.seeds import generator
from haiga.core.suggest import hint
from haiga.features.diction import coarse_words
from haiga.features.function_words import function_words
from haiga.features.seasons import SEASONS
from haiga.features.vectors import WordVectors
from haiga.features.words import words
from haiga.roles.poets.vocabulary import Vocabulary

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]

DICTIONS = ("plain", "period", "any")
MOST_LISTED = 200_000
"""Words of the longest list of one's own that is read."""


@dataclass(frozen=True)
class Pull:
    """How strongly each thing draws the next word, in nats."""

    asked: float = 3.0
    """The very words asked for, until they are said."""
    theme: float = 3.0
    """Likeness to the theme, in [0, 1], less 0.15."""
    picture: float = 4.0
    """The same where the seed drew a picture because nothing was asked."""
    pictured: float = 2.0
    """The word of that picture itself, until it is said."""
    image: float = 0.5
    abstract: float = 0.5
    lofty: float = 0.7
    period: float = 2.5
    """Words out of use, small ones too, where the diction is of the period."""
    season: float = 2.5
    rarity: float = 0.4
    """For each nat that a word of meaning is rarer than one in 1,500, up to 3 either way."""
    rested: float = 0.5
    """Share of the words of meaning that rest in a poem, drawn anew for each, so that poems
    differ: of words as common as one in 3,000, a tenth more for each nat they are commoner;
    `rest` nats against them."""
    rest: float = 4.0


PULL = Pull()


@dataclass(frozen=True)
class Steer:
    """What steers one poem.

    `bias` (V,) nats by which a word is preferred to others of its sort; `boost` nats for
    the words asked for, whose rows are `asked`, until they are said; `likeness` (V,) in
    [0, 1]; `image` the word the seed drew where nothing was asked.
    """

    bias: Floats
    boost: float
    likeness: Floats
    asked: tuple[int, ...]
    about: tuple[str, ...]
    unknown: tuple[str, ...]
    image: str
    season: int


class Steering:
    """Turns settings, a few words and a seed into what steers a poem.

    `diction`: `plain` bars words no longer spoken, `period` draws them nearer, `any`
    leaves them as the poet learned them; or a path: a text file whose words, and small
    words of grammar, are then the only ones. `imagery` in [0, 3]: how much things of
    the senses gain, and at 0 no other word of meaning is preferred or rested either.
    UserError for anything out of range.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        vectors: WordVectors,
        *,
        diction: str = "plain",
        imagery: float = 1.0,
        season: str = "",
    ) -> None:
        if not 0 <= imagery <= 3:
            raise UserError(f"imagery: must be from 0 to 3, got {imagery:g}")
        if season and season not in SEASONS:
            raise UserError(f"season: no season named '{season}'; {hint(season, SEASONS)}")
        self._v, self._known, self._imagery = vocabulary, vectors, imagery
        self._season = SEASONS.index(season) if season else -1
        self.table = vocabulary.vectors(vectors)  # (V, 128)
        self.allowed = vocabulary.usable & self._allowed(diction)
        self._fixed = self._fixed_bias(diction)
        pictures = vocabulary.images & self.table.any(1) & self.allowed & ~vocabulary.lofty
        self._pictures = np.flatnonzero(pictures & vocabulary.ends_strict)

    def _allowed(self, diction: str) -> Bools:
        v = self._v
        if diction in ("period", "any"):
            return np.ones(len(v.words), bool)
        if diction == "plain":
            return np.asarray(~v.archaic)
        listed = read_word_list(Path(diction))
        found = v.among(listed)
        if not found.any():
            raise UserError(f"diction: {diction}: this poet knows none of its {len(listed)} words")
        return np.asarray(found | v.among(function_words()))

    def _fixed_bias(self, diction: str) -> Floats:
        v, bias = self._v, np.zeros(len(self._v.words))
        bias += self._imagery * PULL.image * (v.images & v.content)
        if self._imagery:
            bias -= PULL.rarity * v.content * np.clip(v.log_rate + 7.3, -3, 3)
        bias -= min(1.0, self._imagery) * PULL.abstract * v.abstract
        if diction == "plain":
            bias -= PULL.lofty * (v.lofty & v.content)
        elif diction == "period":
            bias += PULL.period * v.archaic
        return bias.astype(np.float32)

    def of(self, about: str, seed: int | None) -> Steer:
        """What steers one poem; with no seed, nothing is drawn for it."""
        v = self._v
        asked_words = [w for w in dict.fromkeys(words(about)) if w not in function_words()]
        refused = coarse_words()
        known = [
            w for w in asked_words if (self._known.has(w) or w in v.index) and w not in refused
        ]
        unknown = tuple(w for w in asked_words if w not in known)
        image = ""
        if not known and seed is not None and self._imagery > 0 and self._pictures.size:
            draw = generator(seed, "theme")
            image = v.words[int(self._pictures[draw.integers(len(self._pictures))])]
        likeness = np.zeros(len(v.words), np.float32)
        for word in known or [image]:
            if self._known.has(word):
                likeness = np.maximum(likeness, self.table @ self._known.vector(word))
        rows = tuple(
            v.index[w] for w in known or [image] if w in v.index and self.allowed[v.index[w]]
        )
        pull = PULL.theme if known else PULL.picture
        bias = self._fixed + pull * np.maximum(0.0, likeness - 0.15)
        if seed is not None and self._imagery > 0:
            draw = generator(seed, "resting")
            share = np.clip(PULL.rested + 0.1 * (v.log_rate + 8.0), 0.3, 0.85)
            resting = v.content & (draw.random(len(v.words)) < share)
            resting[list(rows)] = False
            bias = bias - PULL.rest * resting
        bias[list(rows)] += PULL.lofty * v.lofty[list(rows)]
        boost = PULL.asked if known else PULL.pictured
        season = self._season
        if season >= 0:
            bias = bias + PULL.season * ((v.season == season) & v.content)
            bias = bias - 2 * PULL.season * ((v.season >= 0) & (v.season != season) & v.content)
        return Steer(
            np.asarray(bias, np.float32), boost, np.clip(likeness, 0, 1), rows,
            tuple(known), unknown, image, season,
        )  # fmt: skip


def read_word_list(path: Path) -> frozenset[str]:
    """Every word of a UTF-8 text file; UserError where it cannot be read or holds none."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        kinds = ", ".join(DICTIONS)
        raise UserError(f"diction: {path}: is none of {kinds}, and no such file") from error
    except UnicodeDecodeError as error:
        raise UserError(f"diction: {path}: is not text in UTF-8") from error
    except OSError as error:
        raise UserError(f"diction: {path}: cannot be read: {error.strerror}") from error
    found = frozenset(words(text)[:MOST_LISTED])
    if not found:
        raise UserError(f"diction: {path}: holds no word")
    return found
