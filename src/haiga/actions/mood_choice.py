"""The mood of a piece: asked for, drawn, always the same, or read from the poem."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from haiga.actions.makers import Makers
from haiga.core.config import FROM_POEM, RANDOM, Artist
from haiga.core.moods import MOODS, mood_named
from haiga.core.nouns import Mood
from haiga.core.seeds import generator
from haiga.engine.plan import Step


def mood_step(makers: Makers, asked: str | None) -> Step:
    """The mood of the poem, as asked or as the artist chooses moods."""
    artist = makers.artist
    mode = artist.mood.mode
    if asked is not None:
        mood = mood_named(asked, "it was asked for")
        return Step("mood", lambda inputs, seed: mood, ("poem",), settings={"mood": mood.name})
    if mode == RANDOM:
        return Step("mood", lambda inputs, seed: _drawn(artist, seed), ("poem",))
    if mode != FROM_POEM:
        mood = mood_named(mode, f"it is the mood {artist.name} always works in")
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


def _drawn(artist: Artist, seed: int) -> Mood:
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
