"""The score by which one draft of many is kept: a few stated parts, each in [0, 1]."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from haiga.core.forms import Form
from haiga.features.rhyme import richness
from haiga.roles.poets.agreement import disagreements
from haiga.roles.poets.drafts import Drafts
from haiga.roles.poets.steering import Steer
from haiga.roles.poets.theme import mean_cosine
from haiga.roles.poets.vocabulary import Vocabulary

PARTS = {
    "fluency": 5.0,
    "weakest": 2.0,
    "agreement": 3.0,
    "breaks": 1.0,
    "closing": 1.0,
    "distinct": 1.0,
    "imagery": 0.6,
    "coherence": 0.6,
    "rhyme": 1.0,
    "landing": 1.5,
    "theme": 1.5,
    "season": 0.5,
}
"""What each part counts in the total."""


@dataclass(frozen=True)
class Score:
    """The parts of a draft's score, and their weighted sum."""

    parts: dict[str, float]

    @property
    def total(self) -> float:
        return sum(PARTS[name] * value for name, value in self.parts.items())


class Ranker:
    """Scores drafts, finished or not.

    fluency: the words' mean log-probability under the network, three fifths of it against how
    common each word is (SLOR, Lau et al. 2017); weakest: the least likely words, by
    which most nonsense is known; agreement: halved by each verb that is not in the
    number of its subject; breaks: how ready the network was to end each line
    where it ends; closing: the same for the poem's end; distinct: different words of
    meaning; imagery: things of the senses, against abstractions; coherence: mean cosine
    of the content words; rhyme: how rich the rhymes are; landing: how likely the words
    were that had to rhyme; theme: how far it names or
    evokes what was asked, or the picture it started from; season: the season asked
    for named and no other. A part that a poem cannot have is 0 in all its drafts.
    """

    def __init__(self, vocabulary: Vocabulary, table: npt.NDArray[np.float32], form: Form) -> None:
        self._v, self._table, self._form = vocabulary, table, form

    def score(self, drafts: Drafts, row: int, steer: Steer) -> Score:
        """The score of one draft."""
        v = self._v
        tokens = np.array(drafts.tokens[row], np.int64)
        fit = np.array(drafts.fit[row])
        word = v.is_word[tokens] if tokens.size else np.zeros(0, bool)
        said, chance = tokens[word], fit[word]
        if not said.size:
            return Score(dict.fromkeys(PARTS, 0.0))
        slor = float(np.mean(chance - v.log_rate[said]))
        low = np.sort(chance - np.minimum(0, v.log_rate[said] + 6))[: max(1, len(chance) // 6)]
        breaks = fit[tokens == v.newline][: len(self._form.lines) - 1]
        whole = len(drafts.ends[row]) == len(self._form.lines)
        return Score(
            {
                "fluency": 0.6 * _squash(slor, 0.0, 6.0)
                + 0.4 * _squash(float(np.mean(chance)), -6.0, -2.0),
                "weakest": _squash(float(np.mean(low)), -8.0, -3.0),
                "agreement": self._agreement(tokens),
                "breaks": _squash(float(np.mean(breaks)), -4.0, -0.3) if breaks.size else 0.0,
                "closing": _squash(drafts.closing[row], -5.0, -0.5) if whole else 0.0,
                "distinct": self._distinct(said),
                "imagery": self._imagery(said),
                "coherence": self._coherence(said),
                "rhyme": self._rhyme(drafts.ends[row]),
                "landing": self._landing(tokens, fit, drafts.ends[row]),
                "theme": self._theme(said, steer),
                "season": self._season(said, steer),
            }
        )

    def _agreement(self, tokens: npt.NDArray[np.int64]) -> float:
        v = self._v
        said = [v.words[t] for t in tokens if t != v.newline]
        return 0.5 ** disagreements(said, v.index)

    def _distinct(self, said: npt.NDArray[np.int64]) -> float:
        stems = self._v.stem[said[self._v.content[said]]]
        return len(set(stems.tolist())) / len(stems) if len(stems) else 0.0

    def _imagery(self, said: npt.NDArray[np.int64]) -> float:
        v = self._v
        content = max(1, int(v.content[said].sum()))
        things = int((v.images[said] & v.content[said]).sum())
        share = things / content
        crowded = max(0.0, share - 0.6)
        return float(np.clip(2 * share - crowded * 3 - v.abstract[said].sum() / content, 0, 1))

    def _coherence(self, said: npt.NDArray[np.int64]) -> float:
        rows = [self._table[w] for w in said if self._table[w].any()]
        return _squash(mean_cosine(rows), 0.0, 0.35)

    def _rhyme(self, ends: list[str]) -> float:
        rich = [
            richness(ends[other], ends[line])
            for line in range(len(ends))
            for other in self._form.earlier_rhymes(line)
        ]
        return float(np.mean(rich)) if rich else 0.0

    def _landing(
        self, tokens: npt.NDArray[np.int64], fit: npt.NDArray[np.float64], ends: list[str]
    ) -> float:
        v = self._v
        words = np.flatnonzero(v.is_word[tokens])
        breaks = np.flatnonzero(tokens == v.newline)
        if len(breaks) < len(ends) and (not breaks.size or words[-1] > breaks[-1]):
            breaks = np.append(breaks, len(tokens))  # ended on a stop
        first = len(ends) - len(breaks)  # lines that the opening brought whole
        landed = [
            fit[words[words < place][-1]]
            for line, place in enumerate(breaks, start=first)
            if self._form.earlier_rhymes(line) and (words < place).any()
        ]
        return _squash(float(np.mean(landed)), -9.0, -3.0) if landed else 0.0

    def _theme(self, said: npt.NDArray[np.int64], steer: Steer) -> float:
        likeness = np.sort(steer.likeness[said])[::-1]
        evoked = _squash(float(likeness[:3].mean()), 0.1, 0.6)
        if not steer.about:
            return evoked
        named = len(set(map(int, said)) & set(steer.asked)) / len(steer.asked)
        return 0.4 * evoked + 0.6 * named

    def _season(self, said: npt.NDArray[np.int64], steer: Steer) -> float:
        if steer.season < 0:
            return 0.0
        named = self._v.season[said]
        other = ((named >= 0) & (named != steer.season)).any()
        return float((named == steer.season).any() and not other)


def _squash(value: float, low: float, high: float) -> float:
    return float(np.clip((value - low) / (high - low), 0.0, 1.0))
