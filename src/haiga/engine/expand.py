"""A plan spelt out: one task for every time a step is made for one item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from haiga.core.errors import UserError
from haiga.core.seeds import derive_seed
from haiga.engine.plan import ITEM, Pipeline, Step


@dataclass(frozen=True)
class Task:
    """One making of a step: `index` says which, of `Spelt.widths[step.name]` in all.

    `sources` are, for each input as the step calls it, the tasks or given values that it
    comes from: one, or all of them for a gathered input.
    """

    id: str
    step: Step
    index: int
    sources: Mapping[str, tuple[str, ...]]

    @property
    def reads(self) -> frozenset[str]:
        """Every task and given value that it reads."""
        return frozenset(source for many in self.sources.values() for source in many)

    def seed(self, seed: int) -> int:
        """The seed of this task in the piece of a seed; the first of many has that of the only."""
        if self.step.seeded_as == ITEM:
            return seed
        if self.index == 0:
            return derive_seed(seed, self.step.seeded_as or self.step.name)
        return derive_seed(seed, self.step.name, self.index)


@dataclass(frozen=True)
class Spelt:
    """Every task of a plan in an order in which they can run, and how often each step is made."""

    tasks: tuple[Task, ...]
    widths: Mapping[str, int]

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The place of every task in `tasks`, by its id."""
        return {task.id: place for place, task in enumerate(self.tasks)}

    @cached_property
    def readers(self) -> Mapping[str, tuple[int, ...]]:
        """The places in `tasks` of all that read a task or given value, by its id."""
        found: dict[str, list[int]] = {}
        for place, task in enumerate(self.tasks):
            for source in task.reads:
                found.setdefault(source, []).append(place)
        return {source: tuple(places) for source, places in found.items()}


def task_id(step: str, index: int, width: int) -> str:
    """ "painting", or "painting[2]" where it is made several times."""
    return step if width == 1 else f"{step}[{index}]"


def spell_out(pipeline: Pipeline) -> Spelt:
    """The tasks of a plan.

    A step that reads one that is made several times is made as many times, one for each, unless
    it gathers that input. `UserError` where a step would have to be made in two numbers.
    """
    widths = dict.fromkeys(pipeline.given, 1)
    tasks: list[Task] = []
    for step in pipeline.steps:
        each = {
            source: widths[source]
            for name, source in step.sources.items()
            if name not in step.gathers and widths[source] > 1
        }
        numbers = {*each.values(), *([step.count] if step.count > 1 else [])}
        if len(numbers) > 1:
            told = " and ".join(f"{width} of '{source}'" for source, width in each.items())
            own = f", and its own count is {step.count}" if step.count > 1 else ""
            raise UserError(
                f"step '{step.name}': it reads {told}{own}: numbers that do not go together; "
                "gather one of them"
            )
        width = max(numbers, default=1)
        widths[step.name] = width
        for index in range(width):
            sources = {
                name: tuple(
                    task_id(source, at, widths[source])
                    for at in (
                        range(widths[source])
                        if name in step.gathers
                        else [index if widths[source] > 1 else 0]
                    )
                )
                for name, source in step.sources.items()
            }
            tasks.append(Task(task_id(step.name, index, width), step, index, sources))
    return Spelt(tuple(tasks), widths)
