"""The score by which one draft of many is kept: a few stated parts, each roughly in [0, 1]."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from haiga.features.seasons import season_of_text
from haiga.roles.poets.attested import Attested
from haiga.roles.poets.decoding import Drafts
from haiga.roles.poets.lexicon import NOUNS, Lexicon
from haiga.roles.poets.theme import Theme, Themes, mean_cosine

PARTS = {
    "fluency": 3.0,
    "attested": 2.0,
    "imagery": 0.6,
    "season": 0.3,
    "coherence": 0.6,
    "novelty": 0.3,
    "theme": 1.0,
}
"""What each part counts in the total. Set by reading samples; no part was measured alone yet."""


@dataclass(frozen=True)
class Score:
    """The parts of a draft's score, and their weighted sum."""

    parts: dict[str, float]

    @property
    def total(self) -> float:
        return sum(PARTS[name] * value for name, value in self.parts.items())


class Scorer:
    """Scores drafts, finished or not."""

    def __init__(self, lexicon: Lexicon, attested: Attested, themes: Themes) -> None:
        self.lexicon, self.attested, self.themes = lexicon, attested, themes
        self._noun = lexicon.tagged(*NOUNS)

    def score(self, drafts: Drafts, row: int, theme: Theme) -> Score:
        """The score of one draft.

        fluency: mean log-probability of its tokens under the network against their
        plain frequency (SLOR, Lau et al. 2017); grammar: how expected its parts of
        speech are; attested: share of neighbours the verse knows; imagery: things of
        the senses, against abstractions; season: one season named; coherence: mean
        cosine of its content words; shape: a finite verb in the phrase, no verb in
        the fragment, a noun to end on; novelty: words outside long attested runs;
        theme: how far it evokes what was asked.
        """
        x = self.lexicon
        tokens = np.array(drafts.tokens[row])
        log_p = np.array(drafts.log_p[row])
        word = x.is_word[tokens]
        words = tokens[word]
        slor = float(np.mean(log_p[word] - x.log_rate[words]))
        plain = float(np.mean(log_p))
        seen = np.array(drafts.near[row])[word]
        return Score(
            {
                "fluency": 0.5 * _squash(slor, 0.0, 5.0) + 0.5 * _squash(plain, -5.5, -2.0),
                "attested": _squash(float(np.mean(seen)), -0.5, 2.0),
                "imagery": self._imagery(words),
                "season": self._season(words, theme),
                "coherence": self._coherence(words),
                "novelty": self._novelty(tokens),
                "theme": self._theme(words, theme),
            }
        )

    def _imagery(self, words: npt.NDArray[np.int64]) -> float:
        x = self.lexicon
        things = len({int(x.stem[w]) for w in words if x.images[w] and self._noun[w] > 0.5})
        abstract = int(x.abstract[words].sum())
        crowded = max(0, things - 4)
        return float(np.clip(things / 3 - 0.3 * abstract - 0.25 * crowded, 0.0, 1.0))

    def _season(self, words: npt.NDArray[np.int64], theme: Theme) -> float:
        named = {int(s) for s in self.lexicon.season[words] if s >= 0}
        if len(named) == 1:
            return 1.0
        return 0.3 if not named else 0.0

    def _coherence(self, words: npt.NDArray[np.int64]) -> float:
        rows = [self.themes.table[w] for w in words if self.themes.table[w].any()]
        return _squash(mean_cosine(rows), 0.0, 0.2)

    def _novelty(self, tokens: npt.NDArray[np.int64]) -> float:
        x = self.lexicon
        bare = tokens[(tokens != x.newline)]
        if len(bare) < 4:
            return 1.0
        triples = np.lib.stride_tricks.sliding_window_view(bare, 3)
        seen = self.attested.has_triple(triples)
        return float(1.0 - np.mean(seen[:-1] & seen[1:]))

    def _theme(self, words: npt.NDArray[np.int64], theme: Theme) -> float:
        if not theme.about:
            return _squash(float(theme.likeness[words].max(initial=0.0)), 0.0, 0.6)
        likeness = np.sort(theme.likeness[words])[::-1]
        used = set(map(int, words)) & set(theme.asked)
        evoked = _squash(float(likeness[:3].mean()), 0.1, 0.6)
        return 2.5 * float(min(1.0, 0.4 * evoked + 0.6 * len(used) / max(1, len(theme.asked))))

    def season_name(self, words: list[str]) -> str | None:
        """The season a finished poem names."""
        return season_of_text(words)


def _squash(value: float, low: float, high: float) -> float:
    return float(np.clip((value - low) / (high - low), 0.0, 1.0))
