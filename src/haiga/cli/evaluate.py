"""`haiga evaluate`: what a model learned, what it makes, and what it copies."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haiga.cli import options

if TYPE_CHECKING:
    from haiga.inspection.picture_report import PictureReport

app = typer.Typer(
    help="Measure a model: what it learned, what it makes, what it copies.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def evaluate() -> None:
    """Measure a model: what it learned, what it makes, what it copies."""


def now_and_then(say: Callable[[str], None], seconds: float = 5) -> Callable[[str], None]:
    """Passes on the first sentence, and of the others what comes so long after the last said."""
    said = -math.inf

    def hear(what: str) -> None:
        nonlocal said
        if time.monotonic() - said >= seconds:
            said = time.monotonic()
            say(what)

    return hear


@app.command("poet")
def poet(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL", help="A bundled poet, or a folder that `haiga train poet` made."
        ),
    ],
    texts: Annotated[
        Path,
        typer.Option(
            "--texts",
            metavar="FILE|FOLDER",
            help="What it was trained on, or texts it never saw: .txt, .csv, .jsonl, a folder.",
        ),
    ],
    where: Annotated[
        list[str] | None,
        typer.Option(
            "--where",
            metavar="CONDITION",
            help='Keep texts by a column: "gender=female", "year<1900". May be repeated.',
        ),
    ] = None,
    min_works: Annotated[
        int, typer.Option("--min-works", metavar="N", help="Only authors with at least N works.")
    ] = 0,
    text_column: Annotated[
        str | None, typer.Option("--text-column", metavar="NAME", help="Of a table: the text.")
    ] = None,
    author_column: Annotated[
        str | None, typer.Option("--author-column", metavar="NAME", help="Of a table: who wrote.")
    ] = None,
    title_column: Annotated[
        str | None, typer.Option("--title-column", metavar="NAME", help="Of a table: the title.")
    ] = None,
    count: Annotated[
        int, typer.Option("--count", "-n", metavar="N", help="Poems to write and measure.")
    ] = 200,
    seed: Annotated[
        int, typer.Option("--seed", "-s", metavar="N", help="Poem i is written from seed N + i.")
    ] = 1,
    form: Annotated[
        str,
        typer.Option(
            "--form",
            metavar="FORM|FILE.toml",
            help="The form the poems are written in. (default: haiku; of characters: free)",
        ),
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Write report.html and report.json there."),
    ] = None,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Measure a poet: perplexity beside an n-gram model's, form, loops, variety, copies."""
    from haiga.actions.evaluate import evaluate_poet, refuse_other_poets
    from haiga.cli import output
    from haiga.inspection.poet_page import HTML, write_report
    from haiga.inspection.poet_text import poet_text
    from haiga.media.durable import make_folder
    from haiga.media.text_choice import TextChoice

    if out is not None:
        refuse_other_poets(model, out)
        make_folder(out)  # before minutes are spent on figures that have no place to go
    choice = TextChoice(
        texts, tuple(where or ()), min_works, text_column, author_column, title_column
    )
    with output.progress(count // 10 + 8) as bar:
        say = now_and_then(output.tell)

        def tell(what: str) -> None:
            output.stop_if_interrupted()
            bar.begin(what)
            bar.advance()
            if not sys.stderr.isatty():
                say(f"{what} …")

        report = evaluate_poet(model, choice, count=count, seed=seed, form=form, tell=tell)
    if out is not None:
        write_report(report, out)
    if json:
        output.give_json(report.as_json())
        return
    output.give(poet_text(report))
    if out is not None:
        output.tell(f"(the report is {out / HTML})")


Pictures = Annotated[
    Path,
    typer.Option(
        "--pictures",
        metavar="FOLDER",
        help="The pictures it was trained on, or others of their kind.",
    ),
]
PicturesWhere = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        metavar="CONDITION",
        help='Keep pictures by a column: "artist_gender=female". May be repeated.',
    ),
]


Inception = Annotated[
    Path | None,
    typer.Option(
        "--inception",
        metavar="FILE.safetensors",
        help="Weights of the network that papers measure with: KID and FID by it as well.",
    ),
]


@app.command("generator")
def generator(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help="A bundled generator, or a folder that `haiga train generator` made.",
        ),
    ],
    pictures: Pictures,
    where: PicturesWhere = None,
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
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Write report.html and report.json there."),
    ] = None,
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


@app.command("painter")
def painter(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help="A bundled painter, or a folder that `haiga train painter` made.",
        ),
    ],
    pictures: Pictures,
    where: PicturesWhere = None,
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
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Write report.html and report.json there."),
    ] = None,
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


@app.command("classifier")
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
    where: PicturesWhere = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Write report.html and report.json there."),
    ] = None,
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
    with output.progress(1) as bar:
        say = now_and_then(output.tell)

        def tell(what: str) -> None:
            output.stop_if_interrupted()
            bar.begin(what)
            if not sys.stderr.isatty():
                say(f"{what} …")

        report = evaluate_classifier(model, choice, probe=probe, tell=tell)
    if out is not None:
        write_report(report, out)
    if json:
        output.give_json(report.as_json())
        return
    output.give(classifier_text(report))
    if out is not None:
        output.tell(f"(the report is {out / HTML})")


@app.command("captioner")
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
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Measure a captioner: BLEU, METEOR, CIDEr, variety, beside ways that need no captioner."""
    from haiga.actions.caption import choose
    from haiga.actions.evaluate_captioner import captioner_text, evaluate_captioner
    from haiga.cli import output

    asked = choose(model, count=1, temperature=None, beam=beam)
    with output.progress(60) as bar:
        say = now_and_then(output.tell)

        def tell(what: str) -> None:
            output.stop_if_interrupted()
            bar.begin(what)
            bar.advance()
            if not sys.stderr.isatty():
                say(f"{what} …")

        report = evaluate_captioner(asked, pictures, each=count, tell=tell)
    for note in report.notes:
        output.tell(note)
    if json:
        output.give_json(report.as_json())
        return
    output.give(captioner_text(report))


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
    with output.progress(steps) as bar:
        say = now_and_then(output.tell)

        def tell(what: str) -> None:
            output.stop_if_interrupted()
            bar.begin(what)
            bar.advance()
            if not sys.stderr.isatty():
                say(f"{what} …")

        report = evaluate_it(tell)
    if out is not None:
        write_report(report, out)
    if json:
        output.give_json(report.as_json())
        return
    output.give(picture_text(report))
    if out is not None:
        output.tell(f"(the report is {out / HTML})")
