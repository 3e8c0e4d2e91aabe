"""What a call is in this process, and whether what came of it counts."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any, cast

from haiga.core.errors import JobError
from haiga.engine.kinds import Kind
from haiga.engine.plan import Call, Step, Work


def open_values(call: Call) -> Work:
    """The work of a "values" call, made in this process.

    Raises `JobError` where its target is not there; what the factory raises passes through.
    """
    module, _, name = call.target.partition(":")
    try:
        factory = cast("Callable[..., Work]", getattr(importlib.import_module(module), name))
    except (ImportError, AttributeError) as error:
        raise JobError(f"there is no '{call.target}' to run: {error}") from error
    return factory(**call.settings)


def check_kind(step: Step, value: Any, kinds: Mapping[str, Kind]) -> str:
    """What is wrong with a step's result, as one clause; "" where nothing is."""
    if not step.makes:
        return ""
    fault = kinds[step.makes].fault(value)
    return f"it should make a {step.makes}, and {fault}" if fault else ""
