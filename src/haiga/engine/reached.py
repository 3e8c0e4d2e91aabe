"""The source that a step reaches inside its project: what must be unchanged for a cache hit.

The project is haiga, the top-level package of what the step calls, the modules beside a file
that it calls, and any other package that is imported from a folder of the user's. What is
installed elsewhere is told by the environment's lock. Comments, docstrings and formatting do
not count: a file's digest is that of its syntax tree.

Followed are all `import` statements (inside functions too, but not under TYPE_CHECKING) and
text that names a module of the project ("haiga.roles.poets.lstm:LstmPoet"). Data counts as
well: in a package every file beside a reached module, and the folders of data that a reached
module names; beside a single file the files and folders that its text names. A module or file
whose name is put together while the program runs is not seen: give it as an input, or as one
of the `roots`. A folder with a `card.toml` is a model, which the digests of models cover.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

from haiga.core.registry import GROUPS
from haiga.engine.held import held_by
from haiga.engine.plan import Call, Step
from haiga.engine.source_tree import Memory, ProcessMemory, SourceTree

__all__ = ["Memory", "ProcessMemory", "Source", "roots_of", "source_of"]


@dataclass(frozen=True)
class Source:
    """The code and data that a step rests on: digest by name, and one digest of them all."""

    digest: str
    files: Mapping[str, str]


def source_of(step: Step, *, roots: Sequence[str] = (), memory: Memory | None = None) -> Source:
    """Read the code and data that a step reaches; files that are remembered cost a stat each.

    `roots` are further modules ("package.module") or files that the step rests on. A module
    that is not installed here (it is in the step's environment alone) is left to the lock.
    """
    tree = SourceTree(memory or ProcessMemory())
    for root in (*roots_of(step), *roots):
        tree.add_root(root)
    tree.follow()
    files = dict(sorted(tree.digests().items()))
    tree.settle()
    told = "\n".join(f"{name} {digest}" for name, digest in files.items())
    return Source(hashlib.sha256(told.encode()).hexdigest(), files)


def roots_of(step: Step) -> list[str]:
    """The modules and files that a step begins in: what it calls, and its implementation."""
    found: list[str] = []
    if step.call is not None:
        settings = {**step.settings, **(step.call.settings if step.call.counts else {})}
        found += _roots_of_call(step.call, settings)
    elif step.run is not None:
        found += [str(path) for path in held_by(step.run).files]
    if step.role and step.use:
        found += _registered(step.role, step.use)
    return list(dict.fromkeys(found))


def _roots_of_call(call: Call, settings: Mapping[str, object]) -> Iterator[str]:
    if call.kind != "command":
        yield call.target.rpartition(":")[0] or call.target
    else:
        program = shutil.which(call.command[0]) if call.command else None
        if program:
            yield str(Path(program).resolve())
    words = [*call.command[1:], *_texts(list(settings.values()))]
    for word in words:
        if ("/" in word or "." in word or os.sep in word) and _is_file(word):
            yield str(Path(word).resolve())


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts(list(value.values()))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)


def _is_file(word: str) -> bool:
    try:
        return Path(word).is_file()
    except (OSError, ValueError):  # too long, or no name at all
        return False


@cache
def _registered(role: str, use: str) -> tuple[str, ...]:
    if role not in GROUPS:
        return ()
    entries = entry_points(group=GROUPS[role], name=use)
    return tuple(sorted({entry.value.partition(":")[0].strip() for entry in entries}))
