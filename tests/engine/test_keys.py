"""The key of a result changes with everything that can change the result, and with nothing else."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from haiga.core.errors import UserError
from haiga.engine.keys import Parts, key_parts
from haiga.engine.plan import Call, Environment, Step
from haiga.engine.reached import Source

SOURCE = Source("5ca1ab1e", {"haiga/painter.py": "aa"})
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner,
                                                                max_size=4),
    max_leaves=12,
)  # fmt: skip
SETTINGS = st.dictionaries(st.text(max_size=10), PLAIN, max_size=5)
DIGEST = st.text("0123456789abcdef", min_size=8, max_size=8)
INPUTS = st.dictionaries(st.text(min_size=1, max_size=8), DIGEST | st.lists(DIGEST, max_size=4))


def step(settings: Mapping[str, Any] | None = None, **more: Any) -> Step:
    call = Call("values", "haiga.actions.role_steps.painter:painter", settings=settings or {})
    return Step("painting", role="painter", use="flow.v1", call=call, **more)


def parts(of: Step | None = None, **more: Any) -> Parts:
    known: dict[str, Any] = {"seed": 7, "inputs": {"poem": "ab"}, "lock": "10c4", "source": SOURCE}
    return key_parts(of or step(), **{**known, **more})


@given(SETTINGS, INPUTS, st.integers(0, 2**63 - 1))
def test_the_same_parts_have_the_same_key_in_whatever_order_they_come(
    settings: dict[str, Any], inputs: dict[str, Any], seed: int
) -> None:
    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: turned(value[name]) for name in reversed(value)}
        return [turned(item) for item in value] if isinstance(value, list) else value

    one = parts(step(settings), inputs=inputs, seed=seed)
    backwards = dict(reversed(inputs.items()))
    assert parts(step(turned(settings)), inputs=backwards, seed=seed).key == one.key


@given(SETTINGS, SETTINGS)
def test_settings_that_differ_have_keys_that_differ(a: dict[str, Any], b: dict[str, Any]) -> None:
    # 1 == 1.0 == True to Python, and 0.0 == -0.0: their texts differ, as their effects may.
    assume(repr(sorted(a.items(), key=repr)) != repr(sorted(b.items(), key=repr)))
    assume(turned_round(a) != turned_round(b))
    assert parts(step(a)).key != parts(step(b)).key


def turned_round(value: Any) -> Any:
    """A value by its types too, and with tables in order."""
    if isinstance(value, dict):
        return ("table", sorted((name, turned_round(inner)) for name, inner in value.items()))
    if isinstance(value, (list, tuple)):
        return ("list", [turned_round(inner) for inner in value])
    return (type(value).__name__, repr(value))


@given(INPUTS, INPUTS)
def test_inputs_that_differ_have_keys_that_differ(a: dict[str, Any], b: dict[str, Any]) -> None:
    assume(a != b)
    assert parts(inputs=a).key != parts(inputs=b).key


def test_the_order_of_a_gathered_input_counts() -> None:
    assert parts(inputs={"all": ["ab", "cd"]}).key != parts(inputs={"all": ["cd", "ab"]}).key


def test_one_input_is_not_a_list_of_one() -> None:
    assert parts(inputs={"all": "ab"}).key != parts(inputs={"all": ["ab"]}).key


@pytest.mark.parametrize(
    "other",
    [
        {"seed": 8},
        {"lock": "10c5"},
        {"source": Source("0ther", {})},
        {"inputs": {}},
        {"of": step({"temperature": 0.9})},
        {"of": replace(step(), use="flow.v2")},
        {"of": replace(step(), role="poet")},
        {"of": replace(step(), makes="picture")},
        {"of": replace(step(), models=lambda: {"painter/flow.onnx": "ab"})},
        {"of": replace(step(), call=Call("files", "haiga.actions.role_steps.painter:painter"))},
        {"of": replace(step(), call=Call("values", "haiga.actions.role_steps.poet:poet"))},
        {"of": replace(step(), call=Call("command", command=("convert", "{poem}", "{out}")))},
    ],
)
def test_every_single_part_changes_the_key(other: dict[str, Any]) -> None:
    assert parts(**other).key != parts().key


def test_the_names_of_a_step_and_what_it_asks_of_the_machine_are_no_part_of_the_key() -> None:
    from haiga.engine.plan import Needs

    renamed = replace(step(), name="other", needs=Needs(cpu=2), timeout_s=9, retries=3, count=4)
    assert parts(renamed).key == parts().key


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (1, "1"), (1, 1.0), (1, True), (0, False), (0, None), ("", None), ("a", ["a"]),
        ([], {}), ([1, 2], [2, 1]), ({"a": 1}, {"a": {"a": 1}}), (0.1, 0.1 + 1e-17 * 2),
        (np.zeros(2), np.zeros((2, 1))), (np.zeros(2), np.zeros(2, np.float32)),
    ],
)  # fmt: skip
def test_values_that_look_alike_are_not_the_same(a: Any, b: Any) -> None:
    same = parts(step({"x": a})).key == parts(step({"x": b})).key
    assert same == (isinstance(a, float) and a == b and type(a) is type(b))


def test_a_tuple_is_a_list_as_files_have_it() -> None:
    assert parts(step({"x": (1, 2)})).key == parts(step({"x": [1, 2]})).key


@pytest.mark.parametrize("value", [math.nan, math.inf, [1.0, math.nan], {"a": -math.inf}])
def test_what_is_no_number_is_refused_in_one_sentence(value: Any) -> None:
    with pytest.raises(UserError, match=r"step 'painting': setting 't.*no number"):
        parts(step({"t": value}))


@pytest.mark.parametrize("value", [object(), {1: 2}, {"a": {None: 1}}, np.array([object()])])
def test_a_setting_that_cannot_be_written_down_is_refused(value: Any) -> None:
    with pytest.raises(UserError, match="step 'painting': setting 't"):
        parts(step({"t": value}))


def test_settings_of_a_call_that_do_not_count_leave_the_key_alone() -> None:
    def with_call(folder: str) -> Step:
        call = Call("values", "haiga.x:y", settings={"folder": folder}, counts=False)
        return Step("begin", settings={"a": 1}, call=call)

    assert parts(with_call("one")).key == parts(with_call("two")).key
    assert parts(replace(with_call("one"), settings={"a": 2})).key != parts(with_call("one")).key


def test_the_value_of_a_variable_that_the_step_may_read_counts_and_is_not_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reading = replace(step(), environment=Environment(variables=("TOKEN",)))
    monkeypatch.setenv("TOKEN", "secret-one")
    one = parts(reading)
    monkeypatch.setenv("TOKEN", "secret-two")
    assert parts(reading).key != one.key
    assert "secret" not in one.line()


def test_a_key_is_the_same_in_every_process_and_version() -> None:
    """Should this change, everybody's cache is made anew: raise `keys.FORMAT` with it."""
    told = parts(step({"temperature": 0.8, "words": ["snow", "süß"]}))
    assert told.key == "34ae6485ed6f5193ad1a4f2f2de60fe66f371c3668a8ddafbd68ebd873fa467e"


# What a step that is only a function of this process is told by.


def first(inputs: Mapping[str, Any], seed: int) -> int:
    return seed


def holding(value: Any) -> Any:
    def work(inputs: Mapping[str, Any], seed: int) -> Any:
        return value

    return work


@dataclass(frozen=True)
class Note:
    text: str


class Network:
    pass


def test_two_functions_of_one_place_have_keys_of_their_own() -> None:
    steps = [
        Step("a", first),
        Step("b", lambda inputs, seed: seed + 1),
        Step("c", lambda inputs, seed: seed + 2),
        Step("d", holding(1)),
    ]
    keys = {parts(each).key for each in steps}
    assert len(keys) == 4
    assert "" not in keys


@pytest.mark.parametrize(
    ("a", "b"), [(1, 2), (1, "1"), ("x", "y"), (Note("x"), Note("y")), (len, max), ([1], [2])]
)
def test_what_a_function_holds_counts(a: Any, b: Any) -> None:
    assert parts(Step("a", holding(a))).key != parts(Step("a", holding(b))).key
    assert parts(Step("a", holding(a))).key == parts(Step("a", holding(a))).key
    assert parts(Step("a", partial(first, a))).key != parts(Step("a", partial(first, b))).key


def test_a_function_that_another_holds_counts_with_what_it_holds() -> None:
    assert parts(Step("a", holding(holding(1)))).key != parts(Step("a", holding(holding(2)))).key


def test_a_function_that_holds_what_has_no_digest_has_no_key_and_says_why() -> None:
    told = parts(Step("a", holding(Network())))
    assert told.key == ""
    assert "Network" in told.fault


def test_a_function_whose_source_is_in_no_file_has_no_key() -> None:
    space: dict[str, Any] = {"__name__": "typed"}
    exec("def typed(inputs, seed): return seed", space)
    assert parts(Step("a", space["typed"])).key == ""


def test_settings_given_as_paths_are_told_as_texts(tmp_path: Path) -> None:
    assert parts(step({"p": tmp_path})).key == parts(step({"p": str(tmp_path)})).key
