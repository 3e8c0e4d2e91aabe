"""`haiga train`: run a training recipe. The recipe reads its own arguments."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from haiga.cli import options

PASS_ON: dict[str, Any] = {
    "ignore_unknown_options": True,
    "allow_interspersed_args": False,
    "help_option_names": ["--help"],
}
"""What stands after the recipe's name belongs to the recipe, `--help` too."""


def train(
    recipe: Annotated[
        str | None,
        typer.Argument(metavar="RECIPE", help="Which model to train; none: list the recipes."),
    ] = None,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ARGS]...", help="For the recipe: `haiga train RECIPE --help`."),
    ] = None,
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
    train(recipe, arguments or [], output.tell)
