"""Values that many steps read, kept by Ray once for all of them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

import ray

from haiga.engine import values

SHARED_BYTES = 100_000
"""From which size a value is kept: Ray sends smaller ones along with a call."""


class Shared:
    """References to the packed bytes of large values, the latest used up to `most_bytes`."""

    def __init__(self, most_bytes: int = 512 << 20) -> None:
        self._most, self._bytes = most_bytes, 0
        # by identity, with the value itself, so that no other can take its place meanwhile
        self._kept: OrderedDict[int, tuple[Any, Any, int]] = OrderedDict()
        self._lock = threading.Lock()

    def packed(self, value: Any) -> Any:
        """The value's bytes, or a reference to them. Raises `TypeError` for one that has none."""
        with self._lock:
            if id(value) in self._kept:
                self._kept.move_to_end(id(value))
                return self._kept[id(value)][1]
        data = values.pack(value)
        if len(data) < SHARED_BYTES:
            return data
        reference = ray.put(data)
        self.add(value, reference, len(data))
        return reference

    def add(self, value: Any, reference: Any, size: int) -> None:
        """Takes note that Ray has a value's packed bytes already."""
        if size < SHARED_BYTES:
            return
        with self._lock:
            if id(value) not in self._kept:
                self._bytes += size
                self._kept[id(value)] = value, reference, size
            while self._bytes > self._most and len(self._kept) > 1:
                self._bytes -= self._kept.popitem(last=False)[1][2]

    def clear(self) -> None:
        """Lets everything go."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0
