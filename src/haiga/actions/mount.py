"""Mount a picture and a poem on one sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from haiga.actions.compose import check_sheet, sheet_step
from haiga.actions.inputs import PictureInput, read_input
from haiga.actions.recipe import Recipe, digest, write_recipe
from haiga.actions.targets import check_not_input, check_target
from haiga.actions.texts import read_poem
from haiga.core.config import Artist
from haiga.core.nouns import Picture, Poem
from haiga.engine import local
from haiga.engine.events import Event
from haiga.engine.plan import Pipeline
from haiga.media.pictures import write_png

Listener = Callable[[Event], None]


@dataclass(frozen=True)
class Mounted:
    """A sheet on disk."""

    path: Path
    seed: int
    poem: Poem
    size_px: tuple[int, int]
    seconds: float


def mount_files(
    artist: Artist,
    source: Path,
    poem_file: Path,
    *,
    seed: int,
    out: Path,
    on_event: Listener = lambda event: None,
) -> Mounted:
    """Mount a picture file with the poem of a text file, as a PNG.

    Raises `UserError` for an empty or unreadable poem and a place that cannot
    be written, and `BadPicture` for a file that is no picture.
    """
    check_not_input(out, source, poem_file)
    check_target(out)
    check_sheet(artist)
    poem = read_poem(poem_file)
    sheet, recipe, seconds = make_sheet(artist, read_input(source), poem, seed, on_event)
    write_png(out, sheet, recipe=recipe.for_file("sheet"))
    height, width, _ = sheet.shape
    return Mounted(out, seed, poem, (width, height), seconds)


def make_sheet(
    artist: Artist,
    picture: PictureInput,
    poem: Poem,
    seed: int,
    on_event: Listener = lambda event: None,
) -> tuple[Picture, Recipe, float]:
    """The sheet of a picture and a poem with its recipe and the seconds it took; writes nothing."""
    plan = Pipeline((sheet_step(artist, "picture"),), given=("picture", "poem"))
    given = {"picture": picture.picture, "poem": poem}
    run = local.run(plan, seed, given=given, digest=digest, on_event=on_event)
    sheet: Picture = run.values["sheet"]
    recipe = write_recipe(
        "mount",
        seed,
        request={"picture": picture.table(), "poem": list(poem.lines)},
        artist=artist.model_dump(mode="json"),
        provenance=list(run.provenance.values()),
        pictures={"sheet": sheet},
    )
    return sheet, recipe, run.seconds["sheet"]
