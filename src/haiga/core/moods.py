"""The fixed vocabulary of moods: the twenty categories of the WikiArt Emotions Dataset.

Names after Mohammad and Kiritchenko, "WikiArt Emotions: An Annotated Dataset
of Emotions Evoked by Art" (LREC 2018): six positive, eight negative, six other
or mixed. Their places in valence, arousal and dominance are our own, after
Russell's circumplex and Mehrabian's pleasure, arousal and dominance.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from haiga.core.errors import UserError
from haiga.core.nouns import Mood
from haiga.core.suggest import hint


@dataclass(frozen=True)
class MoodEntry:
    """One mood of the vocabulary; valence, arousal and dominance in [-1, 1]."""

    valence: float
    arousal: float
    dominance: float
    description: str


VOCABULARY: dict[str, MoodEntry] = {
    "gratitude": MoodEntry(0.75, -0.10, -0.05, "thankfulness, a gift received"),
    "happiness": MoodEntry(0.90, 0.30, 0.40, "joy, delight, play, calm content"),
    "humility": MoodEntry(0.25, -0.60, -0.45, "simplicity, small and plain things"),
    "love": MoodEntry(0.90, 0.15, 0.10, "tenderness, affection, closeness"),
    "optimism": MoodEntry(0.70, 0.25, 0.45, "hope, a beginning, light to come"),
    "trust": MoodEntry(0.60, -0.35, 0.30, "calm confidence, shelter, what lasts"),
    "anger": MoodEntry(-0.70, 0.85, 0.45, "rage, storm, fire that breaks out"),
    "arrogance": MoodEntry(-0.30, 0.40, 0.70, "pride, splendour, what looks down"),
    "disgust": MoodEntry(-0.75, 0.40, 0.10, "aversion, rot, what one turns from"),
    "fear": MoodEntry(-0.75, 0.75, -0.50, "dread, darkness, something near"),
    "pessimism": MoodEntry(-0.65, -0.15, -0.30, "no hope, fading, what will not return"),
    "regret": MoodEntry(-0.55, -0.20, -0.45, "looking back, what was left undone"),
    "sadness": MoodEntry(-0.75, -0.45, -0.55, "grief, loneliness, loss"),
    "shame": MoodEntry(-0.70, 0.15, -0.65, "hiding, a fault one carries"),
    "agreeableness": MoodEntry(0.50, -0.25, 0.05, "friendliness, ease, mild weather"),
    "anticipation": MoodEntry(0.35, 0.50, 0.20, "waiting, buds, a road ahead"),
    "disagreeableness": MoodEntry(-0.45, 0.25, 0.25, "harshness, quarrel, bitter air"),
    "shyness": MoodEntry(-0.10, -0.35, -0.60, "shrinking back, half hidden"),
    "surprise": MoodEntry(0.30, 0.80, 0.00, "suddenness, wonder, a sound in stillness"),
    "neutral": MoodEntry(0.00, -0.25, 0.00, "plain seeing, nothing leans either way"),
}

MOODS: dict[str, Mood] = {
    name: Mood(name, entry.valence, entry.arousal) for name, entry in VOCABULARY.items()
}
"""Every mood by its name, without a reason."""


_SYNONYMS = {
    "gratitude": "grateful thankful thankfulness",
    "happiness": "happy joy joyful joyous cheerful glad gladness merry playful",
    "humility": "humble simple modest quiet",
    "love": "loving tender tenderness romantic affectionate",
    "optimism": "optimistic hopeful hope uplifting",
    "trust": "trusting peaceful peace serene serenity safe tranquil",
    "anger": "angry rage furious stormy",
    "arrogance": "arrogant proud pride",
    "disgust": "disgusted disgusting",
    "fear": "afraid fearful scared scary dread tense anxious",
    "pessimism": "pessimistic hopeless gloomy gloom bleak despair",
    "regret": "regretful nostalgic nostalgia wistful",
    "sadness": "sad melancholy melancholic lonely sorrow mournful",
    "shame": "ashamed guilty guilt",
    "agreeableness": "agreeable calm friendly pleasant gentle mild",
    "anticipation": "expectant waiting",
    "disagreeableness": "disagreeable harsh bitter",
    "shyness": "shy timid",
    "surprise": "surprised surprising energetic wonder lively",
    "neutral": "plain none",
}

SYNONYMS: dict[str, str] = {
    word: mood for mood, words in _SYNONYMS.items() for word in words.split()
}
"""Everyday words, each with the mood of the vocabulary that is meant."""


def known_mood(name: str) -> str | None:
    """The mood meant by a name or an everyday word, case aside; None where there is none.

    Of several words ("Sad/Melancholic") the first that is known counts.
    """
    keys: list[str] = [name.strip().lower(), *re.findall(r"[a-z]+", name.lower())]
    for key in keys:
        if key in MOODS:
            return key
        if key in SYNONYMS:
            return SYNONYMS[key]
    return None


def mood_named(name: str, reason: str) -> Mood:
    """The mood of that name, or of that everyday word, with a reason.

    UserError offers the nearest names.
    """
    key = name.strip().lower()
    key = SYNONYMS.get(key, key)
    if key not in MOODS:
        raise UserError(f"no mood named '{name}'; {hint(name, MOODS, label='moods')}")
    entry = VOCABULARY[key]
    return Mood(key, entry.valence, entry.arousal, reason)
