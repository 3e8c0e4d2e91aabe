"""Make pictures with a generator: single ones, a grid of them, or a walk between two."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from haiga.actions.generated import MOST_FRAMES, Asked, Generated, Source
from haiga.actions.originality import (
    Finding,
    PictureGate,
    check_reason,
    refused,
    with_finding,
)
from haiga.core.errors import JobError, UserError
from haiga.core.seeds import MAX_SEED
from haiga.media.pictures import write_png

FRAME_MS = 80
FILM_PX = 256
"""The least side of a film: smaller pictures are enlarged by a whole number."""


@dataclass(frozen=True)
class Kept:
    """A file that was written; `made` says what of, None for what shows several.

    `finding` is what the gate found of a single picture.
    """

    kind: str
    path: Path
    made: Generated | None = None
    finding: Finding | None = None


def generate(
    model: str,
    *,
    seeds: range,
    out: Path,
    label: str | None = None,
    codes: Mapping[str, int | float] | None = None,
    allow_copy: str | None = None,
    on_picture: Callable[[], None] = lambda: None,
) -> Iterator[Kept]:
    """A PNG a seed with its recipe, `<seed>.png`, and a grid of several, as they are written.

    Raises UserError for a label or code that the generator has not, for a file that is
    there already, and a folder that cannot be made, before anything is made. A copy of a
    picture that the generator learned from is not written, unless `allow_copy` gives a
    reason; JobError names them when the others are written, and there is no grid.
    """
    reason = check_reason(allow_copy)
    asked = Asked(model=model, label=label, codes=dict(codes or {}), count=len(seeds))
    source = Source(asked)
    tail = _tail(source.asked)
    paths = [out / f"{seed}{tail}.png" for seed in seeds]
    gate = PictureGate(source.generator, model)
    grid = out / f"grid-{seeds[0]}-{seeds[-1]}{tail}.png"
    _check_free(out, [*paths, *([grid] if len(seeds) > 1 else [])])

    def all_of_them() -> Iterator[Kept]:
        pictures, copies = [], []
        one = source.asked.model_copy(update={"count": 1})
        for seed, path in zip(seeds, paths, strict=True):
            made = source.picture(seed)
            table = {"label": made.label, "codes": dict(made.codes)}
            recipe = source.recipe("picture", seed, made.picture, table)
            recipe = recipe.model_copy(update={"request": one.model_dump(mode="json")})
            finding = gate.judge(made.picture)
            if finding.value == "copy" and reason is None:
                copies.append((seed, finding))
                on_picture()
                continue
            recipe = with_finding(recipe, gate, finding, reason)
            write_png(path, made.picture, recipe=recipe.for_file("picture"))
            pictures.append(made.picture)
            on_picture()
            yield Kept("picture", path, made, finding)
        if copies:
            seed, finding = copies[0]
            more = f"{len(copies)} of {len(seeds)} were not written, " if len(seeds) > 1 else ""
            raise JobError(more + refused([finding], seed))
        if len(seeds) > 1:
            sheet = source.grid(seeds[0], pictures)
            recipe = source.recipe("grid", seeds[0], sheet, {"count": len(seeds)})
            write_png(grid, sheet, recipe=recipe.for_file("grid"))
            yield Kept("grid", grid)

    return all_of_them()


def walk(
    model: str,
    *,
    first: int,
    second: int,
    frames: int,
    out: Path,
    label: str | None = None,
    codes: Mapping[str, int | float] | None = None,
) -> Iterator[Kept]:
    """A film from one seed's picture to another's and back, and a strip of its stations.

    Raises UserError as `generate` does, and unless 2 <= frames <= 600.
    """
    if not 2 <= frames <= MOST_FRAMES:
        raise UserError(f"--frames: must be from 2 to {MOST_FRAMES}, not {frames}")
    for seed in (first, second):
        if not 0 <= seed <= MAX_SEED:
            raise UserError(f"--walk: seeds are from 0 to {MAX_SEED}, and {seed} is not")
    if first == second:
        raise UserError(f"--walk: both seeds are {first}; name two different ones")
    asked = Asked(
        model=model, label=label, codes=dict(codes or {}), walk=(first, second), frames=frames
    )
    source = Source(asked)
    name = f"walk-{first}-{second}{_tail(source.asked)}"
    film, strip = out / f"{name}.webp", out / f"{name}.png"
    _check_free(out, [film, strip])

    def both() -> Iterator[Kept]:
        from haiga.gallery.grid import enlarged
        from haiga.media.films import write_film

        there = [enlarged(frame, FILM_PX) for frame in source.frames]
        write_film(film, [*there, *there[-2:0:-1]], frame_ms=FRAME_MS)
        yield Kept("film", film)
        sheet = source.strip()
        recipe = source.recipe("strip", first, sheet, {"label": source.asked.label})
        write_png(strip, sheet, recipe=recipe.for_file("strip"))
        yield Kept("strip", strip)

    return both()


def read_codes(text: str) -> dict[str, int | float]:
    """`tilt=0.5,kind=3` as a table; UserError says which part is no NAME=NUMBER."""
    codes: dict[str, int | float] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not equals or not name or not math.isfinite(number):
            raise UserError(f"--codes: '{part}' is not NAME=NUMBER, as in kind=3,first=0.5")
        if name in codes:
            raise UserError(f"--codes: '{name}' is given twice")
        codes[name] = int(number) if number == int(number) else number
    return codes


def _tail(asked: Asked) -> str:
    """What is fixed, as the end of a file's name: `-plum-tilt0.5`."""
    parts = [asked.label] if asked.label is not None else []
    parts += [f"{name}{value:g}" for name, value in sorted(asked.codes.items())]
    plain = (re.sub(r"[^\w.-]+", "-", part.casefold()).strip("-.")[:40] for part in parts)
    return "".join(f"-{part}" for part in plain if part)


def _check_free(out: Path, paths: list[Path]) -> None:
    """The folder, made if only its last part is missing; UserError if a file is there already."""
    if out.exists() and not out.is_dir():
        raise UserError(f"{out}: is a file; --out names a folder")
    if not out.exists():
        if not out.parent.is_dir():
            raise UserError(f"{out}: the folder {out.parent} does not exist; make it first")
        try:
            out.mkdir()
        except OSError as error:
            raise UserError(f"{out}: cannot be made: {error.strerror}; choose another") from error
    taken = [path for path in paths if path.exists()]
    if taken:
        more = f" and {len(taken) - 1} more" if len(taken) > 1 else ""
        are = "are" if more else "is"
        raise UserError(
            f"{taken[0]}{more}: {are} there already, and nothing is overwritten; "
            "choose another --out"
        )
