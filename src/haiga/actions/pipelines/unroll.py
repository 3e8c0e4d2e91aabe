"""A pipeline's file spelt out: loops unrolled, every input traced to its source, steps in order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from haiga.core.pipeline_file import KEPT_NAMES, Fault, LoopTable, StepTable, Written
from haiga.core.suggest import hint

MOST_STEPS = 20_000
_PLACE = re.compile(r"\{\{|\}\}|\{([A-Za-z][\w.-]*)\}")


@dataclass(frozen=True)
class Unrolled:
    """One step of the plan: its `name` in the plan and the file's (`written`).

    `reads` maps what the step calls an input to the step or given value it comes from;
    `listed` are those inputs that the file only lists, without saying what the step calls
    them. `loop` and `round` (from 1) are where it stands, "" and 0 outside of loops.
    """

    name: str
    written: str
    table: StepTable
    reads: Mapping[str, str]
    listed: tuple[str, ...] = ()
    gathers: tuple[str, ...] = ()
    chooses: str = ""
    loop: str = ""
    round: int = 0


def unroll(written: Written, faults: list[Fault]) -> list[Unrolled]:
    """The steps of a file in an order in which they can run; what is wrong goes into `faults`.

    Steps at fault, and those that read them, are left out.
    """
    spelling = _Spelling(written, faults)
    steps = spelling.steps()
    return _in_order(steps, written, faults)


def inputs_of(table: StepTable) -> dict[str, str]:
    """What the step calls each input -> the name that the file gives its source."""
    inputs: dict[str, str] = {}
    if isinstance(table.inputs, Mapping):
        inputs.update(table.inputs)
    else:
        inputs.update({plain(source): source for source in table.inputs})
    return inputs


def plain(name: str) -> str:
    """A source's name as a Python function can call it: "game.painting" is `game_painting`."""
    return name.replace(".", "_").replace("-", "_")


def placeholders(argument: str) -> Iterator[str]:
    """The names in braces in an argument of a command; `{{` and `}}` are braces themselves."""
    yield from filter(None, _PLACE.findall(argument))


class _Spelling:
    def __init__(self, written: Written, faults: list[Fault]) -> None:
        self.written, self.faults = written, faults
        self.outer: dict[str, str] = {}  # every name outside of loops -> what it is

    def steps(self) -> list[Unrolled]:
        file = self.written.file
        for kind, names in (
            ("given", list(file.given)),
            ("step", [step.name for step in file.step]),
            ("loop", [loop.name for loop in file.loop]),
        ):
            self.outer.update(dict.fromkeys(names, kind))
        self.loops = {loop.name: loop for loop in file.loop}
        found = [self.step(table, table.name, {}) for table in file.step]
        for loop in file.loop:
            found += self.rounds(loop)
        return [step for step in found if step is not None]

    def rounds(self, loop: LoopTable) -> list[Unrolled | None]:
        own = [step.name for step in loop.step]
        broken = self.broken_in(loop.name)
        for name in own:
            if name in self.outer:
                said = f"a {self.outer[name]} outside the loop is called so; choose another"
                self.add(f"{loop.name}.{name}", "name", said)
        for start, then in loop.carry.items():
            if then not in own and then not in broken:
                known = hint(then, own, label="the loop's steps are")
                self.add(loop.name, f"carry.{start}", f"no step '{then}' in this loop; {known}")
            if start not in self.outer and start not in self.written.broken:
                known = hint(start, self.outer, label="there are")
                said = f"nothing outside the loop is named '{start}', and the first round reads it"
                self.add(loop.name, f"carry.{start}", f"{said}; {known}")
        if loop.times * len(own) > MOST_STEPS:
            self.add(loop.name, "times", f"makes more than {MOST_STEPS:,} steps; take fewer rounds")
            return []
        found: list[Unrolled | None] = []
        for number in range(1, loop.times + 1):
            inside = {name: f"{loop.name}.{number}.{name}" for name in own}
            if number > 1:
                before = {
                    start: f"{loop.name}.{number - 1}.{then}" for start, then in loop.carry.items()
                }
                inside = {**before, **inside}
            for table in loop.step:
                step = self.step(table, f"{loop.name}.{table.name}", inside, broken)
                if step is not None:
                    full = inside[table.name]
                    step = replace(step, name=full, loop=loop.name, round=number)
                found.append(step)
        return found

    def step(
        self,
        table: StepTable,
        written: str,
        inside: Mapping[str, str],
        broken: frozenset[str] = frozenset(),
    ) -> Unrolled | None:
        inputs = inputs_of(table)
        listed = () if isinstance(table.inputs, Mapping) else tuple(inputs)
        if table.run:
            own = {"out", "seed", *table.settings, *inputs}
            for name in (n for argument in table.run for n in placeholders(argument)):
                if name not in own and plain(name) not in own:
                    inputs[plain(name)] = name
        chooses = ""
        if table.choose:
            chooses = plain(table.choose)
            inputs[chooses] = table.choose
        reads, whole = {}, True
        for name, source in inputs.items():
            if name in KEPT_NAMES:
                said = f"'{name}' is given to every function and program; call the input otherwise"
                self.add(written, "inputs", said)
            found = self.source(source, inside, broken)
            if found is None:
                whole = False
                if not self.is_broken(source, broken):
                    self.missing(written, table, source, inside)
                continue
            reads[name] = found
        gathers = tuple(plain(g) for g in table.gathers) + ((chooses,) if chooses else ())
        for name in gathers:
            if name not in inputs:
                known = hint(name, inputs, label="it reads")
                self.add(written, "gathers", f"it reads no '{name}'; {known}")
                whole = False
        if not whole:
            return None
        return Unrolled(written, written, table, reads, listed, gathers, chooses)

    def source(self, name: str, inside: Mapping[str, str], broken: frozenset[str]) -> str | None:
        """The full name of what a step reads as `name`."""
        if name in inside:
            return inside[name]
        if self.outer.get(name) in ("step", "given") and name not in self.written.broken:
            return name
        loop, _, rest = name.partition(".")
        if loop not in self.loops:
            return None
        number, _, own = rest.rpartition(".")
        table = self.loops[loop]
        if own not in {step.name for step in table.step}:
            return None
        if not number:
            return f"{loop}.{table.times}.{own}"
        return name if number.isdigit() and 1 <= int(number) <= table.times else None

    def missing(
        self, written: str, table: StepTable, source: str, inside: Mapping[str, str]
    ) -> None:
        key = "choose" if source == table.choose else "run" if table.run else "inputs"
        if source in self.loops:
            own = self.loops[source].step[0].name if self.loops[source].step else "step"
            said = f"'{source}' is a loop; name one of its steps, such as {source}.{own}"
        else:
            own_names = [f"{k}.{s.name}" for k, v in self.loops.items() for s in v.step]
            names = [n for n in (*inside, *self.outer, *own_names) if n not in self.loops]
            others = [n for n in names if n != written.rpartition(".")[2]]
            said = f"nothing makes '{source}'; {hint(source, others, label='there are')}"
        self.add(written, key, said)

    def is_broken(self, source: str, broken: frozenset[str]) -> bool:
        loop, _, rest = source.partition(".")
        known = self.written.broken
        return source in known or source in broken or loop in known or f"{loop}.{rest}" in known

    def broken_in(self, loop: str) -> frozenset[str]:
        start = f"{loop}."
        return frozenset(n.removeprefix(start) for n in self.written.broken if n.startswith(start))

    def add(self, name: str, key: str, sentence: str) -> None:
        self.faults.append(self.written.fault(name, key, sentence))


def _in_order(steps: Sequence[Unrolled], written: Written, faults: list[Fault]) -> list[Unrolled]:
    """The steps so that each comes after what it reads, else as they stand in the file."""
    by_name = {step.name: step for step in steps}
    placed: dict[str, Unrolled] = {}
    left_out: set[str] = set()
    known = {*written.file.given}
    told: set[tuple[str, ...]] = set()
    for first in steps:
        path: list[str] = []  # from a step to what it waits for
        stack = [(first.name, iter(first.reads.values()))]
        while stack:
            name, sources = stack[-1]
            if len(path) < len(stack):
                path.append(name)
            source = None if name in placed or name in left_out else next(sources, None)
            if source is None:
                stack.pop()
                path.pop()
                if name not in left_out:
                    placed.setdefault(name, by_name[name])
                continue
            if source in known or source in placed:
                continue
            if source in path:
                circle = [by_name[n].written for n in path[path.index(source) :]][::-1]
                circle = _from_smallest(list(dict.fromkeys(circle)))
                if tuple(circle) not in told:
                    told.add(tuple(circle))
                    faults.append(_circle(circle, written))
                left_out.update(path)
            elif source not in by_name or source in left_out:
                left_out.update(path)
            else:
                stack.append((source, iter(by_name[source].reads.values())))
    return list(placed.values())


def _from_smallest(circle: list[str]) -> list[str]:
    """The circle told from one and the same step, however it was entered."""
    at = circle.index(min(circle))
    return circle[at:] + circle[:at]


def _circle(circle: Sequence[str], written: Written) -> Fault:
    if len(circle) == 1:
        return written.fault(circle[0], "inputs", "it reads its own result")
    shown = " → ".join([*circle, circle[0]])
    return written.fault(circle[0], "inputs", f"the steps wait for each other in a circle: {shown}")
