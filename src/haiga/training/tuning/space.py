"""What may be tried of a recipe's settings, as a TOML file says, and drawing from it by a seed.

figure = "validation_loss"    # a column of the log that the recipe writes at each look
goal = "min"

[settings]
rate = { log-uniform = [5e-4, 1e-2] }
dropout = { uniform = [0.1, 0.6] }
size = { choice = ["small", "medium"] }
batch = { int = [8, 32] }
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from haiga.core.errors import UserError
from haiga.core.seeds import generator
from haiga.core.suggest import hint
from haiga.core.toml_lines import parse

Value = str | int | float | bool
KINDS = ("choice", "uniform", "log-uniform", "int")
GOALS = ("min", "max")
OURS = ("out", "resume", "minutes", "steps")
"""Options of every recipe that a search sets itself."""
DIGITS = 4
"""Numbers are drawn to so many digits, so that a command says them whole."""


@dataclass(frozen=True)
class Range:
    """What one setting may be: a `choice` among values, or numbers between two of them.

    `uniform` and `int` draw evenly, `log-uniform` evenly in the logarithm.
    """

    kind: str
    values: tuple[Value, ...]

    def drawn(self, seed: int, *names: str | int) -> Value:
        """The value that a seed and names give; never one outside the range."""
        draw = generator(seed, *names)
        if self.kind == "choice":
            return self.values[int(draw.integers(len(self.values)))]
        low, high = (float(value) for value in self.values)
        if self.kind == "int":
            return int(draw.integers(int(low), int(high) + 1))
        if self.kind == "log-uniform":
            value = math.exp(draw.uniform(math.log(low), math.log(high)))
        else:
            value = draw.uniform(low, high)
        return min(high, max(low, float(f"{value:.{DIGITS}g}")))


@dataclass(frozen=True)
class Space:
    """The figure that a search makes small (or large), and what each setting may be."""

    figure: str
    goal: str
    settings: Mapping[str, Range]

    @property
    def digest(self) -> str:
        """sha256 over all of it."""
        plain = {name: [r.kind, list(r.values)] for name, r in sorted(self.settings.items())}
        told = json.dumps([self.figure, self.goal, plain])
        return hashlib.sha256(told.encode()).hexdigest()

    def drawn(self, seed: int, trial: int) -> dict[str, Value]:
        """The settings of a trial: a function of the seed, its number and each name alone."""
        return {
            name: allowed.drawn(seed, "trial", trial, name)
            for name, allowed in self.settings.items()
        }

    def better(self, one: float, other: float) -> bool:
        """Whether the first figure is the better."""
        return one < other if self.goal == "min" else one > other


def space_of(recipe: str, file: Path | None) -> Space:
    """The space of a file, or the one that comes with the recipe.

    A file may leave out figure and goal where the recipe comes with a space. Raises
    UserError that names every fault of the file.
    """
    own = resources.files("haiga.training.recipes") / "spaces" / f"{recipe}.toml"
    beside = own.read_text("utf-8") if own.is_file() else None
    if file is None:
        if beside is None:
            raise UserError(
                f"the {recipe} recipe comes with no settings to try; give some by --space FILE.toml"
            )
        return read_space(beside, f"{recipe}.toml", {})
    try:
        text = file.read_text("utf-8")
    except FileNotFoundError as error:
        raise UserError(f"{file}: there is no such file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file}: cannot be read as text: {error}") from error
    defaults = parse(beside)[0] if beside else {}
    return read_space(text, str(file), defaults)


def read_space(text: str, where: str, defaults: Mapping[str, Any]) -> Space:
    """A space from TOML; `defaults` are figure and goal where the text names none."""
    values, broken = parse(text)
    if broken:
        told = [f"{where}:{line}: {said}" if line else f"{where}: {said}" for line, said in broken]
        raise UserError("\n".join(told))
    faults = [
        f"{where}: {key}: no such key; {hint(key, ('figure', 'goal', 'settings'))}"
        for key in values
        if key not in ("figure", "goal", "settings")
    ]
    figure = values.get("figure", defaults.get("figure"))
    goal = values.get("goal", defaults.get("goal", "min"))
    if not isinstance(figure, str) or not figure:
        faults.append(f'{where}: figure: name a column of the log, such as "validation_loss"')
    if goal not in GOALS:
        faults.append(f'{where}: goal: must be "min" or "max"')
    given = values.get("settings")
    ranges: dict[str, Range] = {}
    if not isinstance(given, dict) or not given:
        faults.append(f"{where}: settings: there is none to try")
        given = {}
    for name, said in given.items():
        found = _range(said)
        if isinstance(found, str):
            faults.append(f"{where}: settings.{name}: {found}")
        else:
            ranges[name] = found
    if faults:
        raise UserError("\n".join(faults))
    return Space(str(figure), str(goal), ranges)


def _range(said: Any) -> Range | str:
    """A range, or what is wrong with how it is written."""
    if not isinstance(said, dict) or len(said) != 1 or next(iter(said)) not in KINDS:
        return f"write one of {', '.join(KINDS)}, such as {{ uniform = [0.1, 0.5] }}"
    kind, values = next(iter(said.items()))
    if not isinstance(values, list) or not values:
        return f"{kind}: must be a list"
    if kind == "choice":
        plain = all(isinstance(value, str | int | float) for value in values)
        return Range(kind, tuple(values)) if plain else "choice: must hold text and numbers"
    if len(values) != 2 or any(isinstance(v, bool) or not isinstance(v, int | float)
                               for v in values):  # fmt: skip
        return f"{kind}: must be two numbers, the lowest and the highest"
    low, high = values
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        return f"{kind}: the first number must be below the second"
    if kind == "log-uniform" and low <= 0:
        return "log-uniform: must be above 0"
    if kind == "int" and not all(isinstance(value, int) for value in values):
        return "int: must be whole numbers"
    return Range(kind, (low, high))


def check_settings(
    space: Space, options: Mapping[str, argparse.Action], recipe: str, given: Sequence[str]
) -> None:
    """UserError when a setting is no option of the recipe, or is given as an argument too."""
    known = [name for name in options if name not in OURS]
    faults = [
        f"settings.{name}: the {recipe} recipe has no --{name}; {hint(name, known)}"
        if name not in OURS
        else f"settings.{name}: a search sets --{name} itself"
        for name in space.settings
        if name not in known
    ]
    words = {word.partition("=")[0].removeprefix("--") for word in given if word.startswith("--")}
    faults += [f"--{name}: is drawn for each trial; leave it out" for name in space.settings
               if name in words]  # fmt: skip
    faults += [f"--{name}: a search sets it itself; give it before --" for name in OURS
               if name in words]  # fmt: skip
    if faults:
        raise UserError("\n".join(faults))


def options_of(parser: argparse.ArgumentParser) -> dict[str, argparse.Action]:
    """A recipe's long options by name, without the hyphens before it."""
    return {
        text[2:]: action
        for action in parser._actions
        for text in action.option_strings
        if text.startswith("--") and text != "--help"
    }


def as_arguments(
    settings: Mapping[str, Value], options: Mapping[str, argparse.Action]
) -> list[str]:
    """Settings as a command's words; a switch stands or is left out."""
    words: list[str] = []
    for name, value in settings.items():
        action = options.get(name)
        if isinstance(value, bool) and (action is None or action.nargs == 0):
            words += [f"--{name}"] * value
        else:
            words += [f"--{name}", shown(value)]
    return words


def shown(value: Value) -> str:
    """A value as a command and a table have it."""
    return f"{value:g}" if isinstance(value, float) else str(value)
