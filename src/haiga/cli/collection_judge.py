"""`haiga collection judge`: what is wrong with which picture; proposals, never more."""

from __future__ import annotations

from typing import Annotated

import typer

from haiga.cli import options
from haiga.cli.collection import tell_gone


def judge(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The collection.")],
    judges: Annotated[
        list[str] | None,
        typer.Option(
            "--judge", metavar="JUDGE", help="Only this one, such as blurred.v1. May be repeated."
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="JUDGE.SETTING=VALUE", help='"small.v1.least_px=200". May be repeated.'
        ),
    ] = None,
    label: Annotated[
        str | None,
        typer.Option("--label", metavar="COLUMN", help="Labels that mislabelled.v1 looks into."),
    ] = None,
    examples: Annotated[
        list[str] | None,
        typer.Option(
            "--example",
            metavar="ITEM",
            help="On topic, for off-topic.v1; at least 8. May be repeated.",
        ),
    ] = None,
    studio: options.Studio = options.STUDIO,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Judge every item that is not dropped: blurred, too small, a screenshot, there twice …

    A judge proposes and nothing is decided; what was judged so before is not looked at again.
    """
    from haiga.actions.judge import judge_collection
    from haiga.cli import output
    from haiga.collection.store import Collection

    with output.progress(1) as bar:

        def on_each(done: int, count: int) -> None:
            output.stop_if_interrupted()
            bar.begin(f"{done:,} of {count:,}")

        judged = judge_collection(
            Collection.open(studio, name), tuple(judges or ()), settings=tuple(settings or ()),
            label=label, examples=tuple(examples or ()), on_each=on_each,
        )  # fmt: skip
    tell_gone(judged.gone, "not judged")
    for missed in judged.missed:
        output.tell(f"not judged: {missed.source_id} {missed.reason}")
    if json:
        output.give_json(
            {
                "items": judged.items,
                "looked_at": judged.looked_at,
                "proposals": dict(judged.proposals),
                "missed": [{"id": m.source_id, "reason": m.reason} for m in judged.missed]
                + [{"id": i.passport.source_id, "reason": why} for i, why in judged.gone],
            }
        )
        return
    for one, count in judged.proposals.items():
        output.give(f"{one:16} {count:>6,} proposed to drop")
        for item, verdict in judged.examples[one]:
            called = " ".join((item.passport.title or item.passport.source_id).split())
            output.give(f"    {item.number:>6}  {called[:60]} {verdict.reason}")
    some = sum(judged.proposals.values())
    output.give(
        f"{judged.items:,} judged, {judged.looked_at:,} looked at anew"
        + (f", {len(judged.gone):,} without a file" if judged.gone else "")
        + (f"; decide: haiga collection curate {name}" if some else "; nothing is proposed")
    )
