"""Make a picture again from the recipe it carries, and say whether it came out the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

import haiga
from haiga.actions.enlarge import remake_enlarged
from haiga.actions.generated import regenerate
from haiga.actions.makers import Makers
from haiga.actions.recipe import Recipe, StepRecord, read_recipe_table
from haiga.actions.remake import remake
from haiga.actions.surroundings import library_versions, machine_kind
from haiga.actions.telephone.replaying import remake_telephone
from haiga.core.config import Artist
from haiga.core.errors import HaigaError, UserError
from haiga.core.nouns import Picture
from haiga.engine.events import Event
from haiga.inspection.metrics.ssim import WINDOW_PX, ssim
from haiga.media.pictures import picture_digest, read_picture, read_recipe


@dataclass(frozen=True)
class Replayed:
    """The outcome of a replay.

    `identical`: every pixel is the same. `changed` names each input that is no
    longer what the recipe says, or keeps the picture from being made (`remade` is
    then False), in sentences; `ssim` in [-1, 1] compares the two
    pictures and is None where no second one could be made or its size differs.
    """

    path: Path
    kind: str
    file: str
    seed: int
    identical: bool
    remade: bool
    changed: tuple[str, ...]
    ssim: float | None


def replay(path: Path, *, on_event: Callable[[Event], None] = lambda e: None) -> Replayed:
    """Make the picture in a PNG again with the recipe's own settings, and compare.

    Raises `BadPicture` for a file that is no readable PNG and `UserError` for
    one whose recipe is missing or damaged; whatever keeps the picture from being
    made again is an entry of `changed`.
    """
    picture = read_picture(path)
    recipe = read_recipe_table(read_recipe(path), str(path))
    changed = list(_changed_surroundings(recipe))
    if picture_digest(picture) != recipe.outputs[recipe.file]:
        changed.append(f"pixels: {path.name} has been edited since it was made")
    remade: Picture | None = None
    try:
        if recipe.kind == "generate":
            remade, now = regenerate(recipe)
        elif recipe.kind == "enlarge":
            remade, now = remake_enlarged(recipe, path, on_event)
        elif recipe.kind == "telephone":
            remade, now = remake_telephone(recipe, path)
        else:
            remade, now = remake(recipe, Makers(_artist(recipe, path)), path, on_event)
        changed += _changed_models(recipe.steps, now.steps)
        if now.outputs[recipe.file] != recipe.outputs[recipe.file] and not changed:
            changed.append(_first_difference(recipe.steps, now.steps))
    except HaigaError as error:
        changed += str(error).splitlines()
    identical = remade is not None and picture_digest(remade) == picture_digest(picture)
    return Replayed(
        path=path,
        kind=recipe.kind,
        file=recipe.file,
        seed=recipe.seed,
        identical=identical,
        remade=remade is not None,
        changed=tuple(changed),
        ssim=1.0 if identical else _similarity(picture, remade),
    )


def _artist(recipe: Recipe, path: Path) -> Artist:
    try:
        return Artist.model_validate_json(json.dumps(recipe.artist))
    except ValidationError as error:
        faults = error.errors(include_url=False)
        keys = ", ".join(".".join(str(p) for p in fault["loc"]) for fault in faults)
        raise UserError(f"settings: this haiga does not know the recipe's {keys}") from error


def _changed_surroundings(recipe: Recipe) -> Iterator[str]:
    if recipe.haiga != haiga.__version__:
        yield f"version: made with haiga {recipe.haiga}, this is {haiga.__version__}"
    now = library_versions()
    for name, was in recipe.libraries.items():
        if now.get(name, "missing") != was:
            yield f"library {name}: made with {was}, here is {now.get(name, 'missing')}"
    if recipe.machine and recipe.machine != machine_kind():
        yield f"machine: made on {recipe.machine}, this is {machine_kind()}"


def _changed_models(then: tuple[StepRecord, ...], now: tuple[StepRecord, ...]) -> Iterator[str]:
    """Every model file whose sha256 is another one, once."""
    was, found = _models(then), _models(now)
    for name, sha256 in was.items():
        if name not in found:
            yield f"model {name}: is no longer used"
        elif found[name] != sha256:
            yield f"model {name}: was sha256 {sha256[:12]}…, is {found[name][:12]}…"
    for name in found:
        if name not in was:
            yield f"model {name}: was not used then"


def _models(steps: tuple[StepRecord, ...]) -> Mapping[str, str]:
    return {name: sha256 for step in steps for name, sha256 in step.models.items()}


def _first_difference(then: tuple[StepRecord, ...], now: tuple[StepRecord, ...]) -> str:
    """Which step came out otherwise although nothing it is known to depend on has changed."""
    found = {step.step: step.output for step in now}
    for step in then:
        if found.get(step.step) != step.output:
            return (
                f"code: the step '{step.step}' ({step.use or 'haiga'}) gives another result "
                "although no input of it has changed"
            )
    return "code: the pictures differ although every step gives the same result"


def _similarity(first: Picture, second: Picture | None) -> float | None:
    if second is None or first.shape != second.shape or min(first.shape[:2]) < WINDOW_PX:
        return None
    return ssim(first, second)
