"""A stylist as a step."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from haiga.actions.role_steps.making import Table, maker, one
from haiga.core.moods import mood_named
from haiga.core.nouns import Mood, Picture, Style, check_picture
from haiga.engine.plan import Work

Strength = Annotated[float, Field(ge=0, le=1)]


def stylist(
    use: str, settings: Table, *, strength: Strength = 0.6, mood: str = "", like: str = ""
) -> Work:
    """A picture in the manner of an artwork: of one for a mood, of a picture, or a named one.

    Exactly one of the inputs `mood`, `style` and `like` (a picture to follow), or of the
    settings `mood` (a mood's name) and `like` (an artwork's id), says which.
    """

    def work(inputs: Table, seed: int) -> Picture:
        made = maker("stylist", use, settings)
        restyled = made.restyle(
            [inputs["picture"]],
            styles=[_style(made, inputs, seed)],
            strength=strength,
            seeds=[seed],
        )
        return check_picture(one(restyled), "styled picture")

    def _style(made: Any, inputs: Table, seed: int) -> Style:
        from haiga.actions.style_banks import named_style
        from haiga.roles.stylists.choice import choose_style

        if "style" in inputs:
            given: Style = inputs["style"]
            return given
        if "like" in inputs:
            seen: Style = made.read_style(inputs["like"])
            return seen
        if like:
            return named_style(made.styles(), like)
        feeling: Mood = inputs["mood"] if "mood" in inputs else mood_named(mood, "it was asked for")
        return choose_style(made.styles(), feeling, seed, ())

    return work
