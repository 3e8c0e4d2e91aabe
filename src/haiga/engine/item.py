"""One item on its way through a plan: what is made of it, what is ready, what went wrong."""

from __future__ import annotations

from typing import Any

from haiga.engine.expand import Spelt, Task
from haiga.engine.made import Made


class Item:
    """One item on its way through the plan."""

    def __init__(self, number: int, name: str, seed: int, spelt: Spelt, made: dict[str, Made]):
        self.number, self.name, self.seed = number, name, seed
        self.made = made
        self._spelt = spelt
        self.todo: dict[str, Task] = {task.id: task for task in spelt.tasks}
        self._missing = [len(task.reads - made.keys()) for task in spelt.tasks]
        self._ready = {place for place, missing in enumerate(self._missing) if not missing}
        self.running: set[str] = set()
        self.tries: dict[str, int] = {}
        self.seconds: dict[str, float] = {}
        self.cached: set[str] = set()
        self.failed: dict[str, str] = {}
        self.error: BaseException | None = None
        self.keys: dict[str, str] = {}

    @property
    def done(self) -> bool:
        return not self.todo and not self.running

    def ready(self) -> list[Task]:
        """The tasks whose inputs are all there and that are not done, in the plan's order."""
        return [
            task
            for task in (self._spelt.tasks[place] for place in sorted(self._ready))
            if task.id in self.todo and task.id not in self.running
        ]

    def has(self, task: Task, made: Made) -> None:
        """The task is done: what waited for it alone is ready."""
        self.made[task.id] = made
        del self.todo[task.id]
        self._ready.discard(self._spelt.places[task.id])
        for place in self._spelt.readers.get(task.id, ()):
            self._missing[place] -= 1
            if not self._missing[place]:
                self._ready.add(place)

    def inputs(self, task: Task) -> dict[str, Any]:
        return {
            name: (
                [self.made[source].value for source in sources]
                if name in task.step.gathers
                else self.made[sources[0]].value
            )
            for name, sources in task.sources.items()
        }

    def input_digests(self, task: Task) -> dict[str, str | list[str]]:
        return {
            name: (
                [self.made[source].digest for source in sources]
                if name in task.step.gathers
                else self.made[sources[0]].digest
            )
            for name, sources in task.sources.items()
        }
