"""`haiga collection`, where something is decided or told: keep, drop, rules, lists, reports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haiga.cli import collection_judge, collection_report, options
from haiga.cli import curate as triage
from haiga.cli.collection import Name, app, line_of

if TYPE_CHECKING:
    from haiga.core.collecting import Fate

__all__ = ["app"]

Items = Annotated[
    list[str], typer.Argument(metavar="ITEM...", help="Numbers or digests, as list gives them.")
]
Reason = Annotated[str, typer.Option("--reason", metavar="WORDS", help="Why, for the log.")]
SHOWN = 20
"""So many items or names of a kind are told one by one."""
MOST_UNDONE, MOST_TITLE = 10, 60
"""So many decisions taken back are told one by one, with so much of each title."""

app.command("judge")(collection_judge.judge)
app.command("curate")(triage.curate)
app.command("report")(collection_report.report)


@app.command("keep")
def keep(
    name: Name,
    items: Items,
    reason: Reason = "",
    studio: options.Studio = options.STUDIO,
    debug: options.Debug = False,
) -> None:
    """Keep items, whatever judges say."""
    _settle(studio, name, items, "kept", reason)


@app.command("drop")
def drop(
    name: Name,
    items: Items,
    reason: Reason = "",
    studio: options.Studio = options.STUDIO,
    debug: options.Debug = False,
) -> None:
    """Pass over items from now on; nothing is deleted."""
    _settle(studio, name, items, "dropped", reason)


@app.command("undo")
def undo(
    name: Name,
    count: Annotated[int, typer.Option("--count", "-n", metavar="N", help="How many.")] = 1,
    studio: options.Studio = options.STUDIO,
    debug: options.Debug = False,
) -> None:
    """Take the last decisions back; what a rule decided at once is one."""
    from haiga.actions.collect import take_back
    from haiga.cli import output
    from haiga.collection.store import Collection
    from haiga.core.counted import counted

    undone = take_back(Collection.open(studio, name), count)
    for decision, item in undone[:MOST_UNDONE]:
        line = line_of(item, most=MOST_TITLE)
        output.give(f"no longer {decision.fate} by {decision.by}: {line}")
    if len(undone) > MOST_UNDONE:
        output.give(f"and {len(undone) - MOST_UNDONE:,} more")
    output.give(f"{counted(len(undone), 'decision')} undone")


@app.command("rule")
def rule(
    name: Name,
    text: Annotated[
        str, typer.Argument(metavar="RULE", help='"blurred.v1 < 0.3" or "small.v1 drops".')
    ],
    keep: Annotated[bool, typer.Option("--keep", help="Keep what it meets instead.")] = False,
    studio: options.Studio = options.STUDIO,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Drop what a judge's scores say; a person's decisions stand, and undo takes all back."""
    from haiga.cli import output
    from haiga.collection.rules import apply_rule
    from haiga.collection.store import Collection

    done = apply_rule(Collection.open(studio, name), text, fate="kept" if keep else None)
    if json:
        output.give_json(
            {
                "rule": done.rule, "fate": done.fate, "decided": len(done.decisions),
                "by_people": done.by_people, "before": done.before,
            }
        )  # fmt: skip
        return
    output.give(
        f"{done.rule}: {len(done.decisions):,} {done.fate}, {done.before:,} were before, "
        f"{done.by_people:,} left as people decided"
    )


@app.command("pick")
def pick(
    name: Name,
    artists: Annotated[
        Path | None,
        typer.Option(
            "--artists",
            metavar="FILE",
            help="A list of makers: a name a line, aliases after |; or a table.",
        ),
    ] = None,
    attributed: Annotated[
        bool, typer.Option("--attributed", help='Works "after" or "circle of" them too.')
    ] = False,
    where: Annotated[
        list[str] | None,
        typer.Option("--where", metavar="CONDITION", help='By a column: "medium=oil".'),
    ] = None,
    from_year: Annotated[int | None, typer.Option("--from-year", metavar="YEAR")] = None,
    to_year: Annotated[int | None, typer.Option("--to-year", metavar="YEAR")] = None,
    undated: Annotated[
        bool, typer.Option("--undated", help="Also what names no year, or may lie outside.")
    ] = False,
    drop_others: Annotated[
        bool, typer.Option("--drop-others", help="Drop the rest; undo takes it back as one.")
    ] = False,
    studio: options.Studio = options.STUDIO,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Choose items by a list of makers, by columns, by dates; and see what nearly matched."""
    from haiga.actions import pick as picking
    from haiga.cli import output
    from haiga.collection.store import Collection

    chosen = picking.pick(
        Collection.open(studio, name), makers=artists, attributed=attributed,
        where=tuple(where or ()), years=(from_year, to_year), undated=undated,
        drop_others=drop_others,
    )  # fmt: skip
    matched = chosen.matched
    for note in chosen.notes:
        output.tell(note)
    if json:
        output.give_json(
            {
                "kept": [item.id for item in chosen.kept],
                "passed": [{"item": item.id, "reason": reason} for item, reason in chosen.passed],
                "near": [
                    {"maker": n.maker, "name": n.name, "ratio": n.ratio, "items": list(n.items)}
                    for n in (matched.near if matched else ())
                ],
                "attributed": [
                    {"item": m.item, "name": m.name, "as": m.attributed}
                    for m in (matched.attributed if matched else ())
                ],
                "never_met": list(matched.never_met if matched else ()),
                "dropped": chosen.dropped,
            }
        )
        return
    for item in chosen.kept[:SHOWN]:
        output.give(line_of(item))
    if len(chosen.kept) > SHOWN:
        output.give(f"        … and {len(chosen.kept) - SHOWN:,} more")
    if matched:
        for miss in matched.near[:SHOWN]:
            output.give(
                f"near, not taken: '{miss.maker}' is like '{miss.alias}' ({miss.why}; "
                f"{len(miss.items):,} of its items); add it as an alias if it is the same person"
            )
        if matched.attributed and not attributed:
            output.give(f"{len(matched.attributed):,} only attributed; --attributed takes them")
        if matched.never_met:
            some = ", ".join(matched.never_met[:SHOWN])
            output.give(f"never met: {some}{' …' if len(matched.never_met) > SHOWN else ''}")
    output.give(f"{len(chosen.kept):,} chosen, {len(chosen.passed):,} not")
    if drop_others:
        output.give(f"{chosen.dropped:,} dropped; `haiga collection undo {name}` takes it back")


@app.command("split")
def split(
    name: Name,
    called: Annotated[str, typer.Option("--name", metavar="WORD", help="Its name.")] = "split",
    validation: Annotated[
        float, typer.Option("--validation", metavar="SHARE", help="0 to 1.")
    ] = 0.1,
    test: Annotated[float, typer.Option("--test", metavar="SHARE", help="0 to 1.")] = 0.1,
    by_maker: Annotated[
        bool, typer.Option("--by-maker", help="No maker stands on two sides.")
    ] = False,
    seed: Annotated[int, typer.Option("--seed", "-s", metavar="N")] = 0,
    studio: options.Studio = options.STUDIO,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Part the items that are not dropped, whole works together, and freeze that."""
    from haiga.actions.split import split_collection
    from haiga.cli import output
    from haiga.collection.store import Collection

    made = split_collection(
        Collection.open(studio, name), called, validation=validation, test=test,
        by_maker=by_maker, seed=seed,
    )  # fmt: skip
    if json:
        output.give_json(
            {"name": made.name, "digest": made.digest, "sizes": made.sizes, "seed": made.seed}
        )
        return
    sizes = ", ".join(f"{part} {size:,}" for part, size in made.sizes.items())
    output.give(f"{made.name}: {sizes}; frozen as {made.digest[:12]}")


def _settle(studio: Path, name: str, items: list[str], fate: Fate, reason: str) -> None:
    from haiga.actions.collect import settle
    from haiga.cli import output
    from haiga.collection.store import Collection

    for item in settle(Collection.open(studio, name), items, fate, reason):
        output.give(line_of(item))
