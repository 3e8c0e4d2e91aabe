"""`haiga inspect`: is a picture new, close to one of a collection, or a copy; with evidence."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haiga.cli import options

if TYPE_CHECKING:
    from haiga.actions.inspect import PoemInspected


def inspect(
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE|FOLDER",
            help="A picture, a folder of pictures, or a poem (.txt). (with --model: left out)",
        ),
    ] = None,
    collection: Annotated[
        str | None,
        typer.Option("--collection", "-c", metavar="NAME", help="A collection of the studio."),
    ] = None,
    pictures: Annotated[
        Path | None,
        typer.Option("--pictures", metavar="FOLDER", help="Or a folder of pictures."),
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            "--where",
            metavar="CONDITION",
            help='Of --pictures, keep some by a column: "artist=Monet". May be repeated.',
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="NAME|DIR",
            help="Inspect what this generator makes; for a poem: the poet that may have it "
            "by heart. (default: haiku)",
        ),
    ] = None,
    count: Annotated[
        int, typer.Option("--count", "-n", metavar="N", help="Pictures a generator makes.")
    ] = 64,
    seed: options.Seed = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", min=1, help="Only the first N of a folder."),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html", metavar="DIR", help="Write a page there that shows every case: index.html."
        ),
    ] = None,
    studio: options.Studio = options.STUDIO,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Say whether pictures are new, close or copies, and a poem's words too, and show why."""
    from haiga.actions import inspect as action
    from haiga.actions.leaning_ledger import as_json, leaning_ledger, lines_of
    from haiga.cli import output
    from haiga.core.errors import UserError
    from haiga.features.eye import Eye
    from haiga.inspection.inspect_page import check_page_folder, write_inspection
    from haiga.inspection.inspect_report import inspection_text
    from haiga.media.durable import make_folder

    if path is not None and action.is_poem(path):
        given = {"--collection": collection, "--pictures": pictures, "--html": html}
        wrong = [name for name, value in given.items() if value is not None]
        if wrong:
            raise UserError(f"{path}: is a poem, and {wrong[0]} is for pictures; leave it out")
        _give_poem(action.inspect_poem(path, model or POET), json)
        return
    if (path is None) == (model is None):
        raise UserError(
            "give a file or a folder to inspect, or --model DIR for what a generator makes, "
            "and not both"
        )
    if (collection is None) == (pictures is None):
        raise UserError(
            "name what to compare with: --collection NAME, or --pictures FOLDER, and not both"
        )
    if where and pictures is None:
        raise UserError(
            "--where: is for --pictures FOLDER; a collection is picked by its decisions"
        )
    if html is not None:
        check_page_folder(html)
        make_folder(html)  # before minutes are spent on cases that have no place to go
    subjects, left = (
        action.subjects_of(path, limit=limit)
        if path is not None
        else (action.subjects_of_model(str(model), count=count, seed=seed), [])
    )
    eye, opened = Eye(), None
    with output.progress(1) as bar:
        said = ""

        def tell(what: str, i: int, n: int) -> None:
            nonlocal said
            output.stop_if_interrupted()
            bar.begin(f"{what}, {i + 1:,} of {n:,}")
            if what != said and not sys.stderr.isatty():
                output.tell(action.told_begun(what, n, kept=collection is not None))
            said = what

        if collection is not None:
            from haiga.collection.store import Collection

            opened = Collection.open(studio, collection)
            beside = action.reference_of_collection(opened, eye, tell=tell)
        else:
            beside = action.reference_of_folder(
                Path(str(pictures)), eye, where=tuple(where or ()), tell=tell
            )
        made_by = path.resolve().name if path is not None else f"what {model} makes"
        inspection = action.inspect_pictures(
            beside, subjects, eye, made_by=made_by, left_out=left, tell=tell
        )
        page = write_inspection(inspection, html) if html is not None else None
    ledger = leaning_ledger(opened, inspection) if opened is not None else None
    if inspection.left_out:
        output.tell(action.told_left_out(inspection.left_out))
    if json:
        for i in range(len(inspection.found)):
            output.give_json(inspection.case(i))
        behind = {"ledger": as_json(ledger)} if ledger is not None else {}
        output.give_json({**inspection.as_json(), **behind})
    else:
        output.give(inspection_text(inspection))
        for line in lines_of(ledger) if ledger is not None else ():
            output.give(line)
    if page is not None:
        output.tell(f"(the page is {page})")


POET = "haiku"


def _give_poem(found: PoemInspected, json: bool) -> None:
    from haiga.cli import output
    from haiga.features.copy_gate import told

    if json:
        output.give_json(found.as_json())
        return
    if not found.runs:
        output.give(f"new   no run of its words stands in a work that '{found.model}' learned from")
        return
    output.give(f"{found.judgement:6}{told(found.runs[0])}")
    for run in found.runs[1:]:
        output.give(f"      {told(run)}")
