"""What a step does: the call behind `use`, `run` and `choose`, what it reads and what it makes."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from haiga.actions.pipelines.functions import Function, find_function, module_missing
from haiga.actions.pipelines.kinds import KINDS
from haiga.actions.pipelines.unroll import inputs_of, placeholders, plain
from haiga.actions.role_steps.checks import check_role
from haiga.actions.role_steps.choices import critic
from haiga.actions.role_steps.making import maker
from haiga.actions.role_steps.table import ROLE_STEPS, Slot
from haiga.core import registry
from haiga.core.errors import HaigaError, UserError
from haiga.core.pipeline_file import StepTable
from haiga.core.suggest import hint
from haiga.engine.plan import Call
from haiga.models.store import bundled_names

PYTHON, COMMAND, CHOICE = "python", "command", "choice"
CHOICES = "haiga.actions.role_steps.choices"
WORDS, SCORES = "words", "scores"
PLACED = ("model", "bank", "form")
"""Settings that may name a file or folder beside the pipeline's file."""

KeyFault = tuple[str, str]
"""A key of the step's table, and a sentence."""


def _no_models() -> Mapping[str, str]:
    return {}


@dataclass(frozen=True)
class Use:
    """What a step does.

    `slots` are what it reads, None where any input goes by its own name. `function` is
    the plain function behind it; `scorer` the one that a choice goes by.
    """

    role: str
    use: str
    makes: str
    call: Call
    slots: tuple[Slot, ...] | None
    models: Callable[[], Mapping[str, str]] = _no_models
    settings: Mapping[str, Any] = field(default_factory=dict)
    function: Function | None = None
    scorer: Function | None = None


def use_of(table: StepTable, beside: Path, faults: list[KeyFault]) -> Use | None:
    """What the step does, None where nobody knows; what is wrong is added to `faults`.

    Nothing is run.
    """
    if table.makes and table.makes not in KINDS:
        faults.append(("makes", f"no kind '{table.makes}'; {hint(table.makes, KINDS)}"))
        table = table.model_copy(update={"makes": ""})
    if table.choose:
        return _choice(table, beside, faults)
    if table.run:
        return _command(table, beside, faults)
    role, colon, name = table.use.partition(":")
    if not colon:
        faults.append(("use", _no_role(table.use)))
        return None
    return (
        _python(table, name, beside, faults)
        if role == PYTHON
        else _role(table, role, name, beside, faults)
    )


def check_use(use: Use, table: StepTable, read: Iterator[str] | tuple[str, ...]) -> KeyFault | None:
    """What only the maker itself can judge; makes it (no model is run) and nothing else.

    A maker that comes with the step's own environment cannot be judged here.
    """
    if use.role not in ROLE_STEPS or (table.env is not None and not _installed(use)):
        return None
    asked = {k: v for k, v in use.call.settings.items() if k not in ("use", "settings")}
    settings = use.call.settings["settings"]
    try:
        check_role(use.role, use.use, settings, asked, tuple(read))
    except HaigaError as error:
        sentence = " ".join(str(error).split("\n"))
        place, _, rest = sentence.partition(": ")
        key = place.rpartition(".")[2].strip()
        return (f"with.{key}", rest) if rest and key in table.settings else ("", sentence)
    return None


def _no_role(use: str) -> str:
    for role in registry.GROUPS:
        if use in registry.names(role):
            return f'write the role too: use = "{role}:{use}"'
    roles = hint(use, [*ROLE_STEPS, PYTHON], label="the roles are")
    return f"must be ROLE:IMPLEMENTATION or python:FILE.py:FUNCTION, not '{use}'; {roles}"


def _role(
    table: StepTable, role: str, name: str, beside: Path, faults: list[KeyFault]
) -> Use | None:
    if role not in ROLE_STEPS:
        roles = hint(role, [*ROLE_STEPS, PYTHON], label="the roles are")
        faults.append(("use", f"no role named '{role}'; {roles}"))
        return None
    step = ROLE_STEPS[role]
    asked_of = set(_keywords(step.factory))
    given = {key: _placed(key, value, beside) for key, value in table.settings.items()}
    asked = {key: value for key, value in given.items() if key in asked_of}
    own = {key: value for key, value in given.items() if key not in asked_of}
    for key, said in registry.keyword_faults(
        step.factory, asked, given=("use", "settings")
    ).items():
        faults.append((f"with.{key}", said))
    use = Use(
        role,
        name,
        step.makes,
        Call("values", step.target, settings={"use": name, "settings": own, **asked}),
        step.slots,
        settings=given,
    )
    if not _installed(use) and table.env is not None:
        return use  # it comes with its environment, and is judged there
    try:
        wrong = registry.setting_faults(role, name, own, also_known=asked_of)
    except UserError as error:
        faults.append(("use", str(error)))
        return None
    faults += [(f"with.{key}" if key else "with", said) for key, said in wrong.items()]
    if role == "sheet":
        return use
    return Use(**{**vars(use), "models": lambda: maker(role, name, own).models})


def _installed(use: Use) -> bool:
    return use.use in registry.names(use.role)


def _python(table: StepTable, named: str, beside: Path, faults: list[KeyFault]) -> Use | None:
    function = _found(table, "use", named, beside, faults)
    if function is None:
        return None
    faults += function.setting_faults(table.settings)
    call = Call("files", function.target, settings=table.settings)
    return Use(
        PYTHON, named, table.makes or "file", call, None, settings=table.settings, function=function
    )


def _found(
    table: StepTable, key: str, named: str, beside: Path, faults: list[KeyFault]
) -> Function | None:
    try:
        function = find_function(named, beside)
    except UserError as error:
        faults.append((key, str(error)))
        return None
    if table.env is None and not function.known and module_missing(function.target):
        module = function.target.partition(":")[0]
        said = f"no module '{module}' is installed; write env = {{ requirements = […] }}"
        faults.append((key, f"{said}, or FILE.py:FUNCTION for a file"))
        return None
    return function


def _command(table: StepTable, beside: Path, faults: list[KeyFault]) -> Use | None:
    names = [name for argument in table.run for name in placeholders(argument)]
    if "out" not in names:
        faults.append(("run", "nothing in it is {out}, the file that it must write"))
    used = {plain(name) for name in names}
    for name in inputs_of(table):
        if name not in used:
            faults.append(("inputs", f"'{name}' is nowhere in run; write {{{name}}} there"))
    for name in table.settings:
        if name not in names:
            faults.append((f"with.{name}", f"is nowhere in run; write {{{name}}} there"))
    program = table.run[0]
    found = program
    if "/" in program or "\\" in program:
        path = next((p for p in (beside / program, Path(program)) if p.is_file()), None)
        if path is None:
            faults.append(("run", f"{program}: there is no such file beside the pipeline"))
        else:
            found = str(path.resolve())
    elif table.env is None and not placeholders_in(program) and shutil.which(program) is None:
        faults.append(("run", f"no program '{program}' is on the PATH; install it"))
    command = (found, *(_spelt(_beside(argument, beside)) for argument in table.run[1:]))
    call = Call("command", command=command, settings=table.settings)
    return Use(
        COMMAND, Path(program).name, table.makes or "file", call, None, settings=table.settings
    )


def _beside(argument: str, beside: Path) -> str:
    """An argument that names a file beside the pipeline's, with its whole path."""
    if placeholders_in(argument) or argument in ("", ".", ".."):
        return argument
    try:
        path = beside / argument
        return str(path.resolve()) if path.is_file() else argument
    except (OSError, ValueError):  # too long, or no name at all
        return argument


def placeholders_in(argument: str) -> bool:
    """Whether an argument of a command has a place to be filled in."""
    return next(placeholders(argument), None) is not None


def _spelt(argument: str) -> str:
    """The argument with the names of its places as the step calls them."""
    for name in placeholders(argument):
        argument = argument.replace(f"{{{name}}}", f"{{{plain(name)}}}")
    return argument


def _choice(table: StepTable, beside: Path, faults: list[KeyFault]) -> Use | None:
    for key in table.settings:
        faults.append((f"with.{key}", "a choice has no settings"))
    chosen = Slot(plain(table.choose), ())
    listed = [name for name in inputs_of(table) if name != chosen.name]
    if table.by == "critic":
        slots = (Slot(chosen.name, ("picture",)), Slot(WORDS, ("poem", "text")))
        if not listed:
            said = "the critic matches pictures with words; list the step that makes the words"
            faults.append(("inputs", f'{said}: inputs = ["poem"]'))
        call = Call("values", f"{CHOICES}:best_match")
        return Use(CHOICE, "critic", "", call, slots, models=lambda: critic().models)
    if table.by == "first":
        if listed:
            faults.append(("inputs", "the first is chosen without looking at anything else"))
        return Use(CHOICE, "first", "", Call("values", f"{CHOICES}:first"), (chosen,))
    if ":" not in table.by:
        known = hint(table.by, ["critic", "first", "FILE.py:FUNCTION"])
        faults.append(("by", f"no way to choose named '{table.by}'; {known}"))
        return None
    scorer = _found(table, "by", table.by, beside, faults)
    if scorer is None:
        return None
    faults += [("by", said) for _, said in scorer.setting_faults({})]
    call = Call("values", f"{CHOICES}:best_scored")
    return Use(CHOICE, table.by, "", call, (chosen,), scorer=scorer)


def _keywords(factory: Callable[..., Any]) -> list[str]:
    import inspect

    parameters = inspect.signature(factory).parameters.values()
    return [p.name for p in parameters if p.kind is p.KEYWORD_ONLY]


def _placed(key: str, value: Any, beside: Path) -> Any:
    """A setting that names a file or folder beside the pipeline's file, with its whole path."""
    if key not in PLACED or not isinstance(value, str) or value in bundled_names():
        return value
    found = beside / value
    return str(found.resolve()) if value and found.exists() else value
