"""`haiga generate`: pictures of a trained generator."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haiga.cli import options

if TYPE_CHECKING:
    from haiga.actions.generate import Kept

OUT = Path("haiga-generated")
FRAMES = 48


def generate(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help="A bundled generator's name, or a folder that `haiga train generator` made.",
        ),
    ],
    count: options.Count = 16,
    seed: options.Seed = None,
    label: Annotated[
        str | None,
        typer.Option("--label", metavar="NAME", help="One label, of a generator that has labels."),
    ] = None,
    codes: Annotated[
        str,
        typer.Option(
            "--codes", metavar="NAME=VALUE,…", help="Codes to fix, such as kind=3,first=0.5."
        ),
    ] = "",
    walk: Annotated[
        tuple[int, int] | None,
        typer.Option(
            "--walk",
            metavar="SEED1 SEED2",
            help="A film from one seed's picture to another's, in place of single pictures.",
        ),
    ] = None,
    frames: Annotated[
        int | None,
        typer.Option("--frames", metavar="N", help="Steps of a walk, 2 to 600. (default: 48)"),
    ] = None,
    out: Annotated[
        Path,
        typer.Option(
            "--out", "-o", metavar="DIR", help="The folder to write to; nothing is overwritten."
        ),
    ] = OUT,
    allow_copy: options.AllowCopy = None,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Make pictures with a trained generator, and a grid or a film of them."""
    from haiga.actions import generate as action
    from haiga.actions.seeds import seeds_for
    from haiga.cli import output
    from haiga.core.errors import UserError

    turned = action.read_codes(codes)
    if walk is None and frames is not None:
        raise UserError(
            f"--frames {frames}: is for a walk, which --walk SEED1 SEED2 asks for; leave it out, "
            "or name the two seeds"
        )
    if walk is not None:
        if seed is not None:
            raise UserError("give --walk or --seed: a walk names its own two seeds")
        first, second = walk
        kept = action.walk(
            model,
            first=first,
            second=second,
            frames=FRAMES if frames is None else frames,
            out=out,
            label=label,
            codes=turned,
        )
        for file in kept:
            _give(file, json)
        return
    seeds = seeds_for(seed, count)
    with output.progress(count) as bar:
        made = action.generate(
            model,
            seeds=seeds,
            out=out,
            label=label,
            codes=turned,
            allow_copy=allow_copy,
            on_picture=bar.advance,
        )
        for file in made:
            with bar.hidden():
                output.stop_if_interrupted()
                _give(file, json)


def _give(kept: Kept, json: bool) -> None:
    from haiga.cli import output

    if json:
        output.give_json(kept_table(kept))
        return
    about = ""
    if kept.made is not None:
        told = [f"seed {kept.made.seed}"]
        told += [kept.made.label] if kept.made.label is not None else []
        told += [f"{name} {value:g}" for name, value in kept.made.codes.items()]
        about = f" ({', '.join(told)})"
    note = ""
    if kept.finding is not None and kept.finding.value in ("close", "copy"):
        note = f"; {kept.finding.reason}"
    output.give(f"{kept.path}{about}{note}")


def kept_table(kept: Kept) -> dict[str, object]:
    """A file as `--json` gives it."""
    table: dict[str, object] = {kept.kind: str(kept.path)}
    if kept.made is not None:
        table |= {
            "seed": kept.made.seed,
            "label": kept.made.label,
            "codes": dict(kept.made.codes),
            "size_px": [kept.made.picture.shape[1], kept.made.picture.shape[0]],
        }
    if kept.finding is not None:
        table["originality"] = [kept.finding.table]
    return table
