"""Several paintings of one poem, of which the best match is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from haiga.core.errors import UserError
from haiga.core.nouns import Picture, Poem
from haiga.core.seeds import generator
from haiga.roles.painters.candidates import CandidatePainter, candidate_seeds

POEM = Poem(("winter moon", "a river of snow"))


class GreyPainter:
    """Paints one grey by the seed alone."""

    models: Mapping[str, str] = {"grey/net": "ab" * 32}

    def paint(self, poems: Sequence[Poem], *, seeds: Sequence[int]) -> list[Picture]:
        return [
            np.full((8, 8, 3), generator(seed, "grey").integers(0, 256), np.uint8) for seed in seeds
        ]

    def unseen_words(self, poem: Poem) -> list[str]:
        return ["moon"]


@dataclass
class LightJudge:
    """Holds the lighter picture for the better one."""

    models: Mapping[str, str] = field(default_factory=lambda: {"light/net": "cd" * 32})
    asked: list[str] = field(default_factory=list)
    always: float | None = None

    def score(self, pictures: Sequence[Picture], texts: Sequence[str]) -> np.ndarray:
        self.asked += texts
        light = [p.mean() / 255 if self.always is None else self.always for p in pictures]
        return np.array(light, np.float32)[:, None].repeat(len(texts), 1)


def painter(count: int, judge: LightJudge | None = None) -> CandidatePainter:
    return CandidatePainter(GreyPainter(), judge or LightJudge(), count)


def test_the_best_match_is_kept_with_every_seed_and_score() -> None:
    judge = LightJudge()
    chosen = painter(6, judge).choose(POEM, seed=3)
    assert judge.asked == [POEM.text]
    assert len(chosen.seeds) == len(chosen.scores) == 6
    assert chosen.scores[chosen.kept] == max(chosen.scores) > min(chosen.scores)
    (alone,) = GreyPainter().paint([POEM], seeds=[chosen.seeds[chosen.kept]])
    assert np.array_equal(chosen.picture, alone)


def test_more_candidates_only_add_to_those_before() -> None:
    assert candidate_seeds(9, 5)[:3] == candidate_seeds(9, 3)
    assert candidate_seeds(9, 1) == [9]
    assert len(set(candidate_seeds(9, 64))) == 64
    scores = [max(painter(n).choose(POEM, seed=4).scores) for n in (1, 2, 4, 8)]
    assert scores == sorted(scores)


def test_one_candidate_is_the_painters_own_picture() -> None:
    (one,) = painter(1).paint([POEM], seeds=[5])
    (own,) = GreyPainter().paint([POEM], seeds=[5])
    assert np.array_equal(one, own)


def test_of_equal_matches_the_first_is_kept() -> None:
    assert painter(4, LightJudge(always=0.25)).choose(POEM, seed=1).kept == 0


def test_a_picture_depends_on_its_own_poem_and_seed_alone() -> None:
    together = painter(3).paint([POEM, POEM, POEM], seeds=[1, 2, 3])
    for seed, picture in zip((1, 2, 3), together, strict=True):
        assert np.array_equal(painter(3).paint([POEM], seeds=[seed])[0], picture)


def test_the_files_of_the_painter_and_of_the_judge_are_named() -> None:
    assert painter(2).models == {"grey/net": "ab" * 32, "light/net": "cd" * 32}
    assert painter(2).unseen_words(POEM) == ["moon"]


@pytest.mark.parametrize("count", [0, -1, 65])
def test_a_count_out_of_range_is_refused(count: int) -> None:
    with pytest.raises(UserError, match=f"painter.candidates: {count} is outside 1 to 64"):
        painter(count)


def test_poems_and_seeds_that_do_not_pair_up_are_refused() -> None:
    with pytest.raises(UserError, match="2 poems and 1 seeds"):
        painter(2).paint([POEM, POEM], seeds=[1])
