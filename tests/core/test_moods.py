"""The vocabulary of moods."""

from __future__ import annotations

import pytest

from haiga.core.errors import UserError
from haiga.core.moods import MOODS, SYNONYMS, VOCABULARY, known_mood, mood_named


def test_there_are_the_twenty_categories_of_the_wikiart_emotions_dataset() -> None:
    assert set(MOODS) == {
        "gratitude", "happiness", "humility", "love", "optimism", "trust",
        "anger", "arrogance", "disgust", "fear", "pessimism", "regret", "sadness", "shame",
        "agreeableness", "anticipation", "disagreeableness", "shyness", "surprise", "neutral",
    }  # fmt: skip


def test_positive_moods_are_pleasant_and_negative_ones_are_not() -> None:
    for name in ("gratitude", "happiness", "humility", "love", "optimism", "trust"):
        assert MOODS[name].valence > 0, name
    for name in ("anger", "arrogance", "disgust", "fear", "pessimism", "regret", "sadness"):
        assert MOODS[name].valence < 0, name


def test_no_two_moods_share_a_place_and_all_lie_within_bounds() -> None:
    places = {(e.valence, e.arousal, e.dominance) for e in VOCABULARY.values()}
    assert len(places) == len(VOCABULARY)
    assert all(-1 <= value <= 1 for place in places for value in place)


def test_a_mood_is_found_whatever_its_case_and_carries_the_given_reason() -> None:
    mood = mood_named(" Sadness ", "because")
    assert (mood.name, mood.reason) == ("sadness", "because")


def test_an_unknown_mood_is_refused_with_the_nearest_names() -> None:
    with pytest.raises(UserError, match="no mood named 'hapiness'; did you mean 'happiness'"):
        mood_named("hapiness", "")


def test_everyday_words_are_taken_for_the_mood_they_mean() -> None:
    assert mood_named("Calm", "").name == "agreeableness"
    assert known_mood("Reflective/Nostalgic") == "regret"
    assert known_mood("Sad/Melancholic") == "sadness"
    assert known_mood("gloopy") is None
    assert set(SYNONYMS.values()) == set(MOODS)
    assert not set(SYNONYMS) & set(MOODS)
