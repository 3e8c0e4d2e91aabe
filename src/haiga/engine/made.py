"""A result as a value and as bytes, each made from the other when first asked for."""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import Any

import numpy as np

from haiga.engine import values

_NOT_YET = object()


class Made:
    """What a step made: give the value or its packed bytes.

    An array lies in row-major order, as it does when it comes from another process: the order
    decides in which order sums are taken, and so their last bit.
    """

    def __init__(
        self, value: Any = _NOT_YET, *, data: bytes | None = None, digest: str = ""
    ) -> None:
        if value is not _NOT_YET:
            self.value = _in_order(value)
        if data is not None:
            self.data = data
        if digest:
            self.digest = digest

    @cached_property
    def value(self) -> Any:
        """The value."""
        return values.unpack(self.data)

    @cached_property
    def data(self) -> bytes:
        """The value as `values.pack` writes it; `TypeError` for one that has no bytes."""
        return values.pack(self.value)

    @cached_property
    def digest(self) -> str:
        """sha256 of `data`."""
        return hashlib.sha256(self.data).hexdigest()


def _in_order(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return np.ascontiguousarray(value)
    if isinstance(value, (list, tuple)) and any(isinstance(each, np.ndarray) for each in value):
        return type(value)([_in_order(each) for each in value])
    return value
