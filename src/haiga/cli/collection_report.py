"""`haiga collection report`: what a collection holds, what was decided and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haiga.cli import options

if TYPE_CHECKING:
    from haiga.collection.report import CollectionReport

MOST_REASONS = 20
"""So many reasons why things could not be had are told."""


def report(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The collection.")],
    html: Annotated[
        Path | None,
        typer.Option(
            "--html",
            metavar="FILE.html|DIR",
            help="Write one page with pictures and a map; a folder gets report.json too.",
        ),
    ] = None,
    studio: options.Studio = options.STUDIO,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Report on a collection: counts, judges, licences, who is in it, splits, credits."""
    from haiga.actions.collection_report import write_collection_report
    from haiga.cli import output
    from haiga.collection.report import report_on
    from haiga.collection.store import Collection

    collection = Collection.open(studio, name)
    path: Path | None = None
    if html is None:
        made = report_on(collection, with_map=False)
    else:
        with output.progress(1) as bar:

            def on_each(i: int, n: int) -> None:
                output.stop_if_interrupted()
                bar.begin(f"{i} of {n}")

            made, path = write_collection_report(collection, html, on_each=on_each)
    if json:
        output.give_json({**made.as_json(), **({"page": str(path)} if path else {})})
        return
    output.give(report_text(made))
    if path:
        output.give(f"page {path}")


def report_text(made: CollectionReport) -> str:
    """The report in a few lines of plain text."""
    from haiga.collection.proposals import told
    from haiga.collection.reasons import Group

    counts = made.counts
    lines = [
        f"{made.name}: {counts['items']:,} pictures, {counts['kept']:,} kept, "
        f"{counts['undecided']:,} undecided, {counts['dropped']:,} dropped; "
        f"{counts['missed']:,} could not be had"
    ]
    lines += [f"  note: {note}" for note in made.notes]
    lines += [f"  {told(judge)}" for judge in made.judges]
    lines.append("gates keep: " + ", ".join(f"{g} {n:,}" for g, n in made.gates.items()))
    for question in ("gender", "centuries", "makers"):
        rows = made.ledger.tables[question][:5]
        said = ", ".join(
            f"{row.value} {int(row.all):,}{f' (told by {row.told_by})' if row.told_by else ''}"
            for row in rows
        )
        if said:
            lines.append(f"{question}: {said}")
    for split, later in made.splits:
        sizes = ", ".join(f"{part} {n:,}" for part, n in split.sizes.items())
        lines.append(f"split {split.name}: {sizes}, unassigned {later:,}")
    for one in made.missed[:MOST_REASONS]:
        told_of = Group(one.reason, one.count, one.names).told()
        lines.append(f"missed: {told_of} ({one.source})")
    if len(made.missed) > MOST_REASONS:
        lines.append(f"missed: {len(made.missed) - MOST_REASONS:,} reasons more")
    return "\n".join(lines)
