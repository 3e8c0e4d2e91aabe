"""A plan runs in order, with a named seed per step and a record of each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from haiga.core.nouns import Mood
from haiga.core.seeds import derive_seed
from haiga.engine import local
from haiga.engine.digests import value_digest
from haiga.engine.plan import Pipeline, Step


def number(inputs: Any, seed: int) -> int:
    return seed % 1000


def double(inputs: Any, seed: int) -> int:
    return int(inputs["number"]) * 2


def test_steps_get_their_inputs_and_their_own_named_seed() -> None:
    plan = Pipeline((Step("number", number), Step("double", double, inputs=("number",))))
    made = local.run(plan, 7)
    assert made.values["number"] == derive_seed(7, "number") % 1000
    assert made.values["double"] == 2 * made.values["number"]
    assert made.provenance["double"].seed == derive_seed(7, "double")


def test_a_new_step_leaves_the_seeds_of_the_others_alone() -> None:
    alone = local.run(Pipeline((Step("number", number),)), 7)
    after = local.run(Pipeline((Step("first", number), Step("number", number))), 7)
    assert alone.values["number"] == after.values["number"]


def test_a_step_sees_only_the_inputs_it_names() -> None:
    seen: list[Any] = []
    plan = Pipeline(
        (Step("a", number), Step("b", lambda inputs, seed: seen.append(dict(inputs)))),
        given=("picture",),
    )
    local.run(plan, 1, given={"picture": 3})
    assert seen == [{}]


def test_each_step_is_timed_and_recorded() -> None:
    step = Step(
        "number", number, use="dice.v1", settings={"sides": 6}, models=lambda: {"dice/m": "ab"}
    )
    events: list[local.Event] = []
    made = local.run(Pipeline((step,)), 3, on_event=events.append)
    record = made.provenance["number"]
    assert (record.use, record.settings, record.models) == (
        "dice.v1",
        {"sides": 6},
        {"dice/m": "ab"},
    )
    assert record.output == value_digest(made.values["number"])
    assert made.seconds["number"] >= 0
    assert [(e.kind, e.step) for e in events] == [("started", "number"), ("done", "number")]


def test_a_plan_that_reads_what_nothing_makes_is_refused() -> None:
    with pytest.raises(ValueError, match="reads 'number'"):
        Pipeline((Step("double", double, inputs=("number",)),))
    with pytest.raises(ValueError, match="name is taken"):
        Pipeline((Step("number", number), Step("number", number)))
    with pytest.raises(ValueError, match="not given"):
        local.run(Pipeline((), given=("picture",)), 1)


def test_digests_tell_values_apart_and_agree_on_equal_ones() -> None:
    picture = np.zeros((2, 3, 3), np.uint8)
    other = picture.copy()
    other[0, 0, 0] = 1
    assert value_digest(picture) == value_digest(picture.copy())
    assert value_digest(picture) != value_digest(other)
    assert value_digest(picture) != value_digest(picture.reshape(3, 2, 3))
    assert value_digest({"a": 1, "b": [picture]}) == value_digest({"b": (picture,), "a": 1})
    assert value_digest(Mood("joy", 0.5, 0.1)) != value_digest(Mood("joy", 0.5, 0.2))


def test_a_value_with_no_digest_is_named() -> None:
    with pytest.raises(TypeError, match="set"):
        value_digest({"a": {1, 2}})
