"""The key under which a step's result is kept: everything that can change the result, and no more.

A key covers what is called and its implementation's version, the source that it reaches, its
settings, its seed, its models, its inputs and the versions of everything installed where it
runs. The names of the step and of the piece are no part of it.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

import numpy as np

from haiga.core.errors import UserError
from haiga.engine.digests import value_digest
from haiga.engine.held import held_by
from haiga.engine.plan import Step
from haiga.engine.reached import Source

FORMAT = 1
"""Raised where the meaning of a part changes: no older record is a hit then."""

Digests = str | Sequence[str]
"""The sha256 of one input, or those of a gathered one, in order."""


@dataclass(frozen=True)
class Parts:
    """What a key is made of.

    `table` is the part that makes the key, in plain JSON values; `source` and `lock_text` are
    the detail behind two of its digests. `step` and `reads` (what the step calls an input -> the
    step it comes from) are told by `haiga cache why` and are no part of the key. `fault` is one
    clause that says why this result cannot be kept, or "".
    """

    step: str
    table: Mapping[str, Any]
    source: Mapping[str, str] = field(default_factory=dict)
    lock_text: str = ""
    reads: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""

    @property
    def key(self) -> str:
        """sha256 of the canonical JSON of `table`; "" where the result cannot be kept."""
        if self.fault:
            return ""
        return hashlib.sha256(self.line().encode()).hexdigest()

    def line(self) -> str:
        """`table` as one line of canonical JSON: equal tables give equal lines."""
        return canonical(self.table)


def key_parts(
    step: Step,
    *,
    seed: int,
    inputs: Mapping[str, Digests],
    lock: str,
    source: Source,
    lock_text: str = "",
) -> Parts:
    """The parts of the key of one step of one piece.

    `inputs` are digests by the names that the step calls them, `lock` the digest of the
    environment it runs in and `lock_text` its lines ("numpy==2.4.6"), `source` what
    `reached.source_of` gave for the step (once for all pieces). A step that is only a function of
    this process is told by its source and by what it holds; where that includes something
    without a digest the result has no key (`fault`). Raises `UserError` for a setting that
    is no plain value.
    """
    what, fault = _what(step)
    call = step.call
    settings = {**step.settings, **(call.settings if call and call.counts else {})}
    table = {
        "format": FORMAT,
        "what": what,
        "role": step.role,
        "use": step.use,
        "settings": {
            name: _plain(value, f"step '{step.name}': setting '{name}'")
            for name, value in settings.items()
        },
        "seed": int(seed),
        "models": {str(name): str(digest) for name, digest in step.models().items()},
        "inputs": {
            name: told if isinstance(told, str) else list(told) for name, told in inputs.items()
        },
        "source": source.digest,
        "lock": lock,
        "variables": _variables(step),
        "makes": step.makes,
    }
    return Parts(step.name, table, source.files, lock_text, dict(step.sources), fault)


def canonical(value: Any) -> str:
    """A plain JSON value as the one line that stands for it: keys sorted, no spaces, ASCII."""
    return json.dumps(
        value, sort_keys=True, ensure_ascii=True, allow_nan=False, separators=(",", ":")
    )


def _what(step: Step) -> tuple[dict[str, Any], str]:
    """What the step calls, in plain values, and why that cannot be told, or ""."""
    if step.call is not None:
        call = step.call
        return {"kind": call.kind, "target": call.target, "command": list(call.command)}, ""
    assert step.run is not None, step.name
    held = held_by(step.run)
    return {"kind": "function", "target": held.name, "holds": held.values}, held.fault


def _variables(step: Step) -> dict[str, str]:
    """The environment variables that the step may read, each with a short digest of its value.

    The values may be secrets: 32 bits of a digest tell that one changed and give nothing away.
    """
    names = step.environment.variables if step.environment else ()
    return {
        name: hashlib.sha256(f"{name}={os.environ[name]}".encode("utf-8", "replace")).hexdigest()[
            :8
        ]
        for name in names
        if name in os.environ
    }


def _plain(value: Any, where: str) -> Any:
    """A setting in JSON values, so that settings that differ differ there."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise UserError(f"{where} is {value}, which is no number; give one")
        return value
    if isinstance(value, np.generic):
        return _plain(value.item(), where)
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, (list, tuple)):
        return [_plain(item, where) for item in value]
    if isinstance(value, Mapping):
        for name in value:
            if not isinstance(name, str):
                raise UserError(
                    f"{where} has the name {name!r}, which is no text; put it in quotes"
                )
        return {name: _plain(item, f"{where}.{name}") for name, item in value.items()}
    try:
        kind = type(value)
        return {"=": f"{kind.__module__}:{kind.__qualname__}", "sha256": value_digest(value)}
    except (TypeError, ValueError) as error:
        raise UserError(
            f"{where} is a {type(value).__name__}, which cannot be written down; "
            "give a text, a number, true or false, or a list or table of them"
        ) from error
