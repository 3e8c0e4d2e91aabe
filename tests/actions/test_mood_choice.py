"""Whose choice the mood is: the user's, the artist's, the seed's or the poem's."""

from __future__ import annotations

from pathlib import Path

import pytest

from haiga.actions.compose import Request, plan_beginning
from haiga.actions.makers import Makers
from haiga.actions.mood_choice import check_mood
from haiga.core.config import load_artist
from haiga.core.errors import UserError
from haiga.core.moods import MOODS
from haiga.core.nouns import Mood
from haiga.engine import local


def moods_of(artist_file: Path, lines: str, asked: str | None = None) -> list[Mood]:
    """The moods of eight seeds for an artist whose [mood] table has these lines too."""
    text = artist_file.read_text()
    artist_file.write_text(
        text.replace('[mood]\nuse = "fake.v1"\n', f'[mood]\nuse = "fake.v1"\n{lines}\n')
    )
    plan = plan_beginning(Makers(load_artist(artist_file)), Request(mood=asked))
    return [local.run(plan, seed).values["mood"] for seed in range(8)]


def test_a_mood_is_read_from_the_poem_with_its_reason(artist_file: Path) -> None:
    moods = moods_of(artist_file, "")
    assert len({mood.name for mood in moods}) > 1
    assert all("sounds like it" in mood.reason for mood in moods)


def test_a_random_mood_is_drawn_by_the_seed_and_says_so(artist_file: Path) -> None:
    moods = moods_of(artist_file, 'mode = "random"')
    assert len({mood.name for mood in moods}) > 1
    assert {mood.reason for mood in moods} == {"it was drawn at random"}
    assert moods == moods_of(artist_file, "")


def test_a_random_mood_is_one_of_those_allowed(artist_file: Path) -> None:
    moods = moods_of(artist_file, 'mode = "random"\nmoods = ["love", "fear"]')
    assert {mood.name for mood in moods} == {"love", "fear"}


def test_an_artist_may_work_in_one_mood_always(artist_file: Path) -> None:
    moods = moods_of(artist_file, 'mode = "regret"')
    assert {mood.name for mood in moods} == {"regret"}
    assert "always" in moods[0].reason


def test_what_is_asked_goes_before_what_the_artist_does(artist_file: Path) -> None:
    moods = moods_of(artist_file, 'mode = "regret"', asked="trust")
    assert {mood.name for mood in moods} == {"trust"}


def test_a_mood_that_is_not_allowed_gives_way_to_the_nearest_that_is(artist_file: Path) -> None:
    read = moods_of(artist_file, "")
    text = artist_file.read_text()
    artist_file.write_text(text.replace('"fake.v1"\n\n\n[stylist]', '"fake.v1"\n\n[stylist]'))
    kept = moods_of(artist_file, 'moods = ["happiness", "sadness"]')
    for before, after in zip(read, kept, strict=True):
        assert after.name in ("happiness", "sadness")
        if before.valence > 0.5:
            assert after.name == "happiness"
        if before.valence < -0.5 and MOODS[before.name].arousal < 0:
            assert after.name == "sadness"
        assert "nearest" in after.reason or after.name == before.name


def test_the_painting_decides_where_the_artist_says_so(artist_file: Path) -> None:
    moods = moods_of(artist_file, 'mode = "from-picture"\nmoods = ["love", "sadness", "fear"]')
    assert {mood.name for mood in moods} <= {"love", "sadness", "fear"}
    assert all(mood.reason.startswith("the painting is ") for mood in moods)


def test_a_mode_may_be_asked_for_once(artist_file: Path) -> None:
    assert "drawn" in moods_of(artist_file, 'mode = "regret"', asked="random")[0].reason
    assert "sounds like it" in moods_of(artist_file, "", asked="from-poem")[0].reason


def test_what_is_asked_is_a_mode_a_mood_or_refused_with_near_names() -> None:
    assert check_mood(" From-Picture ") == "from-picture"
    assert check_mood("melancholic") == "sadness"
    assert check_mood(None) is None
    with pytest.raises(UserError, match="no mood or mode named 'from-pictur'; did you mean"):
        check_mood("from-pictur")
