"""`haiga evaluate captioner`: what it says beside what people said, and beside two ways without."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from haiga.cli import evaluating, options


def captioner(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help="A bundled captioner, a registered name, or a folder that `haiga train "
            "captioner` made.",
        ),
    ],
    pictures: Annotated[
        Path,
        typer.Option(
            "--pictures",
            metavar="FOLDER",
            help="Captioned pictures as for its training; it is measured on those it never saw.",
        ),
    ],
    count: Annotated[
        int, typer.Option("--count", "-n", metavar="N", help="Pictures of each family to measure.")
    ] = 150,
    beam: Annotated[
        int | None, typer.Option("--beam", metavar="K", help="As for `haiga caption`.")
    ] = None,
    out: evaluating.Out = None,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Measure a captioner: BLEU, METEOR, CIDEr, variety, beside ways that need no captioner."""
    from haiga.actions.caption import choose
    from haiga.actions.evaluate_captioner import evaluate_captioner, refuse_other_captioners
    from haiga.cli import output
    from haiga.inspection.captioner_page import HTML, write_report
    from haiga.inspection.captioner_text import captioner_text
    from haiga.media.durable import make_folder

    asked = choose(model, count=1, temperature=None, beam=beam)
    if out is not None:
        refuse_other_captioners(asked, out)
        make_folder(out)  # before minutes are spent on figures that have no place to go
    with evaluating.telling(60) as tell:
        report = evaluate_captioner(asked, pictures, each=count, tell=tell)
    for note in report.notes:
        output.tell(note)
    if out is not None:
        write_report(report, out)
    if json:
        output.give_json(report.as_json())
        return
    output.give(captioner_text(report))
    if out is not None:
        output.tell(f"(the report is {out / HTML})")
