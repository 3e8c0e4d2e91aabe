"""`haiga train`: run a training recipe. The recipe reads its own arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from haiga.cli import options

PASS_ON: dict[str, Any] = {
    "ignore_unknown_options": True,
    "allow_interspersed_args": False,
    "help_option_names": ["--help"],
}
"""What stands after the recipe's name belongs to the recipe, `--help` too."""
OURS = ("--workers", "--engine", "--ray-address")
"""Options of every recipe that several workers can share, wherever they stand."""
NO_REPORT = "--no-report"


def train(
    recipe: Annotated[
        str | None,
        typer.Argument(metavar="RECIPE", help="Which model to train; none: list the recipes."),
    ] = None,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ARGS]...", help="For the recipe: `haiga train RECIPE --help`."),
    ] = None,
    workers: Annotated[
        str, typer.Option("--workers", metavar="N", help="So many processes make each step.")
    ] = "1",
    engine: Annotated[
        str,
        typer.Option(
            "--engine", metavar="local|ray", help="What starts them: this machine, or Ray Train."
        ),
    ] = "local",
    ray_address: Annotated[
        str | None,
        typer.Option(
            "--ray-address",
            metavar="HOST:PORT",
            help="The Ray cluster to train on. (default: Ray is started here)",
        ),
    ] = None,
    report: Annotated[
        bool,
        typer.Option(f"--report/{NO_REPORT}", help="Measure what was made, where a recipe does."),
    ] = True,
    debug: options.Debug = False,
) -> None:
    """Train a model by one of haiga's recipes; needs torch."""
    from haiga.actions.train import recipe_summaries, train
    from haiga.cli import output

    if recipe is None:
        told = recipe_summaries()
        width = max(map(len, told))
        output.give("\n".join(f"{name:{width}}  {what}" for name, what in told.items()))
        return
    given = {"--workers": workers, "--engine": engine, "--ray-address": ray_address}
    words = list(arguments or [])
    measured = report and NO_REPORT not in words
    left, found = parted([word for word in words if word != NO_REPORT])
    train(recipe, left, output.tell, _workers({**given, **found}), report=measured)


def parted(arguments: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """A recipe's arguments without the options of `OURS`, and the values of those."""
    from haiga.core.errors import UserError

    left: list[str] = []
    found: dict[str, str] = {}
    words = iter(arguments)
    for word in words:
        name, equals, value = word.partition("=")
        if name not in OURS:
            left.append(word)
            continue
        given = value if equals else next(words, None)
        if given is None:
            raise UserError(f"{name}: a value is missing")
        found[name] = given
    return left, found


def _workers(given: dict[str, str | None]) -> Any:
    from haiga.actions.train import ENGINES, MOST_WORKERS, Workers
    from haiga.core.errors import UserError

    count, engine, address = (given[name] for name in OURS)
    if engine not in ENGINES:
        raise UserError(f"--engine {engine}: must be one of {', '.join(ENGINES)}")
    if not (count and count.isascii() and count.isdecimal() and 1 <= int(count) <= MOST_WORKERS):
        raise UserError(f"--workers {count}: must be a whole number from 1 to {MOST_WORKERS:,}")
    if address is not None and engine != "ray":
        raise UserError(f"--ray-address {address}: is for --engine ray")
    return Workers(int(count), engine, address)
