"""`haiga cache`: results of steps that were kept, so as not to be made again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from haiga.cli import options

if TYPE_CHECKING:
    from haiga.actions.cache import Room
    from haiga.engine.cache_records import Record, StepUse
    from haiga.engine.cache_why import Why

app = typer.Typer(
    help="Results of steps that a studio keeps: look, ask why, make room.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

SHORT = 12
"""So many letters of a key are shown; 4 are enough to name it where they are unlike all others."""


@app.callback()
def cache() -> None:
    """Results of steps that a studio keeps: look, ask why, make room."""


@app.command("show")
def show(
    step: Annotated[
        str | None,
        typer.Argument(metavar="STEP", help="List the results of this step, newest first."),
    ] = None,
    studio: options.Studio = options.STUDIO,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Show what is kept of every step: how many results, their size, how often they were used."""
    from haiga.actions.cache import show_cache, show_step, told_size
    from haiga.cli import output
    from haiga.core.counted import counted

    if step is not None:
        for record in show_step(studio, step, output.tell):
            output.give_json(_record_table(record)) if json else output.give(_record_line(record))
        return
    report = show_cache(studio, output.tell)
    if json:
        for use in report.steps:
            output.give_json(_use_table(use))
        return
    if not report.steps:
        output.tell(f"{report.folder}: nothing is kept here yet; a run keeps its results")
        return
    width = max(12, *(len(use.step) for use in report.steps))
    output.give(f"{'step':{width}}  results     size     hits    saved  last used")
    for use in report.steps:
        output.give(_use_line(use, width))
    output.give(f"{report.folder}: {counted(report.results, 'result')}, {told_size(report.bytes)}")


@app.command("why")
def why(
    key: Annotated[
        str, typer.Argument(metavar="KEY", help="A key, or its first letters (4 or more).")
    ],
    studio: options.Studio = options.STUDIO,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Say why a result was made and not found: what differs from the one most like it."""
    from haiga.actions.cache import why_made
    from haiga.cli import output

    told = why_made(studio, key, output.tell)
    output.give_json(_why_table(told)) if json else output.give(_why_text(told))


@app.command("prune")
def prune(
    older_than: Annotated[
        str | None,
        typer.Option(
            "--older-than", metavar="TIME", help="Remove what was last used before: 30d, 12h, 2w."
        ),
    ] = None,
    larger_than: Annotated[
        str | None,
        typer.Option(
            "--larger-than",
            metavar="SIZE",
            help="Keep no more than this, removing what was used longest ago: 500MB, 2GB.",
        ),
    ] = None,
    step: Annotated[
        str | None,
        typer.Option(
            "--step", metavar="NAME", help="Only results of this step; all of them, if alone."
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Remove every result.")] = False,
    environments: Annotated[
        bool,
        typer.Option(
            "--environments",
            help="Also remove the environments of steps that no run used for --older-than "
            "(default: 30 days).",
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go, and remove nothing.")
    ] = False,
    studio: options.Studio = options.STUDIO,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Make room: remove results by age, size or step; with no option, only what killed runs left.

    What is removed is made again, the same, when a run needs it. Pieces are never touched.
    """
    from haiga.actions.cache import prune_cache
    from haiga.cli import output

    room = prune_cache(
        studio,
        output.tell,
        step=step,
        older_than=older_than,
        larger_than=larger_than,
        everything=everything,
        environments=environments,
        dry_run=dry_run,
    )
    if json:
        output.give_json(
            {
                "results": room.results,
                "left": room.left,
                "leftovers": room.leftovers,
                "freed_bytes": room.freed_bytes,
                "environments": list(room.environments),
                "dry_run": dry_run,
            }
        )
        return
    output.give(_room_text(room, dry_run=dry_run))


def _when(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))


def _saved(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _use_line(use: StepUse, width: int) -> str:
    from haiga.actions.cache import told_size

    return (
        f"{use.step:{width}}  {use.results:7,}  {told_size(use.bytes):>7}  {use.hits:7,}  "
        f"{_saved(use.saved_s):>7}  {_when(use.used_at)}"
    )


def _use_table(use: StepUse) -> dict[str, object]:
    return {
        "step": use.step,
        "results": use.results,
        "bytes": use.bytes,
        "hits": use.hits,
        "saved_s": round(use.saved_s, 3),
        "last_used": round(use.used_at, 3),
    }


def _record_line(record: Record) -> str:
    from haiga.actions.cache import told_size

    item = f" of item {record.item}" if record.item else ""
    return (
        f"{record.key[:SHORT]}  {_when(record.made_at)}  {record.seconds:7.2f} s  "
        f"{told_size(record.bytes):>7}  {record.hits:5,} hits  {record.task}{item}"
    )


def _record_table(record: Record) -> dict[str, object]:
    return {
        "key": record.key,
        "step": record.step,
        "task": record.task,
        "item": record.item,
        "sha256": record.digest,
        "bytes": record.bytes,
        "seconds": round(record.seconds, 4),
        "made": round(record.made_at, 3),
        "last_used": round(record.used_at, 3),
        "hits": record.hits,
        "parts": dict(record.parts),
    }


def _why_table(why: Why) -> dict[str, object]:
    return {
        "key": why.record.key,
        "step": why.record.task,
        "item": why.record.item,
        "compared_with": why.other.key if why.other else None,
        "differences": list(why.sentences),
    }


def _why_text(why: Why) -> str:
    lines = [f"{_named(why.record)}"]
    if why.other is not None:
        earlier = why.other.made_at <= why.record.made_at
        lines.append(f"{'after' if earlier else 'before'} {_named(why.other)}")
    return "\n".join([*lines, *(f"    {sentence}" for sentence in why.sentences)])


def _named(record: Record) -> str:
    item = f" of item {record.item}" if record.item else ""
    return f"{record.key[:SHORT]}  {record.task}{item}, made {_when(record.made_at)}"


def _room_text(room: Room, *, dry_run: bool) -> str:
    from haiga.actions.cache import told_size
    from haiga.core.counted import counted

    would = "would be " if dry_run else ""
    parts = [counted(room.results, "result")]
    if room.leftovers:
        parts.append(counted(room.leftovers, "leftover file"))
    if room.environments:
        parts.append(counted(len(room.environments), "environment"))
    return (
        f"{' and '.join(parts)} {would}removed, {told_size(room.freed_bytes)} {would}freed; "
        f"{counted(room.left, 'result')} kept"
    )
