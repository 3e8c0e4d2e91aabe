"""How far a telephone wanders from what it began with, and where its chains come together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from haiga.features.match import Critic
from haiga.features.match_words import meaning_words
from haiga.features.vectors import WordVectors
from haiga.features.words import words
from haiga.inspection.returns import Return, find_return, said_again

Vectors = npt.NDArray[np.float32]

UNRELATED = (
    "a bowl of fruit on a table",
    "portrait of a man in a black coat",
    "ships in the harbour at dusk",
    "a branch of cherry blossom",
    "workers in front of a factory",
    "a waterfall between high mountains",
    "a woman reading by the window",
    "children running in the street",
    "a church in a small town",
    "horses pulling a cart",
    "a drawing of a fish",
    "clouds over a field of wheat",
)
"""Sentences of no game's own, by which it is told what things score that have nothing in common."""

_SHORT = 3
_ELSEWHERE = frozenset(
    "der die das den dem ein eine einen und im un une le la les des du sur et el los las una uno "
    "einem einer eines auf mit für dans avec il lo gli con de en het een och ett".split()
)
"""Articles and the like of neighbouring languages: two of them, and a text is not English."""
_FOLLOWED = 8
TOP = 5
"""So many of the captions that chains end in are told."""


@dataclass(frozen=True)
class Spoken:
    """One chain: what it began from in words, and each round's number, caption and picture.

    `looks` are the late views of the eye and `meant` the critic's vectors of the pictures, a
    row a round; `first_look` the view of the first picture of the chain.
    """

    first: str
    rounds: Sequence[int]
    captions: Sequence[str]
    looks: Vectors
    meant: Vectors
    first_look: Vectors


@dataclass(frozen=True)
class Curve:
    """A mean over chains by round; `low` and `high` hold the middle eight of ten chains."""

    rounds: tuple[int, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    @property
    def points(self) -> list[tuple[float, float]]:
        """Round and mean, as plots take them."""
        return [(float(r), m) for r, m in zip(self.rounds, self.mean, strict=True)]


@dataclass(frozen=True)
class Comeback:
    """A chain (from 1) that came round: `first` and `last` are rounds; see `Return`."""

    chain: int
    first: int
    last: int
    period: int
    said: tuple[str, ...]


@dataclass(frozen=True)
class Drift:
    """What was measured of one game.

    `words_kept`, `text`, `picture_to_text` and `picture` compare each round with the beginning:
    the share of its words still said, the cosine of the captions' words, the critic's cosine of
    picture and first text, and the eye's cosine with the chain's first picture. `own` is how
    well each caption fits its own picture (the critic). `chance_text` and `chance_picture` are
    what unrelated sentences score. `survivors` tells for each word of the beginning the share
    of chains in which it is said, round by round. `distinct`, `vocabulary` and `chains` are
    counts by round; `apart` and `looks_apart` the mean distance (1 - cosine) of two chains, None
    for one chain. `known` tells whether the words of the beginning are known, without which
    texts cannot be compared, and `further` how many of them `survivors` leaves out. `comebacks`
    are chains that came round, None where no chain has two captions and none could; `again` the
    captions said before, and `longest` how many the chain has that says most.
    """

    rounds: tuple[int, ...]
    words_kept: Curve
    text: Curve
    picture_to_text: Curve
    picture: Curve
    own: Curve
    chance_text: float
    chance_picture: float
    survivors: Mapping[str, tuple[float, ...]]
    chains: tuple[int, ...]
    distinct: tuple[int, ...]
    vocabulary: tuple[int, ...]
    apart: tuple[float, ...] | None
    looks_apart: tuple[float, ...] | None
    comebacks: tuple[Comeback, ...] | None
    again: int
    longest: int
    ends: tuple[tuple[str, int], ...] = field(default=())
    known: bool = True
    further: int = 0

    def table(self) -> dict[str, Any]:
        """The same in plain values, to four decimals."""
        found: dict[str, Any] = _rounded(asdict(self))
        return found


class TextSense:
    """What a text means, as the mean of its meaning words' vectors: (128,) of unit length."""

    def __init__(self, vectors: WordVectors | None = None) -> None:
        self.vectors = vectors or WordVectors()
        self._known: dict[str, Vectors] = {}

    def words_of(self, text: str) -> list[str]:
        """Its meaning words, once each.

        Where they are not known they stand as they are, those of three letters and less left
        out: in a language that is not known, these are its articles more often than not.
        """
        if self.knows(text):
            return meaning_words(text, self.vectors)
        plain = list(dict.fromkeys(words(text)))
        return [w for w in plain if len(w) > _SHORT and w not in _ELSEWHERE] or plain

    def knows(self, text: str) -> bool:
        """Whether any of its words has a vector, and it is not of another language."""
        elsewhere = [word for word in set(words(text)) if self._is_elsewhere(word)]
        return len(elsewhere) < 2 and bool(meaning_words(text, self.vectors))

    def _is_elsewhere(self, word: str) -> bool:
        """Whether a word speaks for another language: its article, or letters that English has not.

        A word that is known, such as café, does not.
        """
        return word in _ELSEWHERE or not (word.isascii() or meaning_words(word, self.vectors))

    def vector(self, text: str) -> Vectors:
        """The vector of a text; zeros where it has no known word."""
        if text not in self._known:
            rows = [self.vectors.vector(word) for word in meaning_words(text, self.vectors)]
            mean = np.mean(rows, axis=0) if rows else np.zeros(self.vectors.matrix.shape[1])
            self._known[text] = _unit(np.asarray(mean, np.float32))
        return self._known[text]


def measure(spoken: Sequence[Spoken], critic: Critic, sense: TextSense | None = None) -> Drift:
    """The drift of the chains of one game, all of the same beginning; one round at least."""
    sense = sense or TextSense()
    rounds = tuple(sorted({r for chain in spoken for r in chain.rounds}))
    values: dict[str, dict[int, list[float]]] = {
        name: {r: [] for r in rounds} for name in ("kept", "text", "to_text", "picture", "own")
    }
    said: dict[int, list[str]] = {r: [] for r in rounds}
    looks: dict[int, list[Vectors]] = {r: [] for r in rounds}
    texts = list(dict.fromkeys([c.first for c in spoken] + [t for c in spoken for t in c.captions]))
    told = dict(zip(texts, critic.embed_texts(texts), strict=True))
    for chain in spoken:
        began = set(sense.words_of(chain.first))
        first_look = _unit(chain.first_look)
        for i, number in enumerate(chain.rounds):
            caption, look = chain.captions[i], _unit(chain.looks[i])
            looks[number].append(look)
            values["picture"][number].append(float(look @ first_look))
            values["to_text"][number].append(float(chain.meant[i] @ told[chain.first]))
            if not caption:
                continue
            said[number].append(caption)
            still = began & set(sense.words_of(caption))
            values["kept"][number].append(len(still) / max(len(began), 1))
            values["text"][number].append(float(sense.vector(caption) @ sense.vector(chain.first)))
            values["own"][number].append(float(chain.meant[i] @ told[caption]))
    curves = {name: _curve(by_round) for name, by_round in values.items()}
    firsts = list(dict.fromkeys(chain.first for chain in spoken))
    began_words = list(dict.fromkeys(word for first in firsts for word in sense.words_of(first)))
    many = len(spoken) > 1
    comebacks = [c for c in (_comeback(i, chain) for i, chain in enumerate(spoken)) if c]
    longest = max(sum(bool(text) for text in chain.captions) for chain in spoken)
    last_captions = Counter(next((t for t in reversed(c.captions) if t), "") for c in spoken)
    unrelated = critic.embed_texts(UNRELATED)
    meant = np.concatenate([chain.meant for chain in spoken])
    return Drift(
        rounds=rounds,
        words_kept=curves["kept"],
        text=curves["text"],
        picture_to_text=curves["to_text"],
        picture=curves["picture"],
        own=curves["own"],
        chance_text=float(
            np.mean([sense.vector(first) @ sense.vector(u) for first in firsts for u in UNRELATED])
        ),
        chance_picture=float(np.mean(meant @ unrelated.T)),
        survivors={
            word: tuple(
                _share([word in sense.words_of(caption) for caption in said[r]]) for r in rounds
            )
            for word in began_words[:_FOLLOWED]
        },
        chains=tuple(len(said[r]) for r in rounds),
        distinct=tuple(len({tuple(words(t)) for t in said[r]}) for r in rounds),
        vocabulary=tuple(len({w for t in said[r] for w in sense.words_of(t)}) for r in rounds),
        apart=tuple(spread([sense.vector(t) for t in said[r]]) for r in rounds) if many else None,
        looks_apart=tuple(spread(looks[r]) for r in rounds) if many else None,
        comebacks=tuple(comebacks) if longest > 1 else None,
        again=sum(said_again(chain.captions) for chain in spoken),
        longest=longest,
        known=any(sense.knows(first) for first in firsts),
        further=max(0, len(began_words) - _FOLLOWED),
        ends=tuple((text, n) for text, n in last_captions.most_common(TOP) if text),
    )


def spread(vectors: Sequence[Vectors]) -> float:
    """The mean of 1 - cosine over all pairs of unit vectors; 0 for fewer than two.

    From the length of their sum: |Σv|² holds every pair twice and every vector once.
    """
    n = len(vectors)
    if n < 2:
        return 0.0
    total = np.sum(np.asarray(vectors, np.float64), axis=0)
    own = float(np.sum(np.asarray(vectors, np.float64) ** 2))
    return float(1 - (float(total @ total) - own) / (n * (n - 1)))


def _comeback(place: int, chain: Spoken) -> Comeback | None:
    found: Return | None = find_return(chain.captions)
    if found is None:
        return None
    first = chain.rounds[found.start]
    last = chain.rounds[found.start + found.length - 1]
    return Comeback(place + 1, first, last, found.period, found.said)


def _curve(by_round: Mapping[int, Sequence[float]]) -> Curve:
    full = {number: np.asarray(v) for number, v in by_round.items() if len(v)}
    return Curve(
        tuple(full),
        tuple(float(v.mean()) for v in full.values()),
        tuple(float(np.quantile(v, 0.1)) for v in full.values()),
        tuple(float(np.quantile(v, 0.9)) for v in full.values()),
    )


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits) if hits else 0.0


def _unit(vector: Vectors) -> Vectors:
    length = float(np.linalg.norm(vector))
    return np.asarray(vector / length if length else vector, np.float32)


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(part) for part in value]
    return value
