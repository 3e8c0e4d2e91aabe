"""The mood of a piece: asked for, drawn, always the same, or read from poem or painting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from haiga.actions.makers import Makers
from haiga.core.config import FROM_PICTURE, FROM_POEM, MODES, RANDOM, Artist
from haiga.core.errors import UserError
from haiga.core.moods import MOODS, mood_named
from haiga.core.nouns import Mood, Picture
from haiga.core.seeds import generator
from haiga.core.suggest import hint
from haiga.engine.plan import Step

SIGHT = "sight.v1"
"""The name that recipes give the reading of a painting's mood (`roles.moods.sight`)."""


def check_mood(asked: str | None) -> str | None:
    """What was asked as recipes keep it: a mood of the vocabulary, a mode, or nothing.

    Raises `UserError` for anything else.
    """
    if asked is None:
        return None
    key = asked.strip().lower()
    if key in MODES:
        return key
    try:
        return mood_named(asked, "").name
    except UserError:
        near = hint(asked, [*MODES, *MOODS], label="moods and modes")
        raise UserError(f"no mood or mode named '{asked}'; {near}") from None


def mood_mode(makers: Makers, asked: str | None) -> str:
    """How the mood of a piece comes about: a mode, or the name of the mood it has."""
    return asked if asked is not None else makers.artist.mood.mode


def mood_step(makers: Makers, asked: str | None) -> Step:
    """The mood of a piece, as asked or as the artist chooses moods.

    It reads the step `poem`, or `painting` where the mood is the painting's.
    """
    artist = makers.artist
    mode = mood_mode(makers, asked)
    if mode == RANDOM:
        return Step("mood", lambda inputs, seed: drawn_mood(artist, seed), ("poem",))
    if mode == FROM_PICTURE:
        return Step(
            "mood",
            lambda inputs, seed: seen_mood(artist, inputs["painting"]),
            ("painting",),
            use=SIGHT,
        )
    if mode != FROM_POEM:
        reason = "it was asked for" if asked else f"it is the mood {artist.name} always works in"
        mood = mood_named(mode, reason)
        return Step("mood", lambda inputs, seed: mood, ("poem",), settings={"mood": mood.name})

    def work(inputs: Mapping[str, Any], seed: int) -> Mood:
        (mood,) = makers.mood_reader.read([inputs["poem"]], seeds=[seed])
        return _allowed(artist, mood)

    return Step(
        "mood",
        work,
        ("poem",),
        role="mood",
        use=artist.mood.use,
        settings=artist.mood.settings,
        models=lambda: makers.mood_reader.models,
    )


def seen_mood(artist: Artist, picture: Picture) -> Mood:
    """The mood of a picture among those the artist works in, with its reason."""
    from haiga.roles.moods.sight import read_picture_mood

    mood = read_picture_mood(picture, artist.mood.moods)
    return replace(mood, reason=f"the painting is {mood.reason}")


def picture_mood(artist: Artist, asked: str, picture: Picture, seed: int) -> Mood:
    """The mood that a picture which is to be restyled gets: a named one, drawn, or its own.

    Raises `UserError` for `from-poem`: there is none.
    """
    if asked == FROM_PICTURE:
        return seen_mood(artist, picture)
    if asked == RANDOM:
        return drawn_mood(artist, seed)
    if asked == FROM_POEM:
        raise UserError("--mood from-poem: there is no poem here; from-picture reads the picture")
    return mood_named(asked, "it was asked for")


def drawn_mood(artist: Artist, seed: int) -> Mood:
    """A mood that the seed draws of those the artist works in."""
    names = list(artist.mood.moods or sorted(MOODS))
    name = names[int(generator(seed, "mood").integers(len(names)))]
    return mood_named(name, "it was drawn at random")


def _allowed(artist: Artist, mood: Mood) -> Mood:
    """The mood itself, or the nearest of those the artist works in, in valence and arousal."""
    if not artist.mood.moods or mood.name in artist.mood.moods:
        return mood

    def distance(name: str) -> float:
        other = MOODS[name]
        return (other.valence - mood.valence) ** 2 + (other.arousal - mood.arousal) ** 2

    nearest = min(artist.mood.moods, key=distance)
    reason = f"{mood.reason}; of {artist.name}'s moods it is nearest to {mood.name}"
    return mood_named(nearest, reason)
