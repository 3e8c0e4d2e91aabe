"""`haiga tune`: try settings of a training recipe and keep the best model."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from haiga.cli import options

if TYPE_CHECKING:
    from haiga.training.tuning.trials import Trial


def tune(
    recipe: Annotated[
        str, typer.Argument(metavar="RECIPE", help="Which recipe, such as poet or generator.")
    ],
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="-- [ARGS]...", help="For every trial, as `haiga train RECIPE` takes them."
        ),
    ] = None,
    trials: Annotated[
        int, typer.Option("--trials", "-n", metavar="N", help="How many settings to try.")
    ] = 12,
    space: Annotated[
        Path | None,
        typer.Option(
            "--space",
            metavar="FILE.toml",
            help="What may be tried. (default: what comes with the recipe)",
        ),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option("--minutes", metavar="M", help="Each trial may train so long."),
    ] = None,
    steps: Annotated[
        int | None, typer.Option("--steps", metavar="N", help="Each trial may make so many steps.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Where all goes. (default: tuned-RECIPE)"),
    ] = None,
    engine: Annotated[
        str,
        typer.Option("--engine", metavar="local|ray", help="What runs them: here, or Ray Tune."),
    ] = "local",
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            metavar="K",
            help="So many trials at a time. (default: 1; with Ray, one a processor)",
        ),
    ] = None,
    ray_address: Annotated[
        str | None,
        typer.Option("--ray-address", metavar="HOST:PORT", help="The Ray cluster to run them on."),
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", "-s", metavar="N", help="The same seed tries the same.")
    ] = 1,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Try settings of a recipe, stop what does badly early, and keep the best model.

    Example: haiga tune poet --trials 12 --minutes 5 --out tuned -- --texts poems.txt
    """
    from haiga.actions.tune import Search, tune
    from haiga.actions.tune_report import HTML, trial_json, trial_rows, write_tune_report
    from haiga.cli import output

    search = Search(
        recipe=recipe,
        trials=trials,
        out=out or Path(f"tuned-{recipe}"),
        arguments=tuple(arguments or ()),
        space=space,
        minutes=minutes,
        steps=steps,
        engine=engine,
        workers=workers,
        address=ray_address,
        seed=seed,
    )
    with _telling(quiet=json) as tell:
        found = tune(search, tell)
    write_tune_report(found, search)
    if json:
        for trial in found.trials:
            output.give_json(trial_json(trial, best=trial.number == found.best.number))
    else:
        heads, rows = trial_rows(found.space, found.trials)
        output.give(_table(heads, rows))
    output.tell(f"the best, trial {found.best.name}, is in {found.folder}; made by")
    output.tell(f"  {found.command}")
    output.tell(f"all trials and what the settings did: {search.out / HTML}")


@contextmanager
def _telling(*, quiet: bool) -> Iterator[Callable[[Sequence[Trial]], None]]:
    """What to call with the trials as they go: a live table, or a line at each change."""
    from haiga.cli import output

    if quiet:
        yield lambda trials: output.stop_if_interrupted()
    elif sys.stderr.isatty():
        from rich.console import Console
        from rich.live import Live

        with Live(console=Console(stderr=True), transient=True, auto_refresh=False) as live:

            def show(trials: Sequence[Trial]) -> None:
                output.stop_if_interrupted()
                live.update(_live_table(trials), refresh=True)

            yield show
    else:
        said: dict[int, tuple[str, int]] = {}

        def say(trials: Sequence[Trial]) -> None:
            output.stop_if_interrupted()
            for trial in trials:
                now = (trial.state, len(trial.looks) if trial.ended else 0)
                if said.get(trial.number, ("waiting", 0)) != now:
                    output.tell(_line(trial))
                said[trial.number] = now

        yield say


def _line(trial: Trial) -> str:
    """A trial as one line: `trial 003 · rate 0.0021, size small · stopped: … · 3.412`."""
    from haiga.training.tuning.space import shown

    told = ", ".join(f"{name} {shown(value)}" for name, value in trial.settings.items())
    parts = [f"trial {trial.name}", told]
    parts.append(f"{trial.state}: {trial.reason}" if trial.reason else trial.state)
    if trial.ended and trial.best is not None:
        parts.append(f"{trial.best:.4g}")
    return " · ".join(parts)


def _live_table(trials: Sequence[Trial]) -> Any:
    from rich.table import Table

    from haiga.training.tuning.space import shown

    table = Table(box=None, pad_edge=False)
    names = list(trials[0].settings) if trials else []
    for head in ("trial", *names, "best", "done", "state"):
        table.add_column(head)
    first = next((n for n, t in enumerate(trials) if not t.ended), len(trials))
    for trial in trials[max(0, first - 12) : first + 8]:
        share = trial.looks[-1].share if trial.looks else 0.0
        best = "" if trial.best is None else f"{trial.best:.4g}"
        values = [shown(value) for value in trial.settings.values()]
        table.add_row(trial.name, *values, best, f"{share:.0%}", trial.state)
    return table


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns of text, parted by two spaces."""
    widths = [max(len(row[i]) for row in (heads, *rows)) for i in range(len(heads))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (heads, *rows)
    )
