"""The sha256 of any value that passes between steps."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np


def array_digest(array: np.ndarray[Any, Any]) -> str:
    """sha256 of an array's type, shape and values in row-major order.

    Raises `TypeError` for an array of objects: it holds their addresses, not their values.
    """
    if array.dtype.hasobject:
        raise TypeError("an array of objects has no digest")
    hasher = hashlib.sha256(f"{array.dtype.str} {array.shape}\n".encode())
    hasher.update(np.ascontiguousarray(array).data)
    return hasher.hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return {"array": array_digest(value)}
    if isinstance(value, np.generic):
        return value.item()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    raise TypeError(f"a step may not give a {type(value).__name__}: it has no digest")


def value_digest(value: Any) -> str:
    """sha256 of a value made of arrays, dataclasses, mappings, lists and plain JSON values.

    Equal values have equal digests on every machine: keys are sorted and floats
    are written in full. Raises `TypeError` for anything else.
    """
    if isinstance(value, np.ndarray):
        return array_digest(value)
    text = json.dumps(_plain(value), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
