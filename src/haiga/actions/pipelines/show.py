"""A plan as rows: what each step is, reads and makes, and where it runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from haiga.actions.pipelines.compile import Compiled
from haiga.engine.plan import Environment, Needs, Step


@dataclass(frozen=True)
class Row:
    """One step as the file writes it; a loop's rounds are one row, `times` of them.

    `where` says where it runs, `needs` what it asks of the machine beyond one processor, `count`
    how many there are of its result in each round.
    """

    step: str
    use: str
    reads: tuple[str, ...]
    makes: str
    where: str
    needs: str
    count: int
    times: int = 1

    def table(self) -> dict[str, Any]:
        """The row as plain values."""
        return asdict(self)


def rows(compiled: Compiled) -> list[Row]:
    """A row for every step of the file, in the order in which they run."""
    found: dict[str, Row] = {}
    for step in compiled.pipeline.steps:
        place = compiled.places[step.name]
        name = written_name(compiled, step.name)
        if name in found:
            continue
        found[name] = Row(
            step=name,
            use=use_of(step),
            reads=tuple(_reads(compiled, step)),
            makes=step.makes,
            where=where_of(step),
            needs=needs_of(step.needs),
            count=compiled.widths[step.name],
            times=place.times or 1,
        )
    return list(found.values())


def written_name(compiled: Compiled, name: str) -> str:
    """A step's name without the number of its round."""
    place = compiled.places.get(name)
    if place is None or not place.loop:
        return name
    return f"{place.loop}.{name.removeprefix(f'{place.loop}.{place.round}.')}"


def use_of(step: Step) -> str:
    """Who does it: an implementation, a function, a program."""
    if step.role in ("python", "command"):
        return step.use
    if step.role == "choice":
        return f"choice by {step.use}"
    return step.use or "haiga"


def where_of(step: Step) -> str:
    """Where it runs: haiga's own process or another, an environment, a container."""
    if step.environment is None:
        alone = step.call is not None and step.call.kind != "values"
        return "own process" if alone else "haiga"
    return environment_note(step.environment)


def environment_note(environment: Environment) -> str:
    """An environment in a few words."""
    if environment.image:
        return f"image {environment.image}"
    python = f"Python {environment.python}" if environment.python else ""
    if environment.lock:
        packages = "locked packages"
    else:
        named = [requirement.rpartition("/")[2] for requirement in environment.requirements]
        more = f" and {len(named) - 2} more" if len(named) > 3 else ""
        packages = ", ".join(named[: 2 if more else 3]) + more
    return ", ".join(part for part in (python, packages) if part) or "environment of its own"


def needs_of(needs: Needs) -> str:
    """What is asked of the machine; one processor goes without saying."""
    parts = []
    if needs.cpu != 1:
        parts.append(f"{needs.cpu:g} cpu")
    if needs.gpu:
        parts.append(f"{needs.gpu:g} gpu")
    if needs.memory_mb:
        parts.append(f"{needs.memory_mb:,} MB")
    return ", ".join(parts)


def _reads(compiled: Compiled, step: Step) -> Iterator[str]:
    for name, source in step.sources.items():
        width = compiled.widths.get(source, 1)
        many = f" (all {width})" if name in step.gathers and width > 1 else ""
        yield f"{_source(compiled, step, source)}{many}"


def _source(compiled: Compiled, step: Step, source: str) -> str:
    """The source's name as a reader of the file knows it."""
    mine, other = compiled.places[step.name], compiled.places.get(source)
    if other is not None and other.loop and other.loop == mine.loop:
        return source.removeprefix(f"{other.loop}.{other.round}.")
    return written_name(compiled, source)
