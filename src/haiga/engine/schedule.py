"""Runs a plan for many items over a backend: what is ready and fits is started, nothing twice."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from haiga.core.errors import HaigaError, UserError
from haiga.engine.backend import Attempt, Backend, Outcome, StepFailed
from haiga.engine.events import Event, Listener, ignore
from haiga.engine.expand import Spelt, Task, spell_out, task_id
from haiga.engine.item import Item
from haiga.engine.lending import Lender
from haiga.engine.made import Made
from haiga.engine.plan import Pipeline

WAIT_S = 0.5
"""How long one wait for a backend lasts at most, so that Ctrl-C is heard."""


class Keeping(Protocol):
    """Where results are kept and found again; see `haiga.engine.kept`."""

    def key(
        self, task: Task, seed: int, inputs: Mapping[str, str | list[str]], lock: str, item: str
    ) -> str:
        """The key of a result before it is made."""
        ...

    def get(self, key: str) -> tuple[bytes, str] | None:
        """What is kept under a key, verified, and its sha256; None where nothing sound is."""
        ...

    def put(self, key: str, data: bytes, *, seconds: float, peak_mb: int) -> str:
        """Keeps a result under the key that `key` gave, and gives its sha256."""
        ...


@dataclass(frozen=True)
class ItemRun:
    """What a plan made for one item.

    `values` are by step name, a list where the step was made several times; `digests` (of
    what can be kept), `seconds` (0 where it was kept from before) and `cached` are by task.
    `failed` says, by task, what went wrong; what depends on those is missing from `values`.
    """

    item: str
    seed: int
    values: Mapping[str, Any]
    digests: Mapping[str, str]
    seconds: Mapping[str, float]
    cached: frozenset[str]
    failed: Mapping[str, str]


def run(
    pipeline: Pipeline,
    items: Iterable[tuple[str, int]],
    *,
    backend: Backend,
    keep: Keeping | None = None,
    given: Mapping[str, Any] | None = None,
    on_event: Listener = ignore,
    keep_going: bool = False,
    ahead: int | None = None,
) -> Iterator[ItemRun]:
    """The plan's results for every (item, seed), in order, each as soon as it and all before are.

    At most `ahead` items (default: twice the processors and two) are under way at once. Result i
    depends on seed i, the plan and `given` alone, and is the same whatever the backend. With
    `keep`, a result that was made before is taken from there. A step that fails is tried
    again as often as it says; then the error is raised once the items before it are
    done, or, with `keep_going`, the item is given as failed and the others go on.

    Raises `UserError`, before anything runs, where a given value is missing, a step needs more
    than the backend has, or one cannot be made ready. The caller closes the backend.
    """
    values = dict(given or {})
    missing = [name for name in pipeline.given if name not in values]
    if missing:
        raise UserError(f"the plan needs '{missing[0]}', which was not given")
    spelt = spell_out(pipeline)
    lender = Lender(backend.capacity)
    lacking = {step.name: lender.lacking(step.needs) for step in pipeline.steps if not step.ordered}
    faults = [f"step '{name}': {why}" for name, why in lacking.items() if why]
    if faults:
        raise UserError("\n".join(faults))
    locks = backend.prepare([step for step in pipeline.steps if not step.ordered])
    many = ahead if ahead is not None else math.ceil(2 * backend.capacity.cpu) + 2
    schedule = _Schedule(
        pipeline, spelt, backend, lender, locks, keep, values, on_event, keep_going, max(1, many)
    )
    return schedule.results(iter(items))


class _Schedule:
    """The state of a run; every method is called from the thread that iterates the results."""

    def __init__(
        self,
        pipeline: Pipeline,
        spelt: Spelt,
        backend: Backend,
        lender: Lender,
        locks: Mapping[str, str],
        keep: Keeping | None,
        given: Mapping[str, Any],
        on_event: Listener,
        keep_going: bool,
        ahead: int,
    ) -> None:
        self._pipeline, self._spelt, self._backend, self._lender = pipeline, spelt, backend, lender
        self._locks, self._keep, self._on_event = locks, keep, on_event
        self._keep_going, self._ahead = keep_going, ahead
        self._given = {name: Made(value) for name, value in given.items()}
        self._open: deque[Item] = deque()
        self._running: dict[str, tuple[Item, Task, tuple[int, ...]]] = {}
        self._same: dict[str, list[tuple[Item, Task]]] = {}  # key under way -> who else wants it
        ordered = [step.name for step in pipeline.steps if step.ordered]
        self._turn: dict[str, int] = dict.fromkeys(ordered, 0)
        self._passed: dict[str, set[int]] = {name: set() for name in ordered}
        self._attempts = 0
        self._broken: int | None = None  # the first item that failed for good

    def results(self, items: Iterator[tuple[str, int]]) -> Iterator[ItemRun]:
        number, more = 0, True
        while True:
            while more and self._broken is None and len(self._open) < self._ahead:
                try:
                    name, seed = next(items)
                except StopIteration:
                    more = False
                    break
                self._open.append(Item(number, name, seed, self._spelt, dict(self._given)))
                for task in self._spelt.tasks:
                    self._tell("queued", self._open[-1], task)
                number += 1
            if not self._open:
                return
            moved = self._start_what_fits()
            if self._open[0].done or self._open[0].number == self._broken:
                item = self._open.popleft()
                if item.error is not None and not self._keep_going:
                    raise item.error
                yield self._result(item)
                continue
            if not moved:
                assert self._running, "nothing runs and nothing can be started"
                for outcome in self._backend.wait(WAIT_S):
                    self._ended(outcome)

    def _start_what_fits(self) -> bool:
        """Starts, finds or runs every task that can be; True where anything was finished."""
        moved = False
        for item in list(self._open):
            if self._broken is not None and item.number >= self._broken:
                break
            for task in item.ready():
                if task.step.ordered:
                    moved |= self._run_in_order(item, task)
                elif task.id not in item.running:
                    moved |= self._find_or_start(item, task)
        return moved

    def _run_in_order(self, item: Item, task: Task) -> bool:
        name = task.step.name
        while self._turn[name] in self._passed[name]:
            self._turn[name] += 1
        if self._turn[name] != self._place(item, task):
            return False
        assert task.step.run is not None
        self._turn[name] += 1
        self._tell("started", item, task)
        begin = time.perf_counter()
        try:
            value = task.step.run(item.inputs(task), task.seed(item.seed))
        except Exception as error:
            self._fail(item, task, error, time.perf_counter() - begin)
            return True
        self._finish(item, task, Made(value), time.perf_counter() - begin)
        return True

    def _place(self, item: Item, task: Task) -> int:
        """The turn of an ordered task among all of its step."""
        return item.number * self._spelt.widths[task.step.name] + task.index

    def _find_or_start(self, item: Item, task: Task) -> bool:
        """True where the task is finished already; otherwise it is begun, or waits."""
        key = self._key(item, task)
        if key:
            if key in self._same:
                self._same[key].append((item, task))
                item.running.add(task.id)
                return False
            if self._found(item, task, key):
                return True
        step = task.step
        if not self._backend.room(step):
            return False
        devices = self._lender.lend(step.needs)
        if devices is None:
            return False
        self._attempts += 1
        attempt = Attempt(
            id=str(self._attempts),
            step=step,
            seed=task.seed(item.seed),
            inputs=item.inputs(task),
            item=item.name,
            gpus=devices,
        )
        item.running.add(task.id)
        item.tries[task.id] = item.tries.get(task.id, 0) + 1
        self._running[attempt.id] = (item, task, devices)
        if key:
            self._same[key] = []
        if item.tries[task.id] == 1:
            self._tell("started", item, task)
        self._backend.start(attempt)
        return False

    def _key(self, item: Item, task: Task) -> str:
        if self._keep is None or not task.step.kept:
            return ""
        if task.id not in item.keys:
            item.keys[task.id] = self._keep.key(
                task,
                task.seed(item.seed),
                item.input_digests(task),
                self._locks.get(task.step.name, ""),
                item.name,
            )
        return item.keys[task.id]

    def _found(self, item: Item, task: Task, key: str) -> bool:
        assert self._keep is not None
        kept = self._keep.get(key)
        if kept is None:
            return False
        item.cached.add(task.id)
        self._finish(item, task, Made(data=kept[0], digest=kept[1]), 0.0, kind="cached", note=key)
        return True

    def _ended(self, outcome: Outcome) -> None:
        item, task, devices = self._running.pop(outcome.id)
        self._lender.give_back(task.step.needs, devices)
        item.running.discard(task.id)
        key = item.keys.get(task.id, "")
        waiting = self._same.pop(key, []) if key else []
        for other, same in waiting:
            other.running.discard(same.id)
        if outcome.error is not None:
            if _worth_another(outcome.error) and item.tries[task.id] <= task.step.retries:
                self._tell("retried", item, task, note=str(outcome.error))
            else:
                self._fail(item, task, outcome.error, outcome.seconds, outcome.peak_mb)
            return
        made = Made(outcome.value)
        if key:
            assert self._keep is not None
            made.digest = self._keep.put(
                key, made.data, seconds=outcome.seconds, peak_mb=outcome.peak_mb
            )
        self._finish(item, task, made, outcome.seconds, peak_mb=outcome.peak_mb)
        for other, same in waiting:
            other.cached.add(same.id)
            self._finish(other, same, made, 0.0, kind="cached", note=key)

    def _finish(
        self,
        item: Item,
        task: Task,
        made: Made,
        seconds: float,
        *,
        kind: str = "done",
        peak_mb: int = 0,
        note: str = "",
    ) -> None:
        item.has(task, made)
        item.seconds[task.id] = seconds
        self._tell(kind, item, task, seconds=seconds, peak_mb=peak_mb, note=note)

    def _fail(
        self, item: Item, task: Task, error: BaseException, seconds: float, peak_mb: int = 0
    ) -> None:
        """The task failed for good: so does what reads it."""
        told = f"{type(error).__name__}: {error}" if not isinstance(error, HaigaError) else error
        sentence = f"step '{task.id}' of item {item.name}: {told}"
        item.failed[task.id] = sentence
        item.error = item.error or _raised(error, sentence)
        self._tell("failed", item, task, seconds=seconds, peak_mb=peak_mb, note=str(told))
        lost = {task.id}
        for other in self._spelt.tasks:
            if not lost.isdisjoint(other.reads):
                lost.add(other.id)
        for name in lost:
            dropped = item.todo.pop(name, None)
            if dropped is not None and dropped.step.ordered and name != task.id:
                self._passed[dropped.step.name].add(self._place(item, dropped))
        if not self._keep_going:
            broken = item.number if self._broken is None else min(self._broken, item.number)
            self._broken = broken

    def _result(self, item: Item) -> ItemRun:
        values: dict[str, Any] = {}
        for step in self._pipeline.steps:
            width = self._spelt.widths[step.name]
            made = [item.made.get(task_id(step.name, i, width)) for i in range(width)]
            if all(each is not None for each in made):
                whole = [each.value for each in made if each is not None]
                values[step.name] = whole if width > 1 else whole[0]
        digests = {name: item.made[name].digest for name in item.keys if name in item.made}
        return ItemRun(
            item.name,
            item.seed,
            values,
            digests,
            item.seconds,
            frozenset(item.cached),
            item.failed,
        )

    def _tell(self, kind: str, item: Item, task: Task, **more: Any) -> None:
        self._on_event(Event(kind, task.id, item=item.name, at=time.time(), **more))


def _worth_another(error: BaseException) -> bool:
    if isinstance(error, StepFailed):
        return error.retryable
    return not isinstance(error, UserError)


def _raised(error: BaseException, sentence: str) -> BaseException:
    """The error with its place in the run, of the same kind where it is one of ours."""
    if isinstance(error, StepFailed):
        told: BaseException = StepFailed(sentence, output=error.output, retryable=error.retryable)
    elif isinstance(error, HaigaError):
        told = type(error)(sentence)
    else:
        told = StepFailed(sentence)
    told.__cause__ = error
    return told
