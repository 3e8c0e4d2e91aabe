"""A round's picture or the strip made again from the recipe it carries."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from haiga.actions.recipe import Recipe, write_recipe
from haiga.actions.telephone.beginning import read_turn_picture
from haiga.actions.telephone.game import Game, Table, Turn
from haiga.actions.telephone.play import (
    Pictures,
    captioned,
    painted,
    painting_provenance,
    said,
)
from haiga.actions.telephone.results import Enlarged, strip_picture, strip_recipe
from haiga.actions.telephone.sides import Side, make_captioner, make_painter
from haiga.core.errors import UserError
from haiga.core.nouns import Picture
from haiga.media.pictures import picture_digest


def remake_telephone(recipe: Recipe, path: Path) -> tuple[Picture, Recipe]:
    """The picture a recipe of `haiga telephone` describes, with the recipe of its making now.

    The pictures a game began from are looked for beside `path`. Raises `UserError` where one is
    missing or the recipe is damaged.
    """
    if recipe.file == "picture":
        return _picture(recipe)
    if recipe.file != "strip":
        raise UserError(f"recipe: `haiga telephone` makes no picture named '{recipe.file}'")
    try:
        table = Table.model_validate(recipe.request.get("table"))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]["msg"]
        raise UserError(f"recipe: its request.table is damaged ({first})") from error
    pictures: Pictures = {}
    for game in table.games:
        _play_again(game, pictures, path)
    # A strip tells how many chains there were, of which it keeps those it shows.
    strip = strip_picture(table, Enlarged(pictures), recipe.request.get("chains"))
    return strip, strip_recipe(table, strip)


def _picture(recipe: Recipe) -> tuple[Picture, Recipe]:
    text = recipe.request.get("text")
    if not isinstance(text, str) or not text or not recipe.steps:
        raise UserError("recipe: its request.text is damaged (no text to paint)")
    step = recipe.steps[0]
    painter, side = make_painter(Side(name=step.use, use=step.use, settings=step.settings))
    (picture,) = painted(painter, [text], [step.seed])
    digest = picture_digest(picture)
    turn = Turn(round=0, text=text, seed=step.seed, picture="", pixels=digest)
    now = write_recipe(
        "telephone",
        recipe.seed,
        request=recipe.request,
        artist={},
        provenance=[painting_provenance(side, "picture", turn, digest)],
        pictures={"picture": picture},
        made=recipe.made,
    )
    return picture, now


def _play_again(game: Game, pictures: Pictures, path: Path) -> None:
    """Paint and caption every turn again, into the game and `pictures`."""
    painter, game.painter = make_painter(game.painter)
    captioner, game.captioner = make_captioner(game.captioner)
    turns = [turn for chain in game.chains for turn in chain.turns]
    for turn in turns:
        if turn.before or not turn.text:
            found = read_turn_picture(path.parent, turn)
            if found is None:
                raise UserError(
                    f"input {turn.picture}: is missing beside {path.name}, or has other pixels"
                )
            pictures[turn.picture] = found
    own = [turn for turn in turns if turn.picture not in pictures]
    made = painted(painter, [t.text for t in own], [t.seed for t in own])
    for turn, picture in zip(own, made, strict=True):
        pictures[turn.picture] = picture
        turn.pixels = picture_digest(picture)
    told = [turn for turn in turns if not turn.before]
    captions = captioned(
        captioner, [pictures[t.picture] for t in told], [t.caption_seed for t in told]
    )
    for turn, caption in zip(told, captions, strict=True):
        turn.caption = said(caption)
