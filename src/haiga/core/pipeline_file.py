"""Pipelines as files: steps, loops and given values in TOML, with every fault told at once.

What a step's `use` may be, and whether its inputs fit, is for `haiga.actions.pipelines` to say;
this file knows how a pipeline is written.
"""

from __future__ import annotations

import json
import reprlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from haiga.core import registry
from haiga.core.errors import UserError
from haiga.core.seeds import MAX_SEED
from haiga.core.suggest import hint
from haiga.core.toml_lines import counted_lines, parse

NAME = r"^[A-Za-z][A-Za-z0-9_-]{0,59}$"
KEPT_NAMES = ("out", "seed")
"""What functions and programs are given under these names is no step's result."""
MOST_COUNT, MOST_TIMES = 10_000, 1_000
SAID_APART: Mapping[str, Any] = {"needs": {}, "env": {}, "timeout_s": 0, "retries": 0, "times": 1}
"""Keys whose faults do not keep the rest of their table from being judged, and what stands in."""
MOST_TOLD = 50
"""So many faults of a file are told, the first; of the others, how many they are."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)


class NeedsTable(_Section):
    """Processors, GPUs (a share is allowed) and memory of one making of a step."""

    cpu: float = Field(default=1.0, gt=0, le=4096)
    gpu: float = Field(default=0.0, ge=0, le=4096)
    memory_mb: int = Field(default=0, ge=0)


class EnvironmentTable(_Section):
    """A place of its own: pip requirements or a lock file, an interpreter, or an image.

    `variables` are the environment variables that the step may read.
    """

    requirements: tuple[str, ...] = ()
    lock: str = ""
    python: str = Field(default="", pattern=r"^(3\.\d+(\.\d+)?)?$")
    image: str = ""
    variables: tuple[str, ...] = ()


class StepTable(_Section):
    """One `[[step]]`: exactly one of `use`, `run` and `choose` says what it does."""

    name: str = Field(pattern=NAME)
    use: str = ""
    run: tuple[str, ...] = ()
    choose: str = ""
    by: str = "critic"
    settings: Mapping[str, Any] = Field(default={}, alias="with")
    inputs: tuple[str, ...] | Mapping[str, str] = ()
    gathers: tuple[str, ...] = ()
    count: int = Field(default=1, ge=1, le=MOST_COUNT)
    makes: str = ""
    needs: NeedsTable = NeedsTable()
    env: EnvironmentTable | None = None
    timeout_s: float = Field(default=0.0, ge=0)
    retries: int = Field(default=0, ge=0, le=100)


class LoopTable(_Section):
    """One `[[loop]]`: its steps, so many times over; `carry` hands results to the next round.

    `carry` maps a name that the round reads to the step of the round that gives it to the
    next one; in the first round the name is that of a given value or of a step before.
    """

    name: str = Field(pattern=NAME)
    times: int = Field(ge=1, le=MOST_TIMES)
    carry: Mapping[str, str] = {}
    step: tuple[StepTable, ...] = Field(default=(), min_length=1)


class GivenTable(_Section):
    """A value from outside: text, or a file and what kind of value is in it."""

    text: str = ""
    file: str = ""
    kind: str = ""


class PipelineFile(_Section):
    """A pipeline as it is written; steps may stand in any order."""

    name: str = Field(min_length=1, max_length=60, pattern=r"^[^\r\n]+$")
    about: str = ""
    seed: int | None = Field(default=None, ge=0, le=MAX_SEED)
    given: Mapping[str, str | GivenTable] = {}
    step: tuple[StepTable, ...] = ()
    loop: tuple[LoopTable, ...] = ()


@dataclass(frozen=True)
class Fault:
    """What is wrong at a place of a file: `key` as a reader finds it ("painting.use")."""

    line: int | None
    key: str
    sentence: str

    def told(self, path: Path) -> str:
        """The fault in one line: file, line, key and what to do."""
        place = f"{path}:{self.line}" if self.line else str(path)
        return f"{place}: {self.key}: {self.sentence}" if self.key else f"{place}: {self.sentence}"


@dataclass(frozen=True)
class Written:
    """A pipeline's file as far as it could be read.

    Where a table is at fault, `file` is without it and `broken` has its name, so
    that nobody complains of it twice. `lines` are those of keys by counted path; `place`
    gives the counted path of a step's or loop's table by its name ("game.painting").
    """

    path: Path
    file: PipelineFile
    faults: tuple[Fault, ...]
    broken: frozenset[str] = frozenset()
    lines: Mapping[str, int] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)

    def fault(self, name: str, key: str, sentence: str) -> Fault:
        """A fault at a key of a step, a loop or a given value, with its line.

        `key` may be deeper than the file writes it out ("with.about" on one line).
        """
        return Fault(self._line(self.places.get(name, name), key), _shown(name, key), sentence)

    def _line(self, place: str, key: str) -> int | None:
        path = f"{place}.{key}" if key else place
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path.rpartition(".")[0]
        return None


def refuse(path: Path, faults: list[Fault]) -> None:
    """Raise `UserError` with every fault, one a line in the order of the file, if there is any.

    Of more than `MOST_TOLD` those after the first are only counted.
    """
    if faults:
        ordered = sorted(dict.fromkeys(faults), key=lambda fault: fault.line or 0)
        told = [fault.told(path) for fault in ordered[:MOST_TOLD]]
        if len(ordered) > MOST_TOLD:
            told.append(f"{path}: and {len(ordered) - MOST_TOLD:,} more")
        raise UserError("\n".join(told))


def read_pipeline_file(path: Path) -> Written:
    """What a pipeline's file says, with the faults of its tables; nothing of it is run.

    Raises UserError for a file that cannot be read or is no TOML.
    """
    text = _text(path)
    if not text.strip():
        raise UserError(f"{path}: is empty; write a name and a step: name = …, [[step]]")
    values, broken = parse(text)
    refuse(path, [Fault(line, "", sentence) for line, sentence in broken])
    reading = _Reading(path, counted_lines(text))
    return reading.whole(values)


class _Reading:
    """Reads table by table, so that one broken step does not hide the others' faults."""

    def __init__(self, path: Path, lines: Mapping[str, int]) -> None:
        self.path, self.lines = path, lines
        self.faults: list[Fault] = []
        self.broken: set[str] = set()
        self.places: dict[str, str] = {}
        self._said: set[tuple[int | None, str]] = set()

    def whole(self, values: dict[str, Any]) -> Written:
        given = {}
        for name, value in _table(values.get("given")).items():
            self.places[name] = f"given.{name}"
            if isinstance(value, str) or (
                isinstance(value, dict)
                and self.model(GivenTable, value, f"given.{name}", name) is not None
            ):
                given[name] = value
                continue
            if not isinstance(value, dict):
                self.add(f"given.{name}", name, f"must be a text or a file's name, not {value!r}")
            self.broken.add(name)
        steps = self.tables(values, "step", "", StepTable)
        loops: list[LoopTable] = []
        for at, table in enumerate(_list(values.get("loop"))):
            loops += self.loop(f"loop.{at}", table)
        head = {k: v for k, v in values.items() if k not in ("step", "loop", "given")}
        for key, kind in (("step", list), ("loop", list), ("given", dict)):
            if not isinstance(values.get(key, kind()), kind):
                written = "[given]" if key == "given" else f"[[{key}]]"
                self.add(key, key, f"must be a table; write {written}")
        file = self.model(PipelineFile, head, "", "")
        if file is None:
            file = PipelineFile(name="unnamed")
        if not (steps or loops or self.faults):
            self.add("", "", "holds no step; write one: [[step]], name = …, use = …")
        read = PipelineFile.model_validate_json(json.dumps({"name": file.name, "given": given}))
        file = file.model_copy(
            update={"step": tuple(steps), "loop": tuple(loops), "given": read.given}
        )
        return Written(
            self.path, file, tuple(self.faults), frozenset(self.broken), self.lines, self.places
        )

    def tables(self, values: Any, key: str, within: str, kind: type[StepTable]) -> list[StepTable]:
        """The sound ones of a list of steps; the names of the others are noted."""
        sound = []
        for at, table in enumerate(_list(values.get(key))):
            place = f"{within}.{key}.{at}" if within else f"{key}.{at}"
            prefix = f"{self._name(within)}." if within else ""
            name = prefix + _named(table, at)
            self.named(name, place)
            if self.places[name] != place:  # another is called so, and both are judged
                name = f"{name} ({at + 1})"
                self.places[name] = place
            step = self.model(kind, table, place, name)
            if step is None:
                self.broken.add(name)
                continue
            if fault := _two_ways(step):
                self.add(place, name, fault)
                self.broken.add(name)
                continue
            own = name.removeprefix(prefix)
            sound.append(step if step.name == own else step.model_copy(update={"name": own}))
        return sound

    def loop(self, place: str, table: Any) -> Iterator[LoopTable]:
        name = _named(table, int(place.rpartition(".")[2]))
        self.named(name, place)
        steps = self.tables(_table(table), "step", place, StepTable)
        stand_in = [{"name": "x"}] if _list(_table(table).get("step")) else []
        head = {**_table(table), "step": stand_in}
        loop = self.model(LoopTable, head, place, name)
        if loop is None:
            self.broken.add(name)
            return
        yield loop.model_copy(update={"step": tuple(steps)})

    def named(self, name: str, place: str) -> None:
        """Notes where a step or loop stands, or that its name is taken."""
        if name.rpartition(".")[2] in KEPT_NAMES:
            said = "every function and program is given something under this name; choose another"
            self.add(f"{place}.name", f"{name}.name", said)
        if name in self.places:
            self.add(f"{place}.name", f"{name}.name", f"another {self._what(name)} is called so")
        self.places.setdefault(name, place)

    def _what(self, name: str) -> str:
        place = self.places[name]
        if place.startswith("given."):
            return "given value"
        return "loop" if place.startswith("loop.") and ".step." not in place else "step"

    def model(self, kind: Any, table: Any, place: str, name: str) -> Any:
        """The table as a model, or None with its faults noted.

        Where only keys are at fault that no other key depends on, it is read with others in
        their place, so that nothing else that is wrong with it stays unsaid.
        """
        try:
            return kind.model_validate_json(json.dumps(table, default=str))
        except ValidationError as error:
            faults = error.errors(include_url=False)
        for fault in faults:
            self.add_from_pydantic(kind, fault, place, name)
        wrong = {str(fault["loc"][0]) for fault in faults if fault["loc"]}
        if not isinstance(table, dict) or not wrong <= set(SAID_APART):
            return None
        with_others = {**table, **{key: SAID_APART[key] for key in wrong}}
        return kind.model_validate_json(json.dumps(with_others, default=str))

    def add_from_pydantic(self, kind: type[BaseModel], fault: Any, place: str, name: str) -> None:
        loc = [part for part in fault["loc"] if not _is_branch(part)]
        keys = ".".join(str(part) for part in loc)
        sentence = _sentence(fault, keys)
        if fault["type"] == "extra_forbidden":
            inner: dict[str, type[BaseModel]] = {"needs": NeedsTable, "env": EnvironmentTable}
            table = inner.get(str(loc[0]), kind)
            known = [f.alias or k for k, f in table.model_fields.items()]
            sentence = "no such key; " + hint(str(loc[-1]), known)
        elif fault["type"] == "missing":
            sentence = "is missing"
        elif keys == "name" and fault["type"] == "string_pattern_mismatch":
            sentence = f"must be a letter, then letters, digits, - and _, not {fault['input']!r}"
        elif keys.endswith("env.python"):
            sentence = f'must be a version such as "3.12", not {fault["input"]!r}'
        elif fault["type"] == "too_short" and keys == "step":
            sentence = "a loop needs steps; write [[loop.step]] under it"
        self.add(f"{place}.{keys}" if place else keys, _shown(name, keys), sentence)

    def add(self, place: str, key: str, sentence: str) -> None:
        line = None
        while place and line is None:
            line, place = self.lines.get(place), place.rpartition(".")[0]
        if (line, key) not in self._said:
            self._said.add((line, key))
            self.faults.append(Fault(line, key, sentence))

    def _name(self, place: str) -> str:
        return next((name for name, at in self.places.items() if at == place), "loop")


def _sentence(fault: Any, keys: str) -> str:
    """What is wrong with a value, as everything else here says it: "must be …, not …"."""
    bounds = fault.get("ctx", {})
    least, most = bounds.get("ge"), bounds.get("le")
    wanted = {
        "tuple_type": "a list",
        "dict_type": "a table",
        "mapping_type": "a table",
        "model_type": "a table",
        "model_attributes_type": "a table",
        "string_type": "a text",
        "int_type": "a whole number",
        "int_from_float": "a whole number",
        "float_type": "a number",
        "greater_than": f"above {bounds.get('gt')}",
        "greater_than_equal": f"{least:g} or more" if least is not None else "",
        "less_than_equal": f"at most {most:,g}" if most is not None else "",
    }.get(fault["type"])
    if not wanted:
        return registry.fault_sentence(fault)
    if keys == "inputs" and wanted in ("a list", "a table"):
        wanted = "a list or a table"
    return f"must be {wanted}, not {reprlib.repr(fault['input'])}"


def _two_ways(step: StepTable) -> str:
    """What is wrong with how the step says what it does; "" where nothing is."""
    ways = [key for key in ("use", "run", "choose") if getattr(step, key)]
    if not ways:
        return "does nothing; give it one of use, run and choose"
    if len(ways) > 1:
        return f"has both {ways[0]} and {ways[1]}; give it one of use, run and choose"
    return ""


def _shown(name: str, key: str) -> str:
    return ".".join(part for part in (name, key) if part)


def _is_branch(part: Any) -> bool:
    """Whether a part of pydantic's place names a branch of a union and no key."""
    return isinstance(part, str) and "[" in part


def _named(table: Any, at: int) -> str:
    name = table.get("name") if isinstance(table, dict) else None
    return name if isinstance(name, str) and name else f"step {at + 1}"


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise UserError(f"{path}: there is no such file") from error
    except IsADirectoryError as error:
        raise UserError(f"{path}: is a folder, not a pipeline's file") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: is not text in UTF-8") from error
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from error
