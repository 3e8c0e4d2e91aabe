"""From a recipe to its picture, by the same plans that made it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from haiga.actions.compose import PICTURES, Request
from haiga.actions.create import compose_piece
from haiga.actions.inputs import PictureInput, find_input
from haiga.actions.makers import Makers
from haiga.actions.mount import make_sheet
from haiga.actions.paint import make_painting
from haiga.actions.recipe import Recipe
from haiga.actions.style import StyleRequest, make_styled
from haiga.actions.style_choice import Region, followed
from haiga.core.errors import UserError
from haiga.core.nouns import Picture, Poem
from haiga.engine.events import Event

Listener = Callable[[Event], None]
T = TypeVar("T")

FILES: Mapping[str, tuple[str, ...]] = {
    "piece": PICTURES,
    "paint": ("painting",),
    "style": ("styled",),
    "mount": ("sheet",),
}
"""The pictures each kind of recipe can make; `generate` has no artist and its own file."""


def remake(
    recipe: Recipe, makers: Makers, path: Path, on_event: Listener
) -> tuple[Picture, Recipe]:
    """The picture a recipe describes, with the recipe of its making now; writes nothing.

    `path` is the file the recipe came from: pictures it was made of are looked
    for beside it. Raises `UserError` where one is missing, and whatever the
    makers raise.
    """
    if recipe.file not in FILES[recipe.kind]:
        raise UserError(f"recipe: `haiga {recipe.kind}` makes no picture named '{recipe.file}'")
    if recipe.kind == "piece":
        wanted = _fitted(Request, recipe.request, "request")
        piece = compose_piece(makers, wanted, recipe.seed, on_event)
        pictures = {"painting": piece.painting, "styled": piece.styled, "sheet": piece.sheet}
        return pictures[recipe.file], Recipe.model_validate(piece.recipe)
    if recipe.kind == "paint":
        text = _asked(recipe, "text", str)
        painting, now, _ = make_painting(makers, text, recipe.seed, on_event)
        return painting, now
    if recipe.kind == "style":
        request = _style_request(recipe, path)
        styled, _, _, now, _ = make_styled(makers, request, recipe.seed, on_event)
        return styled, now
    source = _input(recipe.request.get("picture"), path)
    poem = Poem(_asked(recipe, "poem", tuple[str, ...]))
    sheet, now, _ = make_sheet(makers.artist, source, poem, recipe.seed, on_event)
    return sheet, now


def _style_request(recipe: Recipe, path: Path) -> StyleRequest:
    """What was asked of `haiga style`; an older recipe names one picture it is like, or none."""

    def found(entry: Any) -> PictureInput:
        return _input(entry, path)

    asked = recipe.request
    likes = asked.get("like") or []
    likes = [likes] if isinstance(likes, Mapping) else likes
    tables = _fitted(list[dict[str, Any]], likes, "request.like")
    regions = _fitted(list[dict[str, Any]], asked.get("regions") or [], "request.regions")
    return StyleRequest(
        found(asked.get("picture")),
        _asked(recipe, "strength", float),
        _asked(recipe, "mood", str) if asked.get("mood") is not None else None,
        tuple(followed(table, found) for table in tables),
        tuple(Region(found(table.get("mask")), followed(table, found)) for table in regions),
    )


def _input(entry: Any, path: Path) -> PictureInput:
    picture = find_input(entry, path)
    return PictureInput(Path(str(entry["name"])), picture)


def _asked(recipe: Recipe, key: str, kind: type[T]) -> T:
    return _fitted(kind, recipe.request.get(key), f"request.{key}")


def _fitted(kind: type[T], value: Any, where: str) -> T:
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]["msg"]
        raise UserError(f"recipe: its {where} is damaged ({first})") from error
