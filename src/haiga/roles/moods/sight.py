"""Reading the mood of a picture from its colours and its arrangement (`sight.v1`).

What is measured is in `features.affect`; here it becomes a mood of the vocabulary
and a reason in words. No network, and nothing that was fitted to labelled pictures:
a regression on the few there are did no better (`benchmarks/moods.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import erf, sqrt

from haiga.core.moods import MOODS, VOCABULARY
from haiga.core.nouns import Mood, Picture
from haiga.features.affect import Affect, affect_measures, measured_affect

_SAID: Mapping[str, tuple[str, str]] = {
    "bright": ("darker", "brighter"),
    "saturated": ("more muted", "more colourful"),
    "hard": ("softer in its colours", "more sombre in its colours"),
    "middle": ("darker in the middle", "lighter in the middle"),
    "detail": ("emptier", "fuller of detail"),
    "slanted": ("with fewer slanted lines", "with more slanted lines"),
    "level": ("with fewer level lines", "with more level lines"),
    "active": ("quieter in its colours", "livelier in its colours"),
    "red": ("less red", "redder"),
    "blue": ("less blue", "bluer"),
    "yellow": ("less yellow", "yellower"),
}
"""Each measure in words: where it is low, and where it is high."""

_PLEASES: Mapping[str, float] = {
    "bright": 0.69, "saturated": 0.22, "hard": -0.4, "middle": 0.3, "blue": 0.07, "yellow": -0.07,
}  # fmt: skip
_STIRS: Mapping[str, float] = {
    "bright": -0.31, "saturated": 0.6, "detail": 0.5, "slanted": 0.3, "level": -0.3,
    "active": 0.2, "red": 0.1,
}  # fmt: skip
"""What each counts in `features.affect.measured_affect`, to say what decided."""


def read_picture_mood(picture: Picture, allowed: Sequence[str] = ()) -> Mood:
    """The mood of a picture among those allowed (none named: all), and why.

    Its valence and arousal are the picture's own, not those of the mood's name.
    """
    measures = affect_measures(picture)
    affect = measured_affect(measures)
    name = nearest_mood(affect, allowed)
    valence, arousal = round(affect.valence, 3), round(affect.arousal, 3)
    return Mood(name, valence, arousal, reason_for(measures))


def nearest_mood(affect: Affect, allowed: Sequence[str] = ()) -> str:
    """The allowed mood (none named: all) nearest in valence, arousal and dominance."""

    def distance(name: str) -> float:
        entry = VOCABULARY[name]
        return (
            (entry.valence - affect.valence) ** 2
            + (entry.arousal - affect.arousal) ** 2
            + 0.1
            * (entry.dominance - affect.dominance) ** 2  # dark pictures rule, and sad ones do not
        )

    return min(allowed or MOODS, key=distance)


def reason_for(measures: Mapping[str, float]) -> str:
    """What decided, in words: "brighter than 88 of 100 paintings, which is pleasant; …"."""
    affect = measured_affect(measures)
    pleasing = _decisive(measures, _PLEASES, affect.valence, "bright")
    stirring = _decisive(measures, _STIRS, affect.arousal, "detail")
    feeling = _either(affect.valence, "gloomy", "pleasant")
    pace = _either(affect.arousal, "calm", "stirring")
    first, *others = [f"{what} than {among}" for what, among in (*pleasing, *stirring)]
    said = [f"{first} of 100 paintings", *others]
    pleased, stirred = " and ".join(said[: len(pleasing)]), " and ".join(said[len(pleasing) :])
    return f"{pleased}, which is {feeling}; {stirred}, which is {pace}"


def _either(value: float, low: str, high: str) -> str:
    if abs(value) < 0.12:
        return f"neither {low} nor {high}"
    return high if value > 0 else low


def _decisive(
    measures: Mapping[str, float], weights: Mapping[str, float], total: float, instead: str
) -> list[tuple[str, int]]:
    """The one or two measures that pull most the way the whole went, in words, with their rank."""
    sign = 1.0 if total >= 0 else -1.0
    pull = {name: sign * weight * measures[name] for name, weight in weights.items()}
    best = sorted((name for name in pull if pull[name] > 0.1), key=lambda name: -pull[name])
    return [_said(name, measures[name]) for name in best[:2] or [instead]]


def _said(name: str, z: float) -> tuple[str, int]:
    """How a measure compares, and with how many of 100 paintings, by a normal spread of them."""
    low, high = _SAID[name]
    return high if z >= 0 else low, min(99, round(50 * (1 + erf(abs(z) / sqrt(2)))))
