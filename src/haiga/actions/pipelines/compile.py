"""From a pipeline's file to a plan that any engine runs, with every fault told at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from haiga.actions.pipelines.given import Given, given_values
from haiga.actions.pipelines.kinds import fits
from haiga.actions.pipelines.unroll import NOTHING, Unrolled, unroll
from haiga.actions.pipelines.uses import CHOICE, SCORES, WORDS, Use, check_use, use_of
from haiga.actions.role_steps.table import Slot
from haiga.core.pipeline_file import (
    EnvironmentTable,
    Fault,
    NeedsTable,
    Written,
    read_pipeline_file,
    refuse,
)
from haiga.core.suggest import hint
from haiga.engine.interpreters import is_too_old, too_old
from haiga.engine.plan import Call, Environment, Needs, Pipeline, Step


@dataclass(frozen=True)
class Place:
    """Where a step of the plan stands in the file: its `written` name, its loop and round."""

    written: str
    loop: str = ""
    round: int = 0
    times: int = 0


@dataclass(frozen=True)
class Compiled:
    """A plan and what is known of it.

    `given` are the values from outside; `makes` and `widths` tell the kind of every step's and
    given value's result and how many there are; `places` where a step stands in the file.
    `written` is the file as it was read, None for an artist.
    """

    name: str
    pipeline: Pipeline
    about: str = ""
    seed: int | None = None
    given: Mapping[str, Given] = field(default_factory=dict)
    makes: Mapping[str, str] = field(default_factory=dict)
    widths: Mapping[str, int] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    written: Written | None = None

    def values(self) -> dict[str, Any]:
        """The given values, read from their files."""
        return {name: given.value() for name, given in self.given.items()}


@dataclass(frozen=True)
class Draft:
    """As much of a file's plan as there is; a step may read what is not there."""

    written: Written
    given: Mapping[str, Given]
    steps: Sequence[Step]
    places: Mapping[str, Place]


def compile_file(
    path: Path,
    given: Mapping[str, str] | None = None,
    *,
    look: bool = True,
    also: Callable[[Draft], Iterable[Fault]] = lambda draft: (),
) -> Compiled:
    """The plan of a pipeline's file; nothing of it is run.

    `given` takes the place of the file's given values; with `look` those that are files must
    be there. `also` finds further faults, in as much of the plan as there is. Raises
    UserError with every fault, one a line: file, line, key and what to do.
    """
    written = read_pipeline_file(path)
    faults = list(written.faults)
    unseen: list[Fault] = []
    values = given_values(written, given or {}, faults if look else unseen)
    compiling = _Compiling(written, faults, values)
    compiling.look()
    steps = unroll(written, faults)
    compiling.foresee(steps)
    for step in steps:
        compiling.add(step)
    faults += also(Draft(written, values, compiling.steps, compiling.places))
    refuse(path, faults)
    file = written.file
    return Compiled(
        name=file.name,
        pipeline=Pipeline(tuple(compiling.steps), tuple(file.given)),
        about=file.about,
        seed=file.seed,
        given=values,
        makes=compiling.kinds,
        widths=compiling.widths,
        places=compiling.places,
        written=written,
    )


class _Compiling:
    def __init__(self, written: Written, faults: list[Fault], given: Mapping[str, Given]) -> None:
        self.written, self.faults = written, faults
        self.steps: list[Step] = []
        self.kinds = {name: value.kind for name, value in given.items()}
        self.widths = dict.fromkeys(given, 1)
        self.places: dict[str, Place] = {}
        self.loops = {loop.name: loop.times for loop in written.file.loop}
        self._uses: dict[str, Use | None] = {}
        self._environments: dict[str, Environment | None] = {}
        self._checked: set[str] = set()
        self._faulty: set[str] = set()

    def add(self, step: Unrolled) -> None:
        """Compiles one step whose sources are compiled already, as far as there are any."""
        table = step.table
        environment = self.environment(step)
        use = self._uses[step.written]
        reads = self.bound(step, use) if use is not None else dict(step.reads)
        renamed = {source: name for name, source in (reads or {}).items()}
        gathers = tuple(
            renamed.get(step.reads[name], name) for name in step.gathers if name in step.reads
        )
        if step.sound or all(source in self.widths for source in step.reads.values()):
            self.widths[step.name] = self.width(step)
        self.kinds[step.name] = self.kind(step, use)
        self.places[step.name] = Place(
            step.written, step.loop, step.round, self.loops.get(step.loop, 0)
        )
        if use is None:
            return
        if step.written not in self._checked and step.written not in self._faulty:
            self._checked.add(step.written)
            fault = check_use(use, table, tuple(reads if reads is not None else step.reads))
            sure = reads is not None and len(reads) == len(step.reads)
            if fault and (sure or fault[0]):
                self.fault(step, *fault)
        if reads is None:
            return
        if use.scorer is not None:
            reads, gathers = self.scored(step, use, reads, gathers)
        plain_call = use.role == CHOICE and use.scorer is not None
        self.steps.append(
            Step(
                step.name,
                role=use.role,
                use=use.use,
                settings=use.settings,
                needs=Needs() if plain_call else _needs(table.needs),
                models=use.models,
                call=use.call,
                environment=None if plain_call else environment,
                reads=reads,
                count=table.count,
                gathers=gathers,
                makes=self.kinds[step.name],
                timeout_s=0.0 if plain_call else table.timeout_s,
                retries=0 if plain_call else table.retries,
            )
        )

    def look(self) -> None:
        """Finds what every step does, those too that will not get what they read."""
        tables = [(table.name, table) for table in self.written.file.step]
        for loop in self.written.file.loop:
            tables += [(f"{loop.name}.{table.name}", table) for table in loop.step]
        for name, table in tables:
            found: list[tuple[str, str]] = []
            self._uses[name] = use_of(table, self.written.path.parent, found)
            if found:
                self._faulty.add(name)
            self.faults += [self.written.fault(name, key, sentence) for key, sentence in found]

    def foresee(self, steps: Sequence[Unrolled]) -> None:
        """The kinds of what comes in no order: those who read it may be compiled before it."""
        for step in steps:
            use = self._uses[step.written]
            if not step.sound and use is not None and use.makes:
                self.kinds[step.name] = step.table.makes or use.makes

    def bound(self, step: Unrolled, use: Use) -> dict[str, str] | None:
        """What the step reads by the names that its maker knows; None where it does not fit."""
        function = use.function or use.scorer
        if function is not None:
            listed = [*step.listed, step.chooses] if use.scorer else step.listed
            reads = function.bound(step.reads, listed, use.settings)
            wrong = list(function.input_faults(reads, use.settings))
            for _, sentence in wrong:
                self.fault(step, "by" if use.scorer else "inputs", sentence)
            return None if wrong else reads
        if use.slots is None:
            return dict(step.reads)
        slots = {slot.name: slot for slot in use.slots}
        bound: dict[str, str] = {}
        sound = True
        for name in [n for n in step.reads if n in slots]:
            bound[name] = step.reads[name]
        others = [pair for pair in step.reads.items() if pair[0] not in slots]
        if not step.sound:  # what nobody knows goes where room is left
            others.sort(key=lambda pair: not self.kinds.get(pair[1]))
        for name, source in others:
            free = self.free_slot(step, name, source, slots, bound)
            if free is None and source == NOTHING:
                continue
            if free is None:
                self.unfit(step, use, name, source, slots)
                sound = False
            else:
                bound[free] = source
        for name, source in bound.items():
            if not fits(self.kinds.get(source, ""), slots[name].kinds):
                self.wrong_kind(step, name, source, slots[name])
                sound = False
        for slot in use.slots if NOTHING not in step.reads.values() else ():
            if slot.needed and slot.name not in bound and sound and slot.name != WORDS:
                said = f"a {use.role} reads a {_either(slot.kinds)}; list the step that makes it"
                self.fault(step, "inputs", said)
                sound = False
        for name in step.gathers:
            if use.role != CHOICE and step.reads[name] in bound.values():
                said = f"a {use.role} reads one {_either(slots[next(iter(bound))].kinds)} at a time"
                self.fault(step, "gathers", f"{said}; leave gathers out")
                sound = False
        return bound if sound else None

    def free_slot(
        self,
        step: Unrolled,
        name: str,
        source: str,
        slots: Mapping[str, Slot],
        bound: Mapping[str, str],
    ) -> str | None:
        """The slot for an input that the file only lists: the first that takes its kind."""
        if name not in step.listed or name == step.chooses:
            return None
        kind = self.kinds.get(source, "")
        return next(
            (s.name for s in slots.values() if s.name not in bound and fits(kind, s.kinds)), None
        )

    def unfit(
        self, step: Unrolled, use: Use, name: str, source: str, slots: Mapping[str, Slot]
    ) -> None:
        kind = self.kinds.get(source, "")
        what = "the critic" if use.role == CHOICE else f"a {use.role}"
        if not slots:
            self.fault(step, "inputs", f"{what} reads nothing; leave '{name}' out")
        elif name in step.listed:
            wanted = " and ".join(f"a {_either(slot.kinds)}" for slot in slots.values())
            shown = f"'{self.shown(source)}', which is a {kind}" if kind else f"'{name}'"
            self.fault(step, "inputs", f"it reads {shown}; {what} reads {wanted}")
        else:
            said = f"{what} has no input '{name}'; {hint(name, slots, label='it has')}"
            self.fault(step, "inputs", said)

    def wrong_kind(self, step: Unrolled, name: str, source: str, slot: Slot) -> None:
        key = "choose" if name == step.chooses else "inputs"
        said = f"'{self.shown(source)}' is a {self.kinds[source]}, and its {name} must be a "
        if name == step.chooses:
            said = f"'{self.shown(source)}' is a {self.kinds[source]}, and the critic chooses a "
        self.fault(step, key, said + _either(slot.kinds))

    def scored(
        self, step: Unrolled, use: Use, reads: Mapping[str, str], gathers: tuple[str, ...]
    ) -> tuple[dict[str, str], tuple[str, ...]]:
        """Adds the step that gives each candidate a number; what the choice reads then."""
        assert use.scorer is not None
        table, name = step.table, f"{step.name}.{SCORES}"
        self.steps.append(
            Step(
                name,
                role="python",
                use=table.by,
                needs=_needs(table.needs),
                call=Call("files", use.scorer.target),
                environment=self.environment(step),
                reads=reads,
                makes="text",
                timeout_s=table.timeout_s,
                retries=table.retries,
            )
        )
        source = step.reads[step.chooses]
        self.kinds[name], self.widths[name] = "text", self.widths.get(source, 1)
        self.places[name] = self.places[step.name]
        chosen = {CHOICE: source, SCORES: name}
        return chosen, tuple(chosen)

    def width(self, step: Unrolled) -> int:
        """How many of the step's result there are."""
        each = {
            source: self.widths.get(source, 1)
            for name, source in step.reads.items()
            if name not in step.gathers and self.widths.get(source, 1) > 1
        }
        count = step.table.count
        numbers = {*each.values(), *([count] if count > 1 else [])}
        if len(numbers) > 1:
            told = " and ".join(f"{width} of '{self.shown(s)}'" for s, width in each.items())
            own = f", and its own count is {count}" if count > 1 else ""
            said = f"it reads {told}{own}: numbers that do not go together; gather one of them"
            self.fault(step, "count" if count > 1 else "inputs", said)
        if step.chooses:
            source = step.reads[step.chooses]
            if self.widths.get(source, 1) == 1 and self.kinds.get(source):
                said = f"there is one '{self.shown(source)}' only; give that step a count"
                self.fault(step, "choose", said)
        return max(numbers, default=1)

    def kind(self, step: Unrolled, use: Use | None) -> str:
        """The kind of the step's result, "" where that is not known."""
        wanted = step.table.makes
        if use is None:
            return wanted
        own = self.kinds.get(step.reads[step.chooses], "") if step.chooses else use.makes
        if wanted and own and wanted != own and use.function is None and use.role != "command":
            what = "the choice" if step.chooses else f"a {use.role}"
            self.fault(step, "makes", f"{what} makes a {own}, not a {wanted}; leave it out")
        return own or wanted

    def environment(self, step: Unrolled) -> Environment | None:
        if step.written not in self._environments:
            found = None
            if step.table.env is not None:
                found = self.read_environment(step, step.table.env)
            self._environments[step.written] = found
        return self._environments[step.written]

    def read_environment(self, step: Unrolled, table: EnvironmentTable) -> Environment:
        if table.image and (table.requirements or table.lock or table.python):
            self.fault(step, "env", "an image has its own packages; leave the others out")
        if table.requirements and table.lock:
            self.fault(step, "env", "give either requirements or lock, a file of exact versions")
        if table.python and is_too_old(table.python):
            self.fault(step, "env.python", too_old(table.python))
        lock = ""
        if table.lock:
            path = self.written.path.parent / table.lock
            try:
                lock = path.read_text("utf-8")
            except (OSError, UnicodeDecodeError) as error:
                why = getattr(error, "strerror", None) or "is not text in UTF-8"
                self.fault(step, "env.lock", f"{path}: {why[0].lower()}{why[1:]}")
        for number, requirement in enumerate(table.requirements, start=1):
            if not requirement.strip():
                self.fault(step, "env.requirements", f"requirement {number} is empty")
        beside = self.written.path.parent
        whole = tuple(_whole(requirement, beside) for requirement in table.requirements)
        return Environment(whole, lock, table.python, table.image, table.variables)

    def shown(self, source: str) -> str:
        """A source's name as the file has it."""
        return self.places[source].written if source in self.places else source

    def fault(self, step: Unrolled, key: str, sentence: str) -> None:
        self.faults.append(self.written.fault(step.written, key, sentence))


def _needs(table: NeedsTable) -> Needs:
    return Needs(table.cpu, table.gpu, table.memory_mb)


def _either(kinds: tuple[str, ...]) -> str:
    return " or ".join(kinds) or "result"


def _whole(requirement: str, beside: Path) -> str:
    """A requirement with the whole path of a local wheel or project."""
    name, at, place = requirement.partition(" @ ")
    path = (place if at else requirement).strip()
    if path.startswith(("./", "../", "/")) or path.endswith(".whl"):
        found = (beside / path).resolve()
        return f"{name} @ {found.as_uri()}" if at else str(found)
    return requirement
