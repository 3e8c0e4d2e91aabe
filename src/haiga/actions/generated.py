"""What a generator makes and the recipe it carries: one picture, a grid of them, a walk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from haiga.actions.recipe import Recipe, digest, write_recipe
from haiga.core.errors import UserError
from haiga.core.nouns import Picture, Provenance
from haiga.core.seeds import MAX_SEED
from haiga.models.store import bundled_names

if TYPE_CHECKING:
    from haiga.roles.generators.latent import LatentGenerator

USE = "latent.v1"
GRID_MOST = 144
"""A grid shows so many pictures at most, the first ones."""
STRIP = 8
"""A walk's strip shows so many of its stations."""
MOST_FRAMES = 600


class Asked(BaseModel):
    """What was asked of a generator: a model, and a label and codes where they are fixed.

    `count` seeds from the first on, or a walk from one seed to another in `frames` steps.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    label: str | None = None
    codes: dict[str, int | float] = {}
    count: int = Field(default=1, ge=1)
    walk: tuple[int, int] | None = None
    frames: int = Field(default=48, ge=2, le=MOST_FRAMES)


@dataclass(frozen=True)
class Generated:
    """One picture of a generator and what its seed drew where nothing was asked."""

    picture: Picture
    seed: int
    label: str | None
    codes: Mapping[str, int | float]


class Source:
    """A generator with what is asked of it, checked: the label and codes are its own."""

    def __init__(self, asked: Asked) -> None:
        from haiga.core import registry

        maker: Any = registry.make("generator", USE, {"model": asked.model})
        self.generator: LatentGenerator = maker
        layout = self.generator.layout
        label = asked.label
        if label is not None:
            label = layout.labels[layout.label_number(label)]
        layout.check_codes(asked.codes)
        self.asked = asked.model_copy(update={"label": label, "model": placed(asked.model)})

    def picture(self, seed: int) -> Generated:
        """The picture of a seed."""
        label = self.asked.label or self.generator.label_of(seed)
        codes = self.generator.codes_of(seed, self.asked.codes)
        (picture,) = self.generator.generate([seed], [label], [codes])
        return Generated(picture, seed, label, codes)

    @cached_property
    def frames(self) -> list[Picture]:
        """The pictures of a walk, both ends included.

        The latents go along the great arc, number codes along a line; label and
        categories stay those of the start.
        """
        from haiga.roles.generators.walks import walk

        made, frames = self.generator, self.asked.frames
        first, second = self.asked.walk or (0, 0)
        latents = walk(made.latent_of(first), made.latent_of(second), frames)
        label = self.asked.label or made.label_of(first)
        start, end = (made.codes_of(seed, self.asked.codes) for seed in (first, second))
        numbers = [code.name for code in made.codes if code.kind == "number"]
        codes = [
            {**start, **{n: start[n] + (end[n] - start[n]) * k / (frames - 1) for n in numbers}}
            for k in range(frames)
        ]
        return made.generate([first] * frames, [label] * frames, codes, latents)

    def grid(self, seed: int, pictures: Sequence[Picture] | None = None) -> Picture:
        """The first pictures from a seed on, on one sheet; made here unless given."""
        from haiga.gallery.grid import contact_sheet

        if pictures is None:
            shown = min(self.asked.count, GRID_MOST)
            pictures = [self.picture(n).picture for n in range(seed, seed + shown)]
        return contact_sheet(pictures[:GRID_MOST])

    def strip(self) -> Picture:
        """Stations of the walk in one row."""
        from haiga.gallery.grid import contact_sheet

        frames, count = self.frames, min(STRIP, self.asked.frames)
        places = [round(n * (len(frames) - 1) / (count - 1)) for n in range(count)]
        return contact_sheet([frames[place] for place in places], columns=count)

    def recipe(self, file: str, seed: int, picture: Picture, made: Mapping[str, Any]) -> Recipe:
        """The recipe of a picture, grid or strip."""
        request = self.asked.model_dump(mode="json")
        provenance = Provenance(
            step=file,
            use=USE,
            settings={"model": self.asked.model},
            seed=seed,
            models=self.generator.models,
            output=digest(picture),
        )
        return write_recipe(
            "generate",
            seed,
            request=request,
            artist={},
            provenance=[provenance],
            pictures={file: picture},
            made=made,
        )


def placed(model: str) -> str:
    """A bundled model's name, or the whole path of a folder, which recipes keep."""
    return model if model in bundled_names() else str(Path(model).resolve())


def regenerate(recipe: Recipe) -> tuple[Picture, Recipe]:
    """The picture a recipe of `haiga generate` describes, with the recipe of its making now."""
    try:
        asked = Asked.model_validate(recipe.request)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(map(str, first["loc"]))
        raise UserError(f"recipe: its request.{key} is damaged ({first['msg']})") from error
    source, seed = Source(asked), recipe.seed
    if recipe.file == "picture":
        picture = source.picture(seed).picture
    elif recipe.file == "grid":
        picture = source.grid(seed)
    elif recipe.file == "strip" and asked.walk and max(asked.walk) <= MAX_SEED:
        picture = source.strip()
    else:
        raise UserError(f"recipe: `haiga generate` makes no picture named '{recipe.file}'")
    return picture, source.recipe(recipe.file, seed, picture, recipe.made)
