"""Run a training recipe by its name."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haiga.core.errors import MissingExtra, Stopped, UserError
from haiga.core.suggest import hint
from haiga.media.picture_choice import ClassifierMade, GeneratorMade, PainterMade
from haiga.media.text_choice import PoetMade

REPORTED = 40
"""How many poems the report at the end of a training is measured on."""
REPORTED_PICTURES, REPORTED_PAINTINGS = 500, 128
"""And how many pictures that on a generator and on a painter; a painting takes longer."""
MEASURED = ("poet", "generator", "painter")
"""Recipes whose `main` with `--resume` hands on a finished model that lacks its report."""
RECIPES = "haiga.training.recipes"
ENGINES = ("local", "ray")
MOST_WORKERS = 1024


@dataclass(frozen=True)
class Workers:
    """How many make each step of a training together, and what starts them.

    `local` is processes of this machine; `ray` is Ray Train, on this machine or, with an
    `address`, on the cluster there.
    """

    count: int = 1
    engine: str = "local"
    address: str | None = None

    @property
    def alone(self) -> bool:
        """Whether the training runs in this process and no other."""
        return self.count == 1 and self.engine == "local"


def recipe_names() -> list[str]:
    """The recipes that can be run, sorted: modules that define `main`. Imports none of them."""
    spec = importlib.util.find_spec(RECIPES)
    folders = [Path(folder) for folder in (spec.submodule_search_locations or [])] if spec else []
    files = [file for folder in folders for file in folder.glob("*.py")]
    return sorted(file.stem for file in files if "\ndef main(" in file.read_text("utf-8"))


def recipe_summaries() -> dict[str, str]:
    """The first sentence of each recipe's module, by its name. Imports none of them."""
    out = {}
    for name in recipe_names():
        spec = importlib.util.find_spec(f"{RECIPES}.{name}")
        source = Path(spec.origin).read_text("utf-8") if spec and spec.origin else ""
        told = " ".join((ast.get_docstring(ast.parse(source)) or "").split())
        told = told.removeprefix(f"`haiga train {name}`: ")
        out[name] = re.split(r"(?<=[a-z])[.:;](?: |$)", told, maxsplit=1)[0]
    return out


def train(
    recipe: str,
    arguments: Sequence[str],
    tell: Callable[[str], None] = lambda _: None,
    workers: Workers = Workers(),
    *,
    report: bool = True,
) -> None:
    """Run a recipe's `main` with its own arguments; a poet or generator it returns is then
    measured, unless no `report` is wanted.

    Raises `UserError` for an unknown recipe, and for one that several workers cannot share,
    and `MissingExtra` without torch or Ray.
    """
    try:
        made = _run(recipe_main(recipe), recipe, arguments, workers, tell)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == "haiga":
            raise
        extra = "ray" if error.name.partition(".")[0] == "ray" else "train"
        raise MissingExtra(f"training needs {error.name}: pip install 'haiga[{extra}]'") from error
    if report:
        report_on(made, tell)


def report_on(made: Any, tell: Callable[[str], None]) -> None:
    """Measures what a recipe returned and writes its report beside it; of other things nothing."""
    if isinstance(made, PoetMade):
        _report(made, tell)
    elif isinstance(made, GeneratorMade | PainterMade):
        _report_pictures(made, tell)
    elif isinstance(made, ClassifierMade):
        _report_classifier(made, tell)


def recipe_main(recipe: str) -> Callable[..., Any]:
    """The `main` of a recipe; UserError where there is no such recipe."""
    known = recipe_names()
    if recipe not in known:
        raise UserError(f"no recipe named '{recipe}'; {hint(recipe, known, label='recipes')}")
    main: Callable[..., Any] = importlib.import_module(f"{RECIPES}.{recipe}").main
    return main


def _run(
    main: Callable[..., Any],
    recipe: str,
    arguments: Sequence[str],
    workers: Workers,
    tell: Callable[[str], None],
) -> Any:
    if workers.alone or {"-h", "--help"} & set(arguments):
        return main(list(arguments))
    if "crew" not in inspect.signature(main).parameters:
        raise UserError(
            f"--workers {workers.count}: the {recipe} recipe runs in one process; leave out "
            "--workers and --engine"
        )
    if workers.engine == "local":
        from haiga.training.on_one_machine import train_together

        return train_together(main, arguments, workers.count)
    from haiga.training.on_ray import train_on_ray

    return train_on_ray(main, arguments, workers.count, address=workers.address, tell=tell)


def _report(made: PoetMade, tell: Callable[[str], None]) -> None:
    """Writes `report.html` and `report.json` beside a poet, from the texts it was split on."""
    from haiga.actions.evaluate import evaluate_poet
    from haiga.inspection.poet_page import HTML, write_report

    tell(f"measuring it on {REPORTED} poems of its own and the works it never saw")
    try:
        report = evaluate_poet(
            str(made.folder),
            made.choice,
            count=REPORTED,
            form="free",
            tell=lambda what: tell(f"  {what}"),
        )
    except KeyboardInterrupt:
        raise Stopped(
            f"the poet is in {made.folder}, and its report is not made; --resume makes it"
        ) from None
    write_report(report, made.folder)
    tell(f"what it learned, writes and copies: {made.folder / HTML}")


def _report_pictures(made: GeneratorMade | PainterMade, tell: Callable[[str], None]) -> None:
    """Writes `report.html` and `report.json` beside a maker of pictures, from its training's."""
    from haiga.actions.evaluate_painter import evaluate_painter
    from haiga.actions.evaluate_pictures import evaluate_generator
    from haiga.inspection.picture_page import HTML, write_report
    from haiga.inspection.picture_report import copy_verdict

    evaluate, kind, count = (
        (evaluate_painter, "painter", REPORTED_PAINTINGS)
        if isinstance(made, PainterMade)
        else (evaluate_generator, "generator", REPORTED_PICTURES)
    )
    tell(f"measuring it on {count} pictures of its own and those it never saw")
    try:
        report = evaluate(
            str(made.folder),
            made.choice,
            count=count,
            own_store=True,
            tell=lambda what: tell(f"  {what}"),
        )
    except KeyboardInterrupt:
        raise Stopped(
            f"the {kind} is in {made.folder}, and its report is not made; --resume makes it"
        ) from None
    write_report(report, made.folder)
    tell(copy_verdict(report))
    tell(f"what it saw, makes and copies: {made.folder / HTML}")


def _report_classifier(made: ClassifierMade, tell: Callable[[str], None]) -> None:
    """Writes `report.html` and `report.json` beside a classifier, by pictures it never saw."""
    from haiga.actions.evaluate_classifier import evaluate_classifier
    from haiga.inspection.classifier_page import HTML, write_report
    from haiga.inspection.classifier_text import classifier_text

    try:
        report = evaluate_classifier(str(made.folder), made.choice, probe=made.probe)
    except UserError as error:
        tell(f"it is not measured: {error}")
        return
    except KeyboardInterrupt:
        raise Stopped(
            f"the classifier is in {made.folder}, and its report is not made; `haiga evaluate "
            "classifier` makes one"
        ) from None
    write_report(report, made.folder)
    tell(classifier_text(report))
    tell(f"what it gets right and what it is wrong about: {made.folder / HTML}")
