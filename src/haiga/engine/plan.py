"""A plan of named steps. A plan never runs itself: see `haiga.engine.local`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Work = Callable[[Mapping[str, Any], int], Any]
"""What a step does: its declared inputs by name and its own seed give one value."""


def _no_models() -> Mapping[str, str]:
    return {}


@dataclass(frozen=True)
class Needs:
    """What a step asks of the machine: CPU cores, GPUs (a share is allowed) and memory in MB."""

    cpu: float = 1.0
    gpu: float = 0.0
    memory_mb: int = 0


@dataclass(frozen=True)
class Step:
    """One thing to do.

    `use` is the versioned name of the implementation ("lstm.v1"), `settings` what
    it was made with, `inputs` the steps (or given values) it reads, and `models`
    tells, after the work, the sha256 of every model file it read. `seeded_as` is
    the step whose seed it takes, where that is not its own. Nothing but the inputs
    and the seed may enter the result.
    """

    name: str
    run: Work
    inputs: tuple[str, ...] = ()
    role: str = ""
    use: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    needs: Needs = field(default_factory=Needs)
    models: Callable[[], Mapping[str, str]] = _no_models
    seeded_as: str = ""


@dataclass(frozen=True)
class Pipeline:
    """Steps in an order in which they can run, over values given from outside.

    Raises `ValueError` where a name comes twice or a step reads something that
    is neither given nor made by a step before it: such a plan has no order.
    """

    steps: tuple[Step, ...]
    given: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        known = list(self.given)
        for step in self.steps:
            if step.name in known:
                raise ValueError(f"step '{step.name}': the name is taken already")
            missing = [name for name in step.inputs if name not in known]
            if missing:
                raise ValueError(
                    f"step '{step.name}' reads '{missing[0]}', which nothing before it makes"
                )
            known.append(step.name)
