"""What can be told of a pipeline without running it, beyond what its file says: this machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from haiga.actions.pipelines.compile import Compiled
from haiga.core.errors import UserError
from haiga.core.pipeline_file import Fault, Written, refuse
from haiga.engine.backend import Backend
from haiga.engine.lending import Lender
from haiga.engine.plan import Environment, Step


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
    faults: list[Fault] = []
    for name, given in compiled.given.items():
        try:
            given.value()
        except UserError as error:
            faults.append(_fault(compiled, name, "", str(error)))
    lender = Lender(backend.capacity)
    for step in compiled.pipeline.steps:
        if lacking := lender.lacking(step.needs):
            faults.append(_fault(compiled, step.name, "needs", lacking))
    for name, steps in _environments(compiled).items() if environments else ():
        on_environment(name)
        try:
            backend.prepare(steps)
        except UserError as error:
            told = str(error).removeprefix(f"step '{name}': ")
            faults.append(_fault(compiled, name, "env", " ".join(told.split())))
    if compiled.written is not None:
        refuse(compiled.written.path, faults)
    if faults:
        raise UserError("\n".join(fault.told(Path(compiled.name)) for fault in faults))


def _environments(compiled: Compiled) -> Mapping[str, list[Step]]:
    """Every environment of a step's own: the first step that has it -> all of those."""
    found: dict[Environment, list[Step]] = {}
    for step in compiled.pipeline.steps:
        if step.environment is not None:
            found.setdefault(step.environment, []).append(step)
    return {steps[0].name: steps for steps in found.values()}


def _fault(compiled: Compiled, name: str, key: str, sentence: str) -> Fault:
    place = compiled.places.get(name)
    written: Written | None = compiled.written
    if written is None:
        return Fault(None, f"{name}.{key}" if key else name, sentence)
    return written.fault(place.written if place else name, key, sentence)
