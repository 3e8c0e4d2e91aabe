"""The mood readers `lexicon.v1` and `lexicon.v2`: polarity of words, and what images lean to.

Polarity is VADER's (Hutto and Gilbert, ICWSM 2014), which knows feelings but no
nature; images, seasons and hours come from `imagery`. Both are added up per
mood of the vocabulary, and the reason names the words that decided. `lexicon.v2`
trusts polarity more, and gives a poem a mood against its whole less easily: it tells
glad poems from sad ones more often (`benchmarks/moods.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol, cast

from haiga.core.errors import UserError
from haiga.core.moods import MOODS, VOCABULARY, mood_named
from haiga.core.nouns import Mood, Poem
from haiga.core.seeds import generator
from haiga.core.suggest import hint
from haiga.features.seasons import season_of_text
from haiga.features.words import words
from haiga.roles.moods.imagery import NEGATIONS, SEASON_LEANS, Leaning, leaning_of, shares

FROM_POEM, RANDOM = "from-poem", "random"


@dataclass(frozen=True)
class Weights:
    """How much polarity adds to the poem's valence, and how much a mood against it loses."""

    polarity: float
    against: float


FIRST, SECOND = Weights(0.6, 0.8), Weights(1.4, 2.4)

SEEN_NOT_FELT = frozenset(
    """
    lying falling fallen fall falls low lower leave drop drops dropped cut cuts cutting sharp fire
    block blocks stuck stop stopped cold chilly heavy strike strikes sinking sunken empty
    """.split()
)
"""What VADER reads as bitter (a lying witness, falling prices) and a haiku means as seen."""


class LexiconMoodReader:
    """Reads the mood of poems, as `lexicon.v1` did from the first.

    `mode`: `from-poem`, `random` (drawn by the seed, and says so), or the name
    of a mood that every poem gets. `moods`: the only moods to choose from; all
    twenty where it is left out. Raises UserError for names it does not know.
    """

    _weights = FIRST

    def __init__(self, *, mode: str = FROM_POEM, moods: Sequence[str] | None = None) -> None:
        if mode not in (FROM_POEM, RANDOM) and mode not in MOODS:
            raise UserError(
                f"mood mode '{mode}' is neither '{FROM_POEM}', '{RANDOM}' nor a mood; "
                f"{hint(mode, [FROM_POEM, RANDOM, *MOODS], label='known')}"
            )
        for name in moods or ():
            if name not in MOODS:
                raise UserError(f"no mood named '{name}'; {hint(name, MOODS, label='moods')}")
        if moods is not None and not moods:
            raise UserError("the list of moods is empty: name at least one, or leave it out")
        self._mode = mode
        self._moods = tuple(moods) if moods else tuple(MOODS)

    @property
    def models(self) -> Mapping[str, str]:
        """None: the lexicons are part of the code."""
        return {}

    def read(self, poems: Sequence[Poem], *, seeds: Sequence[int]) -> list[Mood]:
        """One mood for each poem, with its reason."""
        if len(poems) != len(seeds):
            raise UserError(f"{len(poems)} poems and {len(seeds)} seeds: give one seed for each")
        return [self._one(poem, seed) for poem, seed in zip(poems, seeds, strict=True)]

    def _one(self, poem: Poem, seed: int) -> Mood:
        if self._mode == RANDOM:
            name = self._moods[int(generator(seed, "mood").integers(len(self._moods)))]
            return mood_named(name, "drawn at random by the seed, not read from the poem")
        if self._mode != FROM_POEM:
            return mood_named(self._mode, "asked for, not read from the poem")
        return read_mood(poem, self._moods, seed, self._weights)


class LexiconMoodReader2(LexiconMoodReader):
    """`lexicon.v2`: the same settings and lexicons, weighed anew."""

    _weights = SECOND


def read_mood(poem: Poem, allowed: Sequence[str], seed: int, weights: Weights = SECOND) -> Mood:
    """The allowed mood that the poem's words lean to most, and why.

    Each image adds its weight to its moods; polarity adds to the moods whose
    valence and arousal lie near the poem's. A poem with no leaning word is
    `neutral`, or the allowed mood nearest to it.
    """
    text = words(poem.text)
    scores: dict[str, float] = defaultdict(float)
    votes: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    valences: list[float] = []
    arousals: list[float] = []
    for i, word in enumerate(text):
        denied = bool(NEGATIONS & set(text[max(0, i - 2) : i]))
        found = leaning_of(word)
        for leaning in found:
            share = 1 / len(found) ** 0.7
            leaning = _denied(leaning) if denied else leaning
            valences.append(leaning.valence * share)
            arousals.append(leaning.arousal * share)
            for mood, weight in leaning.moods.items():
                if mood != "neutral":
                    scores[mood] += weight * share
                votes[mood][word] += weight * share
    season = season_of_text(text)
    if season:
        valence, arousal, moods = SEASON_LEANS[season]
        valences.append(0.6 * valence)
        arousals.append(0.6 * arousal)
        for mood, weight in shares(moods).items():
            scores[mood] += 0.45 * weight
    polarity = polarity_of(poem.text) if text else 0.0
    if not valences and abs(polarity) < 0.05:
        return mood_named(_nearest(0.0, -0.25, allowed), "no word in it leans to any mood")
    count = max(1.0, len(valences) ** 0.75)
    v = max(-1.0, min(1.0, sum(valences) / count + weights.polarity * polarity))
    a = max(-1.0, min(1.0, sum(arousals) / count))
    rng = generator(seed, "mood")
    for mood in allowed:
        entry = VOCABULARY[mood]
        near = (entry.valence - v) ** 2 + 0.7 * (entry.arousal - a) ** 2
        scores[mood] += 0.9 * max(0.0, 1 - near / 0.8) + 0.12 * float(rng.random())
        if entry.valence * v < -0.1:  # the poem as a whole pulls the other way
            scores[mood] -= weights.against * abs(v)
    name = max(allowed, key=lambda mood: scores[mood])
    return mood_named(name, _reason(name, votes[name], season, polarity))


def _denied(leaning: Leaning) -> Leaning:
    """What is left of an image that is denied ("no star"): a shadow of its opposite."""
    moods = "sadness regret" if leaning.valence > 0 else "trust agreeableness"
    return Leaning(-0.5 * leaning.valence, 0.5 * leaning.arousal, shares(moods))


def _reason(name: str, votes: Mapping[str, float], season: str | None, polarity: float) -> str:
    best = sorted(votes, key=lambda word: -votes[word])[:3]
    parts = []
    if best:
        quoted = [f"'{word}'" for word in best]
        listed = quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + f" and {quoted[-1]}"
        parts.append(f"{listed} {'leans' if len(best) == 1 else 'lean'} to {name}")
    else:
        parts.append(f"its words together lie nearest to {name}")
    if season:
        parts.append(season)
    if abs(polarity) >= 0.3:
        parts.append("its words are " + ("warm" if polarity > 0 else "bitter"))
    return "; ".join(parts)


def _nearest(valence: float, arousal: float, allowed: Sequence[str]) -> str:
    def distance(name: str) -> float:
        entry = VOCABULARY[name]
        return (entry.valence - valence) ** 2 + (entry.arousal - arousal) ** 2

    return min(allowed, key=distance)


def polarity_of(text: str) -> float:
    """How warm (1) or bitter (-1) the words are by VADER's lexicon alone."""
    return float(_vader().polarity_scores(text)["compound"])


class _Polarity(Protocol):
    def polarity_scores(self, text: str) -> dict[str, float]: ...


@cache
def _vader() -> _Polarity:
    """VADER's analyser, read once per process (its lexicon takes some milliseconds)."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyzer = SentimentIntensityAnalyzer()
    for word in SEEN_NOT_FELT:
        analyzer.lexicon.pop(word, None)
    return cast(_Polarity, analyzer)
