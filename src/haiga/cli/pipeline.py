"""`haiga pipeline`: pipelines written as files, and artists as pipelines."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from haiga.cli import options

if TYPE_CHECKING:
    from haiga.actions.pipelines.run import Finished
    from haiga.actions.pipelines.show import Row
    from haiga.engine.backend import StepFailed

app = typer.Typer(
    help="Pipelines of steps: in files of yours, or an artist's.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

File = Annotated[
    str,
    typer.Argument(
        metavar="FILE.toml|ARTIST", help="A pipeline's file, or an artist's or its name."
    ),
]
Given = Annotated[
    list[str] | None,
    typer.Option(
        "--given",
        "-g",
        metavar="NAME=FILE|TEXT",
        help="A value from outside, in place of the file's own. May be repeated.",
    ),
]


@app.callback()
def pipeline() -> None:
    """Pipelines of steps: in files of yours, or an artist's."""


@app.command("show")
def show(file: File, json: options.Json = False, debug: options.Debug = False) -> None:
    """Show the steps in the order in which they run: who, what is read and made, and where."""
    from haiga.actions.pipelines.artist import compile_any
    from haiga.actions.pipelines.show import rows
    from haiga.cli import output

    compiled = compile_any(file, look=False)
    for row in rows(compiled) if json else ():
        output.give_json(row.table())
    if not json:
        _give_table(compiled.name, compiled.about, rows(compiled))


@app.command("check")
def check(
    file: File,
    given: Given = None,
    environments: Annotated[
        bool,
        typer.Option(
            "--environments/--no-environments",
            help="Resolve and build the environments of steps, or leave them for the run.",
        ),
    ] = True,
    studio: options.Studio = options.STUDIO,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Tell everything that is wrong with a pipeline, without running any of it."""
    from haiga.actions.engines import open_backend
    from haiga.actions.pipelines.check import compile_and_check
    from haiga.actions.pipelines.kinds import KINDS
    from haiga.cli import output

    values = _given(given)
    backend = open_backend("local", studio.absolute(), kinds=KINDS)
    try:
        with _environments_made() as made:
            compiled = compile_and_check(
                file, values, backend, environments=environments, on_environment=made
            )
    finally:
        backend.close()
    steps = len(compiled.pipeline.steps)
    if json:
        output.give_json({"pipeline": compiled.name, "steps": steps, "sound": True})
    else:
        output.give(f"{file}: {_steps(steps)}, nothing wrong")


@app.command("graph")
def graph(
    file: File,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE.svg|.png", help="The picture to write."),
    ] = None,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Draw the steps and what goes from one to the other. (default: NAME.svg here)"""
    from haiga.actions.pipelines.artist import compile_any
    from haiga.actions.pipelines.graph import write_graph
    from haiga.cli import output

    compiled = compile_any(file, look=False)
    path = write_graph(compiled, out)
    if json:
        output.give_json({"pipeline": compiled.name, "graph": str(path)})
    else:
        output.give(str(path))


@app.command("run")
def run(
    file: File,
    count: options.Count = 1,
    seed: options.Seed = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="DIR",
            help="Where results go, a folder an item; a run that was broken off goes on there. "
            "(default: haiga-runs/NAME)",
        ),
    ] = None,
    given: Given = None,
    engine: options.Engine = "local",
    workers: options.Workers = None,
    ray_address: options.RayAddress = None,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Go on with the other items where one fails.")
    ] = False,
    cache: Annotated[
        bool,
        typer.Option("--cache/--no-cache", help="Take from the studio's cache what is unchanged."),
    ] = True,
    events: options.Events = None,
    studio: options.Studio = options.STUDIO,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Run a pipeline, once for each seed, and keep everything that it makes in a folder."""
    from haiga.actions.engines import open_backend
    from haiga.actions.event_log import event_log
    from haiga.actions.kept import keeping
    from haiga.actions.pipelines import check as checking
    from haiga.actions.pipelines.artist import compile_any
    from haiga.actions.pipelines.kinds import KINDS
    from haiga.actions.pipelines.outputs import OutputFolder
    from haiga.actions.pipelines.run import default_out, run_into, seeds_of
    from haiga.cli import output
    from haiga.cli.run_table import run_table
    from haiga.core.errors import JobError
    from haiga.engine.backend import StepFailed
    from haiga.engine.events import Event
    from haiga.media.durable import make_folder

    compiled = compile_any(file, _given(given))
    failed: list[str] = []
    if compiled.written is None:
        output.tell(ONLY_THE_PLAN.format(artist=file))
    with ExitStack() as held:
        folder = held.enter_context(OutputFolder(out or default_out(compiled), output.tell))
        seeds, drawn = seeds_of(compiled, folder, seed, count)
        home = studio.absolute()
        backend = open_backend(engine, home, kinds=KINDS, workers=workers, address=ray_address)
        held.callback(backend.close)
        make_folder(home)
        with _environments_made() as made:
            checking.check(compiled, backend, on_environment=made)
        keep = held.enter_context(keeping(home, backend, tell=output.tell)) if cache else None
        told = held.enter_context(event_log(events))
        table = held.enter_context(run_table(compiled, len(seeds)))

        def on_event(event: Event) -> None:
            output.stop_if_interrupted()
            told(event)
            table.heard(event)

        done = run_into(
            compiled,
            folder,
            seeds=seeds,
            backend=backend,
            keep=keep,
            keep_going=keep_going,
            on_event=on_event,
        )
        finished = 0

        def stopped() -> str:
            kept = f"{finished:,} of {len(seeds):,} items are done, in {folder.path}"
            return f"stopped; {kept}; the same command goes on"

        held.enter_context(output.stopped_with(stopped))
        try:
            for item in done:
                finished += not item.failed
                failed += item.failed.values()
                with table.hidden():
                    if json:
                        output.give_json(_item_table(item))
                    elif not item.failed:
                        output.give(_item_text(item))
        except StepFailed as error:
            raise JobError(_with_output(error)) from error
        if drawn and not json:
            output.tell(f"seed {seeds[0]} was drawn; --seed {seeds[0]} makes the same again")
    if failed:
        raise JobError("\n".join(dict.fromkeys(failed)))


@contextmanager
def _environments_made() -> Iterator[Callable[[str], None]]:
    """A bar while environments are made ready; it is told the step of each."""
    from haiga.cli import output

    with output.progress(1) as bar:

        def on_environment(step: str) -> None:
            output.stop_if_interrupted()
            bar.begin(f"environment of {step}")

        yield on_environment


def _given(pairs: Sequence[str] | None) -> dict[str, str]:
    """`--given NAME=VALUE` as a table."""
    from haiga.core.errors import UserError

    table: dict[str, str] = {}
    for pair in pairs or ():
        name, equals, value = pair.partition("=")
        if not equals or not name or not value:
            raise UserError(f"--given {pair}: write NAME=FILE or NAME=TEXT")
        if name in table:
            raise UserError(f"--given {name}: is given twice; leave one out")
        table[name] = value
    return table


def _with_output(error: StepFailed) -> str:
    """What failed, and under it the end of what the step printed.

    Where that is a traceback it is shown whole if it is short, else from a frame on.
    """
    lines = [line.rstrip() for line in error.output.splitlines() if line.strip()]
    first = max(0, len(lines) - PRINTED)
    began = [at for at, line in enumerate(lines) if line.startswith("Traceback (most recent")]
    if began and len(lines) - began[-1] <= MOST_PRINTED:
        first = min(first, began[-1])
    elif began:
        frames = [at for at, line in enumerate(lines[:first]) if line.startswith('  File "')]
        first = frames[-1] if frames else first
    return "\n".join([str(error), *(f"    {line}" for line in lines[first:])])


def _item_table(item: Finished) -> dict[str, Any]:
    return {
        "item": item.item,
        "seed": item.seed,
        "folder": str(item.folder) if item.folder else None,
        "files": dict(item.files),
        "seconds": item.seconds,
        "tasks": item.tasks,
        "cached": item.cached,
        "again": item.again,
        "failed": dict(item.failed),
    }


def _item_text(item: Finished) -> str:
    if item.again:
        return f"{item.folder}  was there already"
    cached = f", {item.cached} of {item.tasks} results from the cache" if item.cached else ""
    return f"{item.folder}  {item.seconds:.1f} s{cached}"


def _steps(count: int) -> str:
    return "1 step" if count == 1 else f"{count:,} steps"


ONLY_THE_PLAN = (
    "this is {artist}'s plan alone: nobody asks whether a piece is a copy, and no style rests; "
    "haiga create --artist {artist} does both"
)
PRINTED, MOST_PRINTED = 5, 14
"""So many lines are shown of what a failed step printed, and of a traceback at most."""
COLUMNS = ("step", "use", "reads", "makes", "where", "needs")


def _give_table(name: str, about: str, rows: Sequence[Row]) -> None:
    """The rows as a table: by rich on a terminal, in even columns elsewhere."""
    from haiga.cli import output

    cells = [_cells(row) for row in rows]
    used = [i for i, _ in enumerate(COLUMNS) if any(line[i] for line in cells)]
    if sys.stdout.isatty():
        from rich.box import SIMPLE_HEAD
        from rich.console import Console
        from rich.table import Table

        table = Table(box=SIMPLE_HEAD, title=name, caption=about or None, title_justify="left")
        for i in used:
            table.add_column(COLUMNS[i], overflow="fold", no_wrap=i == 0)
        for line in cells:
            table.add_row(*(line[i] for i in used))
        Console().print(table)
        return
    lines = [COLUMNS, *cells]
    widths = [max(len(line[i]) for line in lines) for i in used]
    for line in lines:
        shown = (line[i].ljust(width) for i, width in zip(used, widths, strict=True))
        output.give("  ".join(shown).rstrip())


def _cells(row: Row) -> tuple[str, ...]:
    many = f" ×{row.count}" if row.count > 1 else ""
    rounds = f" ({row.times} rounds)" if row.times > 1 else ""
    reads = ", ".join(row.reads)
    return (row.step + many + rounds, row.use, reads, row.makes, row.where, row.needs)
