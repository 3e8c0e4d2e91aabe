"""Values of steps as bytes and back: what the cache keeps and what processes hand each other."""

from __future__ import annotations

import dataclasses
import importlib
import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

MAGIC = b"haiga1\n"
_LENGTH = struct.Struct("<Q")


class BadBytes(ValueError):
    """Bytes that hold no value of ours."""


def pack(value: Any) -> bytes:
    """A value made of arrays, dataclasses of haiga's, mappings, lists and plain JSON values.

    Equal values give equal bytes. Layout: `MAGIC`, the length of a JSON header (uint64, little
    endian), the header, then each array's raw values in row-major order. Raises
    `TypeError` for anything else. Nothing in it is code: `unpack` runs none.
    """
    arrays: list[np.ndarray[Any, Any]] = []
    header = json.dumps(_plain(value, arrays), ensure_ascii=True, separators=(",", ":")).encode()
    # the arrays' own memory, not copies of it: fresh memory is what costs most here
    bodies = (array.reshape(-1).view(np.uint8).data for array in arrays)
    return b"".join([MAGIC, _LENGTH.pack(len(header)), header, *bodies])


def unpack(data: bytes) -> Any:
    """The value that `pack` was given; tuples and lists come back as they were.

    Raises `BadBytes` for bytes that are none of its, or cut short.
    """
    start = len(MAGIC) + _LENGTH.size
    if not data.startswith(MAGIC) or len(data) < start:
        raise BadBytes("these bytes hold no value")
    (length,) = _LENGTH.unpack_from(data, len(MAGIC))
    try:
        header = json.loads(data[start : start + length])
    except ValueError as error:
        raise BadBytes("these bytes hold no whole value") from error
    arrays = _Arrays(data, start + length)
    try:
        return _value(header, arrays)
    except (KeyError, TypeError, AttributeError, ImportError) as error:
        raise BadBytes(f"these bytes hold a value that is not known here: {error}") from error


def _plain(value: Any, arrays: list[np.ndarray[Any, Any]]) -> Any:
    if isinstance(value, np.ndarray):
        if value.dtype.hasobject:
            raise TypeError("a step may not give an array of objects")
        arrays.append(np.ascontiguousarray(value))
        return {"=": "array", "dtype": value.dtype.str, "shape": list(value.shape)}
    if isinstance(value, np.generic):
        return value.item()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kind = type(value)
        if not kind.__module__.startswith("haiga."):
            raise TypeError(f"a step may not give a {kind.__module__}.{kind.__name__}")
        fields = {f.name: _plain(getattr(value, f.name), arrays) for f in dataclasses.fields(value)}
        return {"=": "data", "type": f"{kind.__module__}:{kind.__name__}", "fields": fields}
    if isinstance(value, Mapping):
        return {"=": "table", "items": [[str(k), _plain(v, arrays)] for k, v in value.items()]}
    if isinstance(value, tuple):
        return {"=": "tuple", "items": [_plain(v, arrays) for v in value]}
    if isinstance(value, list):
        return [_plain(v, arrays) for v in value]
    if isinstance(value, bytes):
        arrays.append(np.frombuffer(value, np.uint8))
        return {"=": "bytes", "length": len(value)}
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    raise TypeError(f"a step may not give a {type(value).__name__}: no other process could read it")


class _Arrays:
    """The arrays behind a header, read one after the other."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data, self._at = data, at

    def next(self, dtype: str, shape: list[int]) -> np.ndarray[Any, Any]:
        kind = np.dtype(dtype)
        count = int(np.prod(shape, dtype=np.int64))
        end = self._at + count * kind.itemsize
        if kind.hasobject or end > len(self._data):
            raise BadBytes("these bytes are cut short")
        array = np.frombuffer(self._data, kind, count, self._at).reshape(shape).copy()
        self._at = end
        return array


def _value(plain: Any, arrays: _Arrays) -> Any:
    if isinstance(plain, list):
        return [_value(v, arrays) for v in plain]
    if not isinstance(plain, dict):
        return plain
    match plain["="]:
        case "array":
            return arrays.next(plain["dtype"], plain["shape"])
        case "bytes":
            return arrays.next("|u1", [plain["length"]]).tobytes()
        case "table":
            return {k: _value(v, arrays) for k, v in plain["items"]}
        case "tuple":
            return tuple(_value(v, arrays) for v in plain["items"])
        case "data":
            fields = {k: _value(v, arrays) for k, v in plain["fields"].items()}
            return _dataclass(plain["type"])(**fields)
    raise BadBytes(f"these bytes hold a value of an unknown kind '{plain['=']}'")


def _dataclass(name: str) -> Any:
    module, _, kind = name.partition(":")
    if not module.startswith("haiga."):
        raise BadBytes(f"these bytes hold a {name}, which is none of haiga's")
    found = getattr(importlib.import_module(module), kind)
    if not (isinstance(found, type) and dataclasses.is_dataclass(found)):
        raise BadBytes(f"these bytes hold a {name}, which is no value")
    return found
