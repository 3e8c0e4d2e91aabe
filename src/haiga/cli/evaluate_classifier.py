"""`haiga evaluate classifier`: how often it is right, how sure it is, and what fools it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from haiga.cli import evaluating, options


def classifier(
    model: Annotated[
        str,
        typer.Argument(metavar="MODEL", help="A folder that `haiga train classifier` made."),
    ],
    pictures: Annotated[
        Path,
        typer.Option(
            "--pictures",
            metavar="FOLDER",
            help="Pictures of its classes, in folders named so; those it was trained on are "
            "left out.",
        ),
    ],
    probe: Annotated[
        Path | None,
        typer.Option(
            "--probe",
            metavar="FOLDER",
            help="Pictures of other things: which does it take for one of its classes?",
        ),
    ] = None,
    label: Annotated[
        str | None,
        typer.Option(
            "--label", metavar="COLUMN", help="A table's column of classes. (default: the folders)"
        ),
    ] = None,
    where: evaluating.PicturesWhere = None,
    out: evaluating.Out = None,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Measure a classifier on pictures it never saw: how often right, how sure, what fools it."""
    from haiga.actions.evaluate_classifier import evaluate_classifier
    from haiga.actions.evaluate_pictures import refuse_folder_of_others, refuse_other_reports
    from haiga.cli import output
    from haiga.inspection.classifier_page import HTML, write_report
    from haiga.inspection.classifier_text import classifier_text
    from haiga.media.durable import make_folder
    from haiga.media.picture_choice import PictureChoice

    if out is not None:
        refuse_other_reports(model, out)
        refuse_folder_of_others(out)
        make_folder(out)
    choice = PictureChoice(pictures, tuple(where or ()), label_column=label)
    with evaluating.telling(None) as tell:
        report = evaluate_classifier(model, choice, probe=probe, tell=tell)
    if out is not None:
        write_report(report, out)
    if json:
        output.give_json(report.as_json())
        return
    output.give(classifier_text(report))
    if out is not None:
        output.tell(f"(the report is {out / HTML})")
