"""Safetensors files as memory-mapped arrays: nothing is read before it is used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from haiga.core.errors import BadModel

_TYPES = {
    "U8": np.uint8, "U16": np.uint16, "U32": np.uint32, "U64": np.uint64, "I8": np.int8,
    "I16": np.int16, "I32": np.int32, "I64": np.int64, "F16": np.float16, "F32": np.float32,
    "F64": np.float64,
}  # fmt: skip


def map_tensors(path: Path) -> tuple[dict[str, npt.NDArray[Any]], dict[str, str]]:
    """The arrays of a safetensors file, read-only and mapped, and its metadata.

    The format: a little-endian uint64 length, a JSON header with dtype, shape and
    byte range of each array, then the bytes (github.com/huggingface/safetensors).
    Raises BadModel for a file that is missing, cut short or not of this form.
    """
    try:
        data = np.memmap(path, np.uint8, mode="r")
    except (OSError, ValueError) as error:  # ValueError: an empty file
        raise BadModel(f"{path}: the model file cannot be read: {error}") from error
    try:
        size = int.from_bytes(data[:8].tobytes(), "little")
        if len(data) < 8 or size > len(data) - 8:
            raise ValueError("its header is cut short")
        header = json.loads(data[8 : 8 + size].tobytes())
        about = {str(k): str(v) for k, v in header.pop("__metadata__", {}).items()}
        body = data[8 + size :]
        arrays, end = {}, 0
        for name, entry in header.items():
            kind, shape = np.dtype(_TYPES[entry["dtype"]]), tuple(map(int, entry["shape"]))
            start, stop = map(int, entry["data_offsets"])
            wanted = kind.itemsize * int(np.prod(shape, dtype=object))
            if min(shape, default=0) < 0 or not 0 <= start <= stop <= len(body):
                raise ValueError(f"'{name}' reaches beyond its end")
            if stop - start != wanted:
                raise ValueError(f"'{name}' has {stop - start} bytes instead of {wanted}")
            arrays[name] = body[start:stop].view(kind).reshape(shape)
            end = max(end, stop)
        if end != len(body):
            raise ValueError(f"it has {len(body)} bytes of arrays instead of {end}")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        reason = str(error) if isinstance(error, ValueError) else "its header does not fit"
        raise BadModel(f"{path}: is not a whole safetensors file: {reason}") from error
    return arrays, about
