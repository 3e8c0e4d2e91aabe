"""What a picture carries to be made again: everything that went into it, and its digests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

import haiga
from haiga.actions.surroundings import library_versions, machine_kind
from haiga.core.errors import UserError
from haiga.core.nouns import Picture, Provenance
from haiga.engine.digests import value_digest
from haiga.media.pictures import picture_digest

Kind = Literal["piece", "paint", "style", "mount", "generate", "enlarge", "telephone"]


class StepRecord(BaseModel):
    """One step as it was run; `models` maps model files to their sha256."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    step: str
    use: str = ""
    settings: dict[str, Any] = {}
    seed: int = 0
    models: dict[str, str] = {}
    output: str = ""


class Recipe(BaseModel):
    """Everything that went into a picture.

    `kind` is the verb that made it, `file` which of its pictures this is
    (painting, styled, sheet; picture, grid, strip; enlarged), `artist` the whole persona
    as it was then, `request` what was asked, `outputs` the digest of each picture made, and
    `made` what a reader may want to know of it without making it again, `overrides` each gate
    whose refusal was overruled, with the reason and the work. It holds
    no time or name of a machine, and no path but that of a model's folder of one's own:
    the same seed gives the same recipe.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    kind: Kind
    haiga: str
    seed: int = Field(ge=0, lt=2**63)
    file: str
    request: dict[str, Any] = {}
    artist: dict[str, Any] = {}
    steps: tuple[StepRecord, ...] = ()
    outputs: dict[str, str]
    libraries: dict[str, str] = {}
    machine: str = ""
    made: dict[str, Any] = {}
    overrides: tuple[dict[str, Any], ...] = ()

    def for_file(self, file: str) -> dict[str, Any]:
        """The recipe as a table of plain values, to be put into one of its pictures."""
        return self.model_copy(update={"file": file}).model_dump(mode="json")


def digest(value: Any) -> str:
    """The digest of what a step made; a picture's is the one of its size and pixels."""
    import numpy as np

    if isinstance(value, np.ndarray) and value.ndim == 3 and value.dtype == np.uint8:
        return picture_digest(value)
    return value_digest(value)


def write_recipe(
    kind: Kind,
    seed: int,
    *,
    request: Mapping[str, Any],
    artist: Mapping[str, Any],
    provenance: Sequence[Provenance],
    pictures: Mapping[str, Picture],
    made: Mapping[str, Any] | None = None,
) -> Recipe:
    """The recipe of what has just been made here."""
    steps = tuple(
        StepRecord(
            step=p.step,
            use=p.use,
            settings=dict(p.settings),
            seed=p.seed,
            models=dict(p.models),
            output=p.output,
        )
        for p in provenance
    )
    outputs = {p.step: p.output for p in provenance if p.step in pictures}
    return Recipe(
        kind=kind,
        haiga=haiga.__version__,
        seed=seed,
        file=next(iter(pictures)),
        request=dict(request),
        artist=dict(artist),
        steps=steps,
        outputs=outputs,
        libraries=library_versions(),
        machine=machine_kind(),
        made=dict(made or {}),
    )


def read_recipe_table(table: Mapping[str, Any], where: str) -> Recipe:
    """The recipe in a table read from a PNG; `UserError` names the first thing wrong with it."""
    try:
        recipe = Recipe.model_validate(table)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise UserError(f"{where}: its haiga recipe is damaged ({key}: {first['msg']})") from error
    if recipe.file not in recipe.outputs:
        raise UserError(f"{where}: its haiga recipe is damaged (no digest of its {recipe.file})")
    return recipe
