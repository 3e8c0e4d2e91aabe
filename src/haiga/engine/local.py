"""Runs a plan in this process, one step after the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from haiga.core.nouns import Provenance
from haiga.core.seeds import derive_seed
from haiga.engine.digests import value_digest
from haiga.engine.events import Event, ignore
from haiga.engine.plan import Pipeline


@dataclass(frozen=True)
class Run:
    """What a run made: values, seconds and provenance, each by step name."""

    values: Mapping[str, Any]
    seconds: Mapping[str, float]
    provenance: Mapping[str, Provenance]


def run(
    pipeline: Pipeline,
    seed: int,
    *,
    given: Mapping[str, Any] | None = None,
    digest: Callable[[Any], str] = value_digest,
    on_event: Callable[[Event], None] = ignore,
) -> Run:
    """Run every step in order and return what they made.

    Each step gets its inputs by name and the seed `derive_seed(seed, step.name)` (or
    that of the step it is seeded as), so that adding a step leaves the others'
    seeds alone. `given` must hold every value the pipeline names as given. An error
    a step raises passes through.
    """
    values = dict(given or {})
    missing = [name for name in pipeline.given if name not in values]
    if missing:
        raise ValueError(f"the plan needs '{missing[0]}', which was not given")
    seconds: dict[str, float] = {}
    provenance: dict[str, Provenance] = {}
    for step in pipeline.steps:
        on_event(Event("started", step.name))
        step_seed = derive_seed(seed, step.seeded_as or step.name)
        begin = time.perf_counter()
        assert step.run is not None, step.name
        value = step.run({name: values[at] for name, at in step.sources.items()}, step_seed)
        seconds[step.name] = time.perf_counter() - begin
        values[step.name] = value
        provenance[step.name] = Provenance(
            step=step.name,
            use=step.use,
            settings=dict(step.settings),
            seed=step_seed,
            models=dict(step.models()),
            output=digest(value),
        )
        on_event(Event("done", step.name, seconds[step.name]))
    return Run(values, seconds, provenance)
