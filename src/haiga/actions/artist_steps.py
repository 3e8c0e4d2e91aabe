"""The steps of an artist's pieces as calls, so that any process on any machine can do them."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from haiga.actions.compose import CANDIDATES, Request, plan_beginning, plan_finish
from haiga.actions.makers import Makers
from haiga.core.config import Artist
from haiga.engine.plan import Call, Pipeline, Step, Work

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "poem": ("poet",),
    "unseen_words": ("painter",),
    "mood": ("name", "mood"),
    CANDIDATES: ("painter",),
    "painting": ("painter",),
    "enlarged": ("upscaler",),
    "style": ("stylist",),
    "styled": ("stylist",),
    "sheet": ("sheet",),
    "alt_text": ("sheet",),
    "verdicts": ("sheet",),
}
"""What of the artist enters each step: no more, so that a change elsewhere leaves it be."""

ASKED: Mapping[str, tuple[str, ...]] = {
    "poem": ("about",),
    "mood": ("mood",),
    "style": ("avoided",),
}
"""What of the request enters each step; `mood` also decides whether the mood follows the painting.
"""

MAKES: Mapping[str, str] = {
    "poem": "poem",
    "unseen_words": "json",
    "mood": "mood",
    "painting": "picture",
    "enlarged": "picture",
    "style": "style",
    "styled": "picture",
    "sheet": "picture",
    "alt_text": "text",
}
"""The kind of each step's result; the others' have none."""

_NOBODY = {"use": "none"}
_REST: Mapping[str, Any] = {
    "name": "artist",
    **dict.fromkeys(("poet", "painter", "mood", "stylist", "upscaler"), _NOBODY),
}


def artist_plan(makers: Makers, request: Request) -> Pipeline:
    """A whole piece in one plan; every step can run here or, by its call, anywhere else."""
    steps = [*plan_beginning(makers, request).steps, *plan_finish(makers, request).steps]
    return Pipeline(tuple(callable_anywhere(step, makers.artist, request) for step in steps))


def callable_anywhere(step: Step, artist: Artist, request: Request) -> Step:
    """The step with its call and the kind of its result; what it makes stays the same."""
    whole = artist.model_dump(mode="json")
    own = {section: whole[section] for section in SECTIONS[step.name]}
    if step.name == "style":  # which style is chosen depends on neither
        own["stylist"] = {k: v for k, v in own["stylist"].items() if k not in ("strength", "rest")}
    if step.name == "styled":
        own["stylist"] = {k: v for k, v in own["stylist"].items() if k != "rest"}
    asked = {key: request.table()[key] for key in ASKED.get(step.name, ())}
    settings = {"step": step.name, "artist": own, "request": asked}
    return replace(
        step,
        call=Call("values", f"{__name__}:make", settings=settings),
        makes=MAKES.get(step.name, ""),
    )


def make(step: str, artist: Mapping[str, Any], request: Mapping[str, Any]) -> Work:
    """The work of one step of an artist's pieces; `artist` and `request` hold what enters it."""
    makers = _makers(json.dumps(artist, sort_keys=True))
    asked = Request(
        mood=request.get("mood"),
        about=request.get("about", ""),
        avoided=tuple(request.get("avoided", ())),
    )
    steps = (*plan_beginning(makers, asked).steps, *plan_finish(makers, asked).steps)
    (found,) = (each for each in steps if each.name == step)
    assert found.run is not None
    return found.run


@functools.lru_cache(maxsize=16)
def _makers(artist: str) -> Makers:
    return Makers(Artist.model_validate_json(json.dumps({**_REST, **json.loads(artist)})))
