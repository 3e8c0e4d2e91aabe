"""Several paintings of one poem by any painter, of which a critic keeps the best match."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from haiga.core.config import MOST_CANDIDATES
from haiga.core.errors import JobError, UserError
from haiga.core.nouns import Picture, Poem, check_picture
from haiga.core.roles import Painter
from haiga.core.seeds import derive_seed
from haiga.features.match import Vectors

DECIMALS = 6
"""To so many decimals scores are compared and kept; equal ones fall to the earlier candidate."""


class Judge(Protocol):
    """What chooses among pictures; `Critic` is one."""

    @property
    def models(self) -> Mapping[str, str]: ...

    def score(self, pictures: Sequence[Picture], texts: Sequence[str]) -> Vectors: ...


@dataclass(frozen=True)
class Chosen:
    """The candidate kept, its place among them, and every candidate's seed and score.

    Scores are the critic's cosines with the poem, in [-1, 1].
    """

    picture: Picture
    kept: int
    seeds: tuple[int, ...]
    scores: tuple[float, ...]

    def table(self) -> dict[str, object]:
        """All but the picture, in plain values, for recipes."""
        return {
            "count": len(self.seeds),
            "kept": self.kept,
            "seeds": list(self.seeds),
            "scores": list(self.scores),
        }


class CandidatePainter:
    """Paints each poem `count` times (1 to 64) and keeps the picture that matches it best.

    The first candidate is the picture that the painter alone would give for the
    seed, so that more candidates only add to the choice; the others' seeds are
    derived from it. Itself a painter, and the picture of a poem and a seed depends on
    those alone.
    """

    def __init__(self, painter: Painter, judge: Judge, count: int) -> None:
        if not 1 <= count <= MOST_CANDIDATES:
            raise UserError(f"painter.candidates: {count} is outside 1 to {MOST_CANDIDATES}")
        self._painter, self._judge, self._count = painter, judge, count

    @property
    def models(self) -> Mapping[str, str]:
        """The painter's files and the critic's, each with its sha256."""
        return {**self._painter.models, **self._judge.models}

    def unseen_words(self, poem: Poem) -> list[str]:
        """The words of the poem that the painter has no picture of, in order, once each."""
        return self._painter.unseen_words(poem)

    def paint(self, poems: Sequence[Poem], *, seeds: Sequence[int]) -> list[Picture]:
        """The best match of the candidates of each poem, in order."""
        if len(poems) != len(seeds):
            raise UserError(f"paint: {len(poems)} poems and {len(seeds)} seeds do not pair up")
        return [self.choose(p, seed=s).picture for p, s in zip(poems, seeds, strict=True)]

    def choose(self, poem: Poem, *, seed: int) -> Chosen:
        """All candidates of a poem, judged; raises `JobError` where the painter gives too few."""
        seeds = candidate_seeds(seed, self._count)
        painted = self._painter.paint([poem] * self._count, seeds=seeds)
        if len(painted) != self._count:
            raise JobError(f"the painter was asked for {self._count} and made {len(painted)}")
        pictures = [check_picture(p, f"candidate {i}") for i, p in enumerate(painted)]
        cosines = self._judge.score(pictures, [poem.text])[:, 0]
        scores = tuple(round(float(cosine), DECIMALS) for cosine in cosines)
        kept = scores.index(max(scores))
        return Chosen(pictures[kept], kept, tuple(seeds), scores)


def candidate_seeds(seed: int, count: int) -> list[int]:
    """The seed itself, then seeds derived from it: the first k are the same for any count."""
    return [seed, *(derive_seed(seed, "candidate", i) for i in range(1, count))]
