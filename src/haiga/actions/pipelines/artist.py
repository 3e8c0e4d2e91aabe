"""An artist as a pipeline: the plan of a piece, of which a pipeline's file is the general case."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from haiga.actions.artist_steps import artist_plan
from haiga.actions.compose import FORM, Request, check_sheet
from haiga.actions.makers import Makers
from haiga.actions.pipelines.compile import Compiled, Draft, Place, compile_file
from haiga.core.config import SECTIONS, artist_names, load_artist, told_by_line
from haiga.core.errors import UserError
from haiga.core.pipeline_file import Fault
from haiga.core.suggest import hint


def compile_any(
    name_or_path: str,
    given: Mapping[str, str] | None = None,
    *,
    look: bool = True,
    also: Callable[[Draft], Iterable[Fault]] = lambda draft: (),
) -> Compiled:
    """The plan of a pipeline's file, or of an artist: a bundled one's name or an artist's file.

    As `compile_file`; an artist takes no given values.
    """
    if not is_artist(name_or_path):
        path = Path(name_or_path)
        if not path.exists() and path.suffix != ".toml":
            known = hint(name_or_path, artist_names(), label="artists")
            raise UserError(f"{name_or_path}: there is no such file, and no such artist; {known}")
        return compile_file(path, given, look=look, also=also)
    if given:
        raise UserError(f"--given {next(iter(given))}: an artist takes no given values")
    return compile_artist(name_or_path)


def is_artist(name_or_path: str) -> bool:
    """Whether this is an artist's name, or a file that speaks of a poet or a painter."""
    path = Path(name_or_path)
    if name_or_path in artist_names() and not path.is_file():
        return True
    try:
        table = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError):
        return False
    return not {"step", "loop"} & set(table) and bool(set(SECTIONS) & set(table))


def compile_artist(name_or_path: str) -> Compiled:
    """The plan of an artist's pieces; UserError with every fault of the artist's file."""
    artist = load_artist(name_or_path)
    makers = Makers(artist)
    with told_by_line(name_or_path):
        makers.check_poet(FORM)
        check_sheet(artist)
    pipeline = artist_plan(makers, Request())
    return Compiled(
        name=artist.name,
        pipeline=pipeline,
        about=artist.about,
        makes={step.name: step.makes for step in pipeline.steps},
        widths={step.name: 1 for step in pipeline.steps},
        places={step.name: Place(step.name) for step in pipeline.steps},
    )
