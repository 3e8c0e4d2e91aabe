"""Put a picture into the colours and strokes of an artwork."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haiga.actions.compose import restyle_step, style_for_mood
from haiga.actions.inputs import PictureInput, read_input
from haiga.actions.makers import Makers
from haiga.actions.mood_choice import check_mood, picture_mood
from haiga.actions.recipe import Recipe, digest, write_recipe
from haiga.actions.style_banks import named_style
from haiga.actions.targets import check_not_input, check_target
from haiga.core.errors import UserError
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
    named = check_mood(mood)
    picture = read_input(source)
    work_id = like_id(makers, like)
    follow = read_input(like) if like is not None and work_id is None else None
    styled, style, recipe, seconds = make_styled(
        makers, picture, named, follow, force, seed, on_event, work_id
    )
    write_png(out, styled, recipe=recipe.for_file("styled"))
    return Styled(out, seed, style, force, seconds)


def like_id(makers: Makers, like: Path | None) -> str | None:
    """The id of the artwork of the bank that `--like` names; None where it is a picture's file."""
    if like is None or like.exists() or like.name != str(like):
        return None
    known = {style.id for style in makers.stylist.styles()}
    if str(like) in known or not like.suffix:
        return named_style(makers.stylist.styles(), str(like)).id
    return None


def make_styled(
    makers: Makers,
    picture: PictureInput,
    mood: str | None,
    like: PictureInput | None,
    strength: float,
    seed: int,
    on_event: Listener = lambda event: None,
    work_id: str | None = None,
) -> tuple[Picture, Style, Recipe, float]:
    """The restyled picture, its style, its recipe and the seconds it took; writes nothing.

    The style is like the picture `like`, that of the artwork `work_id` of the bank, or
    one for `mood`: a mood, or `random` or `from-picture`.
    """

    def work(inputs: Mapping[str, Any], step_seed: int) -> Style:
        if like is not None:
            return makers.stylist.read_style(like.picture)
        if work_id is not None:
            return named_style(makers.stylist.styles(), work_id)
        assert mood is not None
        asked = picture_mood(makers.artist, mood, picture.picture, step_seed)
        return style_for_mood(makers, asked, step_seed, ())

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
            "work": work_id,
            "strength": strength,
            "picture": picture.table(),
        },
        artist=makers.artist.model_dump(mode="json"),
        provenance=list(run.provenance.values()),
        pictures={"styled": styled},
    )
    return styled, run.values["style"], recipe, sum(run.seconds.values())
