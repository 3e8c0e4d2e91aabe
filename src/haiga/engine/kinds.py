"""Kinds of results: how one is checked, and how it becomes a file that any program can read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Kind:
    """A kind of value that steps hand each other.

    `suffix` is that of its file (".png"); `fault` says what a value is instead of this kind, or
    "" where it is one; `write` gives the file's bytes; `read` the value of such bytes, and raises
    `ValueError` with one clause for bytes that hold none. Equal values give equal bytes.
    """

    name: str
    suffix: str
    fault: Callable[[Any], str]
    write: Callable[[Any], bytes]
    read: Callable[[bytes], Any]
