"""A step's call in plain tables and bytes, for whatever process does it; its result checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from haiga.engine.backend import StepFailed
from haiga.engine.kinds import Kind
from haiga.engine.plan import Step
from haiga.engine.values import BadBytes, pack, unpack


def call_table(step: Step, kinds: Mapping[str, Kind]) -> dict[str, Any]:
    """What `haiga.engine.worker.open_call` is given: a table of plain values."""
    assert step.call is not None, step.name
    suffix = kinds[step.makes].suffix if step.makes in kinds else ""
    return {
        "kind": step.call.kind,
        "target": step.call.target,
        "command": list(step.call.command),
        "settings": dict(step.call.settings),
        "gathers": [name for name in step.sources if name in step.gathers],
        "out": f"{_file_name(step.name)}{suffix}",
    }


def inputs_as_bytes(
    step: Step, kinds: Mapping[str, Kind], inputs: Mapping[str, Any]
) -> tuple[dict[str, list[bytes]], dict[str, list[str]]]:
    """A step's inputs as bytes, with the names their files would have.

    For a call of "values" the bytes are packed values; for the others those of the file that
    the first kind which the value is one of writes; bytes are themselves. Raises
    `StepFailed` for a value that no other process could read.
    """
    assert step.call is not None, step.name
    data: dict[str, list[bytes]] = {}
    names: dict[str, list[str]] = {}
    for name, value in inputs.items():
        many = list(value) if name in step.gathers else [value]
        written = [_as_bytes(step, name, one, kinds) for one in many]
        data[name] = [one for one, _ in written]
        base = _file_name(name)
        names[name] = [
            f"{base}-{place:04}{suffix}" if name in step.gathers else f"{base}{suffix}"
            for place, (_, suffix) in enumerate(written)
        ]
    return data, names


def value_of(step: Step, kinds: Mapping[str, Kind], data: bytes) -> Any:
    """The value of a result's bytes, checked to be of the kind that the step makes.

    Raises `StepFailed` with what it is instead. A step of files that makes no kind gives bytes.
    """
    assert step.call is not None, step.name
    kind = kinds.get(step.makes)
    if step.makes and kind is None:
        raise StepFailed(f"it makes a '{step.makes}', which is no kind", retryable=False)
    try:
        if step.call.kind == "values":
            value = unpack(data)
        else:
            value = kind.read(bytes(data)) if kind is not None else bytes(data)
    except (BadBytes, ValueError) as error:
        raise StepFailed(_no_result(step, str(error))) from error
    fault = kind.fault(value) if kind is not None else ""
    if fault:
        raise StepFailed(_no_result(step, fault))
    return value


def _no_result(step: Step, fault: str) -> str:
    """That a result is none, in one clause; a fault may say itself what it "is" or "has"."""
    if fault.startswith(("is ", "has ")):
        return f"its result {fault}"
    return f"its result is no {step.makes or 'value'}: {fault}"


def _as_bytes(step: Step, name: str, value: Any, kinds: Mapping[str, Kind]) -> tuple[bytes, str]:
    assert step.call is not None
    if step.call.kind == "values":
        try:
            return pack(value), ""
        except TypeError as error:
            raise StepFailed(f"its input '{name}': {error}", retryable=False) from error
    for kind in kinds.values():
        if not kind.fault(value):
            return kind.write(value), kind.suffix
    if isinstance(value, bytes):
        return value, ""
    raise StepFailed(
        f"its input '{name}' is a {type(value).__name__}, of which there is no file",
        retryable=False,
    )


def _file_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", name) or "_"
