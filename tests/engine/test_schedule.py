"""The scheduler: order, fan-out, limits, failures, retries and what is never done twice."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Mapping
from typing import Any

import pytest
from schedule_steps import ThreadBackend, step

from haiga.core.errors import UserError
from haiga.core.seeds import derive_seed
from haiga.engine import schedule
from haiga.engine.backend import StepFailed
from haiga.engine.events import Event
from haiga.engine.plan import Needs, Pipeline

SEEDS = [(f"item-{seed}", seed) for seed in range(12)]


def draw(inputs: Mapping[str, Any], seed: int) -> int:
    time.sleep((seed % 7) / 1000)  # so that later ones often end first
    return seed % 1000


def add(inputs: Mapping[str, Any], seed: int) -> int:
    return sum(v if isinstance(v, int) else sum(v) for v in inputs.values())


PLAN = Pipeline((step("a", draw), step("b", draw), step("sum", add, inputs=("a", "b"))))


def test_items_come_in_order_and_hold_what_their_own_seed_gives() -> None:
    runs = list(schedule.run(PLAN, SEEDS, backend=ThreadBackend(Needs(cpu=4))))
    assert [(run.item, run.seed) for run in runs] == SEEDS
    for run in runs:
        a, b = (derive_seed(run.seed, name) % 1000 for name in "ab")
        assert run.values == {"a": a, "b": b, "sum": a + b}


def test_a_plan_gives_the_same_whatever_there_is_to_run_it_on() -> None:
    wide = schedule.run(PLAN, SEEDS, backend=ThreadBackend(Needs(cpu=8)))
    narrow = schedule.run(PLAN, SEEDS, backend=ThreadBackend(Needs(cpu=1)), ahead=1)
    assert [run.values for run in wide] == [run.values for run in narrow]


def test_no_more_runs_at_once_than_the_processors_there_are() -> None:
    backend = ThreadBackend(Needs(cpu=3))
    list(schedule.run(PLAN, SEEDS, backend=backend))
    assert backend.most["all"] == 3


def test_a_gpu_is_lent_to_one_step_at_a_time_and_halves_of_it_to_two() -> None:
    def devices(share: float) -> int:
        plan = Pipeline((step("paint", draw, needs=Needs(cpu=0, gpu=share)),))
        backend = ThreadBackend(Needs(cpu=8, gpu=1))
        list(schedule.run(plan, SEEDS, backend=backend))
        assert {attempt.gpus for attempt in backend.started} == {(0,)}
        return backend.most["paint"]

    assert devices(1) == 1
    assert devices(0.5) == 2


def test_memory_that_is_lent_is_not_lent_again() -> None:
    plan = Pipeline((step("paint", draw, needs=Needs(cpu=0, memory_mb=4000)),))
    backend = ThreadBackend(Needs(cpu=8, memory_mb=9000))
    list(schedule.run(plan, SEEDS, backend=backend))
    assert backend.most["paint"] == 2


def test_a_step_that_needs_more_than_there_is_is_refused_before_anything_runs() -> None:
    plan = Pipeline(
        (
            step("wide", draw, needs=Needs(cpu=64)),
            step("gpu", draw, needs=Needs(gpu=1)),
            step("large", draw, needs=Needs(memory_mb=99_000)),
        )
    )
    backend = ThreadBackend(Needs(cpu=2, memory_mb=8000))
    with pytest.raises(UserError) as told:
        schedule.run(plan, SEEDS, backend=backend)
    assert str(told.value).splitlines() == [
        "step 'wide': needs 64 processors and there are 2",
        "step 'gpu': needs 1 GPUs and there are 0",
        "step 'large': needs 99,000 MB of memory and there are 8,000",
    ]
    assert not backend.started


def test_no_more_items_are_under_way_than_asked_for() -> None:
    begun: list[int] = []
    backend = ThreadBackend(Needs(cpu=8))

    def items() -> Any:
        for name, seed in SEEDS:
            begun.append(seed)
            yield name, seed

    runs = schedule.run(PLAN, items(), backend=backend, ahead=3)
    next(runs)
    assert len(begun) <= 4


def test_a_step_made_four_times_has_the_seeds_of_four_and_the_first_that_of_one() -> None:
    plan = Pipeline(
        (
            step("paint", lambda inputs, seed: seed, count=4),
            step("double", lambda inputs, seed: inputs["paint"] * 2, inputs=("paint",)),
            step("all", lambda inputs, seed: inputs["double"], inputs=("double",),
                 gathers=("double",)),
        )
    )  # fmt: skip
    (run,) = schedule.run(plan, [("one", 5)], backend=ThreadBackend(Needs(cpu=4)))
    seeds = [derive_seed(5, "paint"), *(derive_seed(5, "paint", i) for i in (1, 2, 3))]
    assert run.values["paint"] == seeds
    assert run.values["all"] == [2 * seed for seed in seeds]


def test_two_numbers_that_do_not_go_together_are_refused() -> None:
    plan = Pipeline(
        (
            step("two", draw, count=2),
            step("three", draw, count=3),
            step("both", add, inputs=("two", "three")),
        )
    )
    with pytest.raises(UserError, match="step 'both': it reads 2 of 'two' and 3 of 'three'"):
        schedule.run(plan, SEEDS, backend=ThreadBackend(Needs()))


def test_a_step_may_call_its_input_by_another_name() -> None:
    plan = Pipeline((step("a", draw), step("b", add, reads={"x": "a", "y": "a"})))
    (run,) = schedule.run(plan, SEEDS[3:4], backend=ThreadBackend(Needs()))
    assert run.values["b"] == 2 * run.values["a"]


def failing(times: int, error: Exception) -> Any:
    """Work that fails so many times for seeds of items 5, and then gives 1."""
    left = {"n": times}

    def work(inputs: Mapping[str, Any], seed: int) -> int:
        if seed == derive_seed(5, "odd") and left["n"]:
            left["n"] -= 1
            raise error
        return 1

    return work


def test_the_items_before_a_failed_one_are_given_and_none_after_it() -> None:
    plan = Pipeline((step("odd", failing(1, StepFailed("it broke"))),))
    runs = schedule.run(plan, SEEDS, backend=ThreadBackend(Needs(cpu=2)))
    assert [next(runs).seed for _ in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(StepFailed, match="step 'odd' of item item-5: it broke"):
        next(runs)


def test_the_error_of_a_step_keeps_its_kind() -> None:
    plan = Pipeline((step("odd", failing(1, UserError("no such mood"))),))
    with pytest.raises(UserError, match="no such mood"):
        list(schedule.run(plan, SEEDS, backend=ThreadBackend(Needs())))


def test_a_fault_in_a_step_that_is_no_error_of_ours_is_told_in_one_sentence() -> None:
    plan = Pipeline((step("odd", failing(1, KeyError("x"))),))
    with pytest.raises(StepFailed, match=r"^step 'odd' of item item-5: KeyError: 'x'$"):
        list(schedule.run(plan, SEEDS, backend=ThreadBackend(Needs())))


def test_with_keep_going_the_others_are_made_and_the_failed_one_says_why() -> None:
    plan = Pipeline(
        (step("odd", failing(1, StepFailed("it broke"))), step("next", add, inputs=("odd",)))
    )
    runs = list(schedule.run(plan, SEEDS, backend=ThreadBackend(Needs(cpu=2)), keep_going=True))
    assert [run.seed for run in runs] == list(range(12))
    assert [bool(run.failed) for run in runs] == [seed == 5 for seed in range(12)]
    assert runs[5].failed == {"odd": "step 'odd' of item item-5: it broke"}
    assert runs[5].values == {}
    assert runs[6].values == {"odd": 1, "next": 1}


def test_a_failed_step_is_tried_again_as_often_as_it_says() -> None:
    events: list[Event] = []
    plan = Pipeline((step("odd", failing(2, StepFailed("it broke")), retries=2),))
    runs = schedule.run(plan, SEEDS, backend=ThreadBackend(Needs()), on_event=events.append)
    assert len(list(runs)) == 12
    assert [e.item for e in events if e.kind == "retried"] == ["item-5", "item-5"]


def test_a_mistake_of_the_user_is_not_tried_again() -> None:
    plan = Pipeline((step("odd", failing(1, UserError("no such mood")), retries=5),))
    with pytest.raises(UserError):
        list(schedule.run(plan, SEEDS, backend=ThreadBackend(Needs())))


def test_every_event_of_an_item_comes_in_its_order() -> None:
    events: list[Event] = []
    list(schedule.run(PLAN, SEEDS, backend=ThreadBackend(Needs(cpu=4)), on_event=events.append))
    for name, _ in SEEDS:
        for task in ("a", "b", "sum"):
            kinds = [e.kind for e in events if (e.item, e.step) == (name, task)]
            assert kinds == ["queued", "started", "done"]
    assert all(Event.read(event.line()).kind == event.kind for event in events)


def test_an_ordered_step_sees_the_items_one_after_the_other_in_this_thread() -> None:
    seen: list[tuple[int, int]] = []

    def note(inputs: Mapping[str, Any], seed: int) -> int:
        seen.append((inputs["a"], threading.get_ident()))
        return len(seen)

    plan = Pipeline(
        (step("a", draw), step("nth", note, inputs=("a",), ordered=True),
         step("after", add, inputs=("nth",)))
    )  # fmt: skip
    runs = list(schedule.run(plan, SEEDS, backend=ThreadBackend(Needs(cpu=6))))
    assert [run.values["after"] for run in runs] == list(range(1, 13))
    assert {thread for _, thread in seen} == {threading.get_ident()}
    assert [a for a, _ in seen] == [run.values["a"] for run in runs]


def test_an_ordered_step_passes_over_an_item_that_failed_before_it() -> None:
    plan = Pipeline(
        (step("odd", failing(1, StepFailed("it broke"))),
         step("nth", lambda inputs, seed: seed, inputs=("odd",), ordered=True))
    )  # fmt: skip
    runs = list(schedule.run(plan, SEEDS, backend=ThreadBackend(Needs(cpu=6)), keep_going=True))
    assert sum("nth" in run.values for run in runs) == 11


class Memory:
    """Keeps results in a dictionary, keyed by step, settings of the seed and inputs."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def key(self, task: Any, seed: int, inputs: Any, lock: str, item: str) -> str:
        return repr((task.step.name, seed if task.step.name != "same" else 0, inputs, lock))

    def get(self, key: str) -> tuple[bytes, str] | None:
        data = self.kept.get(key)
        return None if data is None else (data, hashlib.sha256(data).hexdigest())

    def put(self, key: str, data: bytes, *, seconds: float, peak_mb: int) -> str:
        assert key not in self.kept
        self.kept[key] = data
        return hashlib.sha256(data).hexdigest()


def test_what_was_kept_is_not_made_again_and_gives_the_same() -> None:
    keep, first, second = Memory(), ThreadBackend(Needs(cpu=4)), ThreadBackend(Needs(cpu=4))
    before = list(schedule.run(PLAN, SEEDS, backend=first, keep=keep))
    events: list[Event] = []
    after = list(schedule.run(PLAN, SEEDS, backend=second, keep=keep, on_event=events.append))
    assert not second.started
    assert [run.values for run in before] == [run.values for run in after]
    assert [run.digests for run in before] == [run.digests for run in after]
    assert {e.kind for e in events} == {"queued", "cached"}


def test_two_items_that_want_the_same_result_at_once_make_it_once() -> None:
    plan = Pipeline((step("same", lambda inputs, seed: time.sleep(0.05) or 7),))
    backend = ThreadBackend(Needs(cpu=8))
    runs = list(schedule.run(plan, SEEDS, backend=backend, keep=Memory()))
    assert len(backend.started) == 1
    assert [run.values["same"] for run in runs] == [7] * 12
    assert [bool(run.cached) for run in runs] == [False] + [True] * 11


def test_where_the_one_that_makes_it_for_all_fails_another_makes_it() -> None:
    left = {"n": 1}

    def work(inputs: Mapping[str, Any], seed: int) -> int:
        time.sleep(0.02)
        if left["n"]:
            left["n"] -= 1
            raise StepFailed("it broke")
        return 7

    plan = Pipeline((step("same", work),))
    runs = list(
        schedule.run(
            plan, SEEDS, backend=ThreadBackend(Needs(cpu=8)), keep=Memory(), keep_going=True
        )
    )
    assert [bool(run.failed) for run in runs] == [True] + [False] * 11
