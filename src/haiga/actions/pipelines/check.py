"""What can be told of a pipeline without running it, beyond what its file says: this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from haiga.actions.pipelines.artist import compile_any
from haiga.actions.pipelines.compile import Compiled, Draft
from haiga.core.errors import UserError
from haiga.core.pipeline_file import Fault, StepTable, Written, refuse
from haiga.engine.backend import Backend
from haiga.engine.lending import Lender
from haiga.engine.plan import Environment, Needs, Step


def check(
    compiled: Compiled,
    backend: Backend,
    *,
    environments: bool = True,
    on_environment: Callable[[str], None] = lambda name: None,
) -> None:
    """Read every given value, compare needs with what there is, and prepare every environment.

    Without `environments` those are left for the run. `on_environment` hears the step
    whose environment is prepared next. Raises UserError with every fault, one a line.
    """
    machine = Machine(backend, environments, on_environment)
    if compiled.written is not None:
        draft = Draft(compiled.written, compiled.given, compiled.pipeline.steps, compiled.places)
        refuse(compiled.written.path, list(machine.faults(draft)))
        return
    steps = compiled.pipeline.steps
    faults = [Fault(None, name, said) for name, said in machine.of_steps(steps)]
    if faults:
        raise UserError("\n".join(fault.told(Path(compiled.name)) for fault in faults))


def compile_and_check(
    name_or_path: str,
    given: Mapping[str, str],
    backend: Backend,
    *,
    environments: bool = True,
    on_environment: Callable[[str], None] = lambda name: None,
) -> Compiled:
    """The plan of a file or an artist, checked: what is wrong in the file and here, at once."""
    machine = Machine(backend, environments, on_environment)
    compiled = compile_any(name_or_path, given, also=machine.faults)
    if compiled.written is None:
        check(compiled, backend, environments=environments, on_environment=on_environment)
    return compiled


@dataclass(frozen=True)
class Machine:
    """What a plan finds here."""

    backend: Backend
    environments: bool
    on_environment: Callable[[str], None]

    def faults(self, draft: Draft) -> Iterator[Fault]:
        """What is wrong with a file's plan on this machine, however much of it there is."""
        written = draft.written
        for name, given in draft.given.items():
            try:
                given.value()
            except UserError as error:
                yield written.fault(name, "", str(error))
        lender = Lender(self.backend.capacity)
        for name, table in _tables(written):
            needs = Needs(table.needs.cpu, table.needs.gpu, table.needs.memory_mb)
            if lacking := lender.lacking(needs):
                yield written.fault(name, "needs", lacking)
        for name, said in self.of_environments(draft.steps):
            yield written.fault(draft.places[name].written, "env", said)

    def of_steps(self, steps: Sequence[Step]) -> Iterator[tuple[str, str]]:
        """(step and key, what is wrong with it) of a plan that no file says."""
        lender = Lender(self.backend.capacity)
        for step in steps:
            if lacking := lender.lacking(step.needs):
                yield f"{step.name}.needs", lacking
        for name, said in self.of_environments(steps):
            yield f"{name}.env", said

    def of_environments(self, steps: Sequence[Step]) -> Iterator[tuple[str, str]]:
        """(the first step that has it, why an environment cannot be made ready)."""
        for name, same in _environments(steps).items() if self.environments else ():
            self.on_environment(name)
            try:
                self.backend.prepare(same)
            except UserError as error:
                told = str(error).removeprefix(f"step '{name}': ")
                yield name, " ".join(told.split())


def _tables(written: Written) -> Iterator[tuple[str, StepTable]]:
    """Every step that is lent what it needs: a choice without a function is made at once."""
    named = [(table.name, table) for table in written.file.step]
    named += [(f"{loop.name}.{t.name}", t) for loop in written.file.loop for t in loop.step]
    return ((name, table) for name, table in named if not table.choose or ":" in table.by)


def _environments(steps: Sequence[Step]) -> Mapping[str, list[Step]]:
    """Every environment of a step's own: the first step that has it -> all of those."""
    found: dict[Environment, list[Step]] = {}
    for step in steps:
        if step.environment is not None:
            found.setdefault(step.environment, []).append(step)
    return {steps[0].name: steps for steps in found.values()}
