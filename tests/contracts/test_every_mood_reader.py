"""The laws of `MoodReader`."""

from typing import Any

import pytest

from haiga.core.errors import UserError
from haiga.core.moods import MOODS
from haiga.core.nouns import Poem


def test_every_mood_is_of_the_vocabulary_and_has_a_reason(
    mood_reader: Any, poems: list[Poem]
) -> None:
    moods = mood_reader.read(poems, seeds=[1, 2, 3])
    assert len(moods) == 3
    for mood in moods:
        assert mood.name in MOODS
        assert (mood.valence, mood.arousal) == (
            MOODS[mood.name].valence,
            MOODS[mood.name].arousal,
        )
        assert mood.reason


def test_the_same_poem_and_seed_have_the_same_mood(mood_reader: Any, poems: list[Poem]) -> None:
    assert mood_reader.read(poems, seeds=[1, 2, 3]) == mood_reader.read(poems, seeds=[1, 2, 3])


def test_a_mood_does_not_depend_on_its_batch(mood_reader: Any, poems: list[Poem]) -> None:
    together = mood_reader.read(poems, seeds=[1, 2, 3])
    alone = [mood_reader.read([p], seeds=[s])[0] for p, s in zip(poems, (1, 2, 3), strict=True)]
    assert together == alone


def test_joy_is_more_pleasant_than_grief(mood_reader: Any) -> None:
    glad, sad = mood_reader.read(
        [
            Poem(
                ("children laugh and dance", "happy in the bright spring sun", "what a joyful day")
            ),
            Poem(("my mother is dead", "weeping at the lonely grave", "cold rain and sorrow")),
        ],
        seeds=[1, 1],
    )
    assert glad.valence > sad.valence


def test_nothing_asked_is_nothing_read(mood_reader: Any) -> None:
    assert mood_reader.read([], seeds=[]) == []


def test_poems_and_seeds_must_be_as_many(mood_reader: Any, poems: list[Poem]) -> None:
    with pytest.raises((UserError, ValueError)):
        mood_reader.read(poems, seeds=[1])


@pytest.mark.parametrize("text", ["", "雪", "zzyzx", "!?", "snow " * 500])
def test_any_text_has_a_mood(mood_reader: Any, text: str) -> None:
    (mood,) = mood_reader.read([Poem((text,))], seeds=[1])
    assert mood.name in MOODS
