"""`haiga evaluate generator` and `painter`: how near to real, how varied, and what is copied."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haiga.cli import evaluating, options

if TYPE_CHECKING:
    from haiga.inspection.picture_report import PictureReport


Inception = Annotated[
    Path | None,
    typer.Option(
        "--inception",
        metavar="FILE.safetensors",
        help="Weights of the network that papers measure with: KID and FID by it as well.",
    ),
]


def generator(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help="A bundled generator, or a folder that `haiga train generator` made.",
        ),
    ],
    pictures: evaluating.Pictures,
    where: evaluating.PicturesWhere = None,
    label: Annotated[
        str | None,
        typer.Option(
            "--label", metavar="COLUMN", help="The column of its kinds. (default: as trained)"
        ),
    ] = None,
    count: Annotated[
        int, typer.Option("--count", "-n", metavar="N", help="Pictures to make and measure.")
    ] = 500,
    seed: Annotated[
        int, typer.Option("--seed", "-s", metavar="N", help="Picture i is made from seed N + i.")
    ] = 1,
    inception: Inception = None,
    out: evaluating.Out = None,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Measure a generator: how near to real its pictures are, how varied, and whether it copies."""
    from haiga.actions.evaluate_pictures import evaluate_generator
    from haiga.media.picture_choice import PictureChoice

    choice = PictureChoice(pictures, tuple(where or ()), label_column=label)
    _picture_report(
        model,
        lambda tell: evaluate_generator(
            model, choice, count=count, seed=seed, inception=inception, tell=tell
        ),
        steps=count // 25 + 6,
        out=out,
        json=json,
    )


def painter(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help="A bundled painter, or a folder that `haiga train painter` made.",
        ),
    ],
    pictures: evaluating.Pictures,
    where: evaluating.PicturesWhere = None,
    caption_column: Annotated[
        str | None,
        typer.Option("--caption-column", metavar="NAME", help="Of a table: where captions stand."),
    ] = None,
    count: Annotated[
        int, typer.Option("--count", "-n", metavar="N", help="Captions to paint and measure.")
    ] = 200,
    seed: Annotated[
        int, typer.Option("--seed", "-s", metavar="N", help="Picture i is made from seed N + i.")
    ] = 1,
    inception: Inception = None,
    out: evaluating.Out = None,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Measure a painter: how near to real, how true to words, how varied, whether it copies."""
    from haiga.actions.evaluate_painter import evaluate_painter
    from haiga.media.picture_choice import PictureChoice

    choice = PictureChoice(pictures, tuple(where or ()), caption_column)
    _picture_report(
        model,
        lambda tell: evaluate_painter(
            model, choice, count=count, seed=seed, inception=inception, tell=tell
        ),
        steps=count // 25 + 7,
        out=out,
        json=json,
    )


def _picture_report(
    model: str,
    evaluate_it: Callable[[Callable[[str], None]], PictureReport],
    *,
    steps: int,
    out: Path | None,
    json: bool,
) -> None:
    """Measures with a bar on the terminal, writes the page and prints the figures."""
    from haiga.actions.evaluate_pictures import refuse_other_reports
    from haiga.cli import output
    from haiga.inspection.picture_page import HTML, write_report
    from haiga.inspection.picture_text import picture_text
    from haiga.media.durable import make_folder

    if out is not None:
        refuse_other_reports(model, out)
        make_folder(out)  # before minutes are spent on figures that have no place to go
    with evaluating.telling(steps) as tell:
        report = evaluate_it(tell)
    if out is not None:
        write_report(report, out)
    if json:
        output.give_json(report.as_json())
        return
    output.give(picture_text(report))
    if out is not None:
        output.tell(f"(the report is {out / HTML})")
