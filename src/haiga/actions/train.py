"""Run a training recipe by its name."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from pathlib import Path

from haiga.core.errors import MissingExtra, UserError
from haiga.core.suggest import hint

RECIPES = "haiga.training.recipes"


def recipe_names() -> list[str]:
    """The recipes that can be run, sorted: modules that define `main`. Imports none of them."""
    spec = importlib.util.find_spec(RECIPES)
    folders = [Path(folder) for folder in (spec.submodule_search_locations or [])] if spec else []
    files = [file for folder in folders for file in folder.glob("*.py")]
    return sorted(file.stem for file in files if "\ndef main(" in file.read_text("utf-8"))


def train(recipe: str, arguments: Sequence[str]) -> None:
    """Run a recipe's `main` with its own arguments.

    Raises `UserError` for an unknown recipe and `MissingExtra` without torch.
    """
    known = recipe_names()
    if recipe not in known:
        raise UserError(f"no recipe named '{recipe}'; {hint(recipe, known, label='recipes')}")
    try:
        importlib.import_module(f"{RECIPES}.{recipe}").main(list(arguments))
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == "haiga":
            raise
        remedy = "pip install 'haiga[train]'"
        raise MissingExtra(f"training needs {error.name}: {remedy}") from error
