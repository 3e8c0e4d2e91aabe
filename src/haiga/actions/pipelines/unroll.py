"""A pipeline's file spelt out: loops unrolled, every input traced to its source, steps in order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from haiga.core.pipeline_file import KEPT_NAMES, MOST_TOLD, Fault, LoopTable, StepTable, Written
from haiga.core.suggest import hint

MOST_STEPS = 20_000
NOTHING = ""
"""The source of an input that nothing makes; no step is called so."""
_PLACE = re.compile(r"\{\{|\}\}|\{([A-Za-z][\w.-]*)\}")


@dataclass(frozen=True)
class Unrolled:
    """One step of the plan: its `name` in the plan and the file's (`written`).

    `reads` maps what the step calls an input to the step or given value it comes from;
    `listed` are those inputs that the file only lists, without saying what the step calls
    them. `loop` and `round` (from 1) are where it stands, "" and 0 outside of loops. `sound`
    is False of a step that lacks a source or waits for one that does: it is there so that
    its other faults are told, and what it reads may be of nobody.
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
    sound: bool = True


def unroll(written: Written, faults: list[Fault]) -> list[Unrolled]:
    """The steps of a file in an order in which they can run; what is wrong goes into `faults`.

    Steps without a source, and those that read them, come last and are not `sound`.
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
        self.missed = 0

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
        return found

    def rounds(self, loop: LoopTable) -> list[Unrolled]:
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
        found: list[Unrolled] = []
        for number in range(1, loop.times + 1):
            inside = {name: f"{loop.name}.{number}.{name}" for name in own}
            if number > 1:
                before = {
                    start: f"{loop.name}.{number - 1}.{then}" for start, then in loop.carry.items()
                }
                inside = {**before, **inside}
            for table in loop.step:
                step = self.step(table, f"{loop.name}.{table.name}", inside, broken)
                full = inside[table.name]
                found.append(replace(step, name=full, loop=loop.name, round=number))
        return found

    def step(
        self,
        table: StepTable,
        written: str,
        inside: Mapping[str, str],
        broken: frozenset[str] = frozenset(),
    ) -> Unrolled:
        inputs = inputs_of(table)
        listed = () if isinstance(table.inputs, Mapping) else tuple(inputs)
        if not isinstance(table.inputs, Mapping):
            for source in sorted({s for s in table.inputs if table.inputs.count(s) > 1}):
                self.add(written, "inputs", f"'{source}' is listed twice; leave one out")
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
            reads[name] = found if found is not None else NOTHING
        gathers = tuple(plain(g) for g in table.gathers) + ((chooses,) if chooses else ())
        for name in gathers:
            if name not in inputs:
                known = hint(name, inputs, label="it reads")
                self.add(written, "gathers", f"it reads no '{name}'; {known}")
                whole = False
        gathers = tuple(name for name in gathers if name in inputs)
        return Unrolled(written, written, table, reads, listed, gathers, chooses, sound=whole)

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
            self.missed += 1
            near = ""
            if self.missed <= MOST_TOLD:  # a name like it among thousands takes a while to find
                near = f"; {hint(source, others, label='there are')}"
            said = f"nothing makes '{source}'{near}"
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
    """The steps so that each comes after what it reads, else as they stand in the file.

    Those that cannot be placed come last.
    """
    by_name = {step.name: step for step in steps}
    placed: dict[str, Unrolled] = {}
    lost: dict[str, Unrolled] = {}
    known = {*written.file.given}
    told: set[tuple[str, ...]] = set()
    for first in steps:
        if first.name in placed or first.name in lost:
            continue
        path = {first.name: iter(first.reads.values())}  # from a step to what it waits for
        bad: set[str] = set()
        while path:
            name = next(reversed(path))
            source = next(path[name], None)
            if source is None:
                del path[name]
                step = by_name[name]
                if name in bad:
                    lost[name] = replace(step, sound=False)
                    bad.update(list(path)[-1:])  # which waits for it
                else:
                    placed[name] = step
            elif source in path:
                names = list(path)
                circle = names[names.index(source) :]
                bad.update(circle)
                shown = [by_name[n].written for n in circle][::-1]
                shown = _from_smallest(list(dict.fromkeys(shown)))
                if tuple(shown) not in told:
                    told.add(tuple(shown))
                    faults.append(_circle(shown, written))
            elif source in lost or (source not in by_name and source not in known):
                bad.add(name)
            elif source not in known and source not in placed:
                path[source] = iter(by_name[source].reads.values())
    return [*placed.values(), *lost.values()]


def _from_smallest(circle: list[str]) -> list[str]:
    """The circle told from one and the same step, however it was entered."""
    at = circle.index(min(circle))
    return circle[at:] + circle[:at]


def _circle(circle: Sequence[str], written: Written) -> Fault:
    if len(circle) == 1:
        return written.fault(circle[0], "inputs", "it reads its own result")
    shown = " → ".join([*circle, circle[0]])
    return written.fault(circle[0], "inputs", f"the steps wait for each other in a circle: {shown}")
