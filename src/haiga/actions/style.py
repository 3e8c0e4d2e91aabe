"""Put a picture into the colours and strokes of an artwork."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haiga.actions.compose import restyle_step, style_for_mood
from haiga.actions.inputs import PictureInput, read_input
from haiga.actions.makers import Makers
from haiga.actions.recipe import Recipe, digest, write_recipe
from haiga.actions.targets import check_not_input, check_target
from haiga.core.errors import UserError
from haiga.core.moods import mood_named
from haiga.core.nouns import Picture, Style
from haiga.engine import local
from haiga.engine.plan import Pipeline, Step
from haiga.media.pictures import write_png

Listener = Callable[[local.Event], None]


@dataclass(frozen=True)
class Styled:
    """A restyled picture on disk and the artwork it follows."""

    path: Path
    seed: int
    style: Style
    strength: float
    seconds: float


def restyle_file(
    makers: Makers,
    source: Path,
    *,
    mood: str | None,
    like: Path | None,
    strength: float | None,
    seed: int,
    out: Path,
    on_event: Listener = lambda event: None,
) -> Styled:
    """Restyle a picture file after an artwork of a mood, or like another picture, as a PNG.

    Raises `UserError` unless exactly one of `mood` and `like` is given and
    `strength` (the artist's own when none) lies in [0, 1], and `BadPicture`
    for files that are no pictures, before anything is made.
    """
    if (mood is None) == (like is None):
        raise UserError("give either --mood or --like: a mood, or a picture to follow")
    force = makers.artist.stylist.strength if strength is None else strength
    if not 0 <= force <= 1:
        raise UserError(f"strength: must be from 0 to 1, not {force:g}")
    check_not_input(out, source, *([like] if like else []))
    check_target(out)
    named = mood_named(mood, "it was asked for").name if mood is not None else None
    picture = read_input(source)
    follow = read_input(like) if like is not None else None
    styled, style, recipe, seconds = make_styled(
        makers, picture, named, follow, force, seed, on_event
    )
    write_png(out, styled, recipe=recipe.for_file("styled"))
    return Styled(out, seed, style, force, seconds)


def make_styled(
    makers: Makers,
    picture: PictureInput,
    mood: str | None,
    like: PictureInput | None,
    strength: float,
    seed: int,
    on_event: Listener = lambda event: None,
) -> tuple[Picture, Style, Recipe, float]:
    """The restyled picture, its style, its recipe and the seconds it took; writes nothing."""

    def work(inputs: Mapping[str, Any], step_seed: int) -> Style:
        if like is not None:
            return makers.stylist.read_style(like.picture)
        assert mood is not None
        return style_for_mood(makers, mood_named(mood, "it was asked for"), step_seed, ())

    choice = makers.artist.stylist
    style_step = Step(
        "style",
        work,
        role="stylist",
        use=choice.use,
        settings=choice.settings,
        models=lambda: makers.stylist.models,
    )
    plan = Pipeline((style_step, restyle_step(makers, strength, "picture")), given=("picture",))
    given = {"picture": picture.picture}
    run = local.run(plan, seed, given=given, digest=digest, on_event=on_event)
    styled: Picture = run.values["styled"]
    recipe = write_recipe(
        "style",
        seed,
        request={
            "mood": mood,
            "like": like.table() if like else None,
            "strength": strength,
            "picture": picture.table(),
        },
        artist=makers.artist.model_dump(mode="json"),
        provenance=list(run.provenance.values()),
        pictures={"styled": styled},
    )
    return styled, run.values["style"], recipe, sum(run.seconds.values())
