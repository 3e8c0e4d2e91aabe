"""`haiga evaluate poet`: what a poet learned, what it writes, and what it copies."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from haiga.cli import evaluating, options


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
    out: evaluating.Out = None,
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
    with evaluating.telling(count // 10 + 8) as tell:
        report = evaluate_poet(model, choice, count=count, seed=seed, form=form, tell=tell)
    if out is not None:
        write_report(report, out)
    if json:
        output.give_json(report.as_json())
        return
    output.give(poet_text(report))
    if out is not None:
        output.tell(f"(the report is {out / HTML})")
