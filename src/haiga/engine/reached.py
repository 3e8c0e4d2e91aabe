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
import importlib.util
import os
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol

from haiga.core.registry import GROUPS
from haiga.engine.held import held_by
from haiga.engine.plan import Call, Step
from haiga.engine.source_facts import Facts, data_facts, python_facts

FOLLOWED = frozenset({"haiga"})
"""Packages that are always part of the project, wherever they are installed."""
RACY_S = 2.0
"""A file written so short a time ago may change again within one tick of its clock."""
_IGNORED = (".py", ".pyc", ".pyi", ".pyo", ".tmp", "~")
_NOT_DATA = ("card.toml", "studio.sqlite3", "cache.sqlite3", "pyvenv.cfg")


@dataclass(frozen=True)
class Source:
    """The code and data that a step rests on: digest by name, and one digest of them all."""

    digest: str
    files: Mapping[str, str]


class Memory(Protocol):
    """Remembers what was read of a file, by its path and a stamp that changes with the file."""

    def recall(self) -> Mapping[str, tuple[str, str]]:
        """path -> (stamp, facts as JSON) of everything remembered."""
        ...

    def remember(self, facts: Mapping[str, tuple[str, str]]) -> None:
        """Keep these as well; losing them costs time only."""
        ...


class ProcessMemory:
    """Remembers as long as it lives."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, str]] = {}

    def recall(self) -> Mapping[str, tuple[str, str]]:
        return self._known

    def remember(self, facts: Mapping[str, tuple[str, str]]) -> None:
        self._known.update(facts)


def source_of(step: Step, *, roots: Sequence[str] = (), memory: Memory | None = None) -> Source:
    """Read the code and data that a step reaches; files that are remembered cost a stat each.

    `roots` are further modules ("package.module") or files that the step rests on. A module
    that is not installed here (it is in the step's environment alone) is left to the lock.
    """
    tree = _Tree(memory or ProcessMemory())
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


@dataclass(frozen=True)
class _Module:
    """A source file: its name inside what holds it, and the folder that it was found from."""

    path: Path
    name: str
    base: Path
    package: str  # what a relative import starts from; "" for a file alone
    alone: bool  # a single file that was named, or a module beside one


class _Tree:
    """The modules that are reached, and what is read of each."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._known = memory.recall()
        self._new: dict[str, tuple[str, str]] = {}
        self._modules: dict[Path, _Module] = {}
        self._waiting: list[_Module] = []
        self._data: dict[Path, str] = {}
        self._listings: dict[Path, dict[str, bool]] = {}
        self._tops: dict[str, Path | None] = {}
        self._project = set(FOLLOWED)
        self._now = time.time()
        self._facts: dict[Path, Facts] = {}

    def add_root(self, root: str) -> None:
        path = Path(root)
        if path.suffix == ".py" or path.is_absolute():
            self._add_file_root(path)
            return
        self._project.add(root.partition(".")[0])
        self._tops.pop(root.partition(".")[0], None)
        self._add_dotted(root, None)

    def _add_file_root(self, path: Path) -> None:
        if not path.is_file():
            return
        path = path.resolve()
        if path.suffix != ".py":
            self._data[path] = path.name
            return
        top = _package_top(path)
        if top is not None:
            dotted = ".".join(path.relative_to(top.parent).with_suffix("").parts)
            dotted = dotted.removesuffix(".__init__")
            self._project.add(top.name)
            self._tops[top.name] = top.parent
            self._add_dotted(dotted, None)
        if path not in self._modules:
            self._add(_Module(path, path.name, path.parent, "", alone=True))

    def follow(self) -> None:
        while self._waiting:
            module = self._waiting.pop()
            for wanted in self.facts(module.path, python=True).imports:
                self._import(wanted, module)
            for text in self.facts(module.path, python=True).texts:
                top, dot, _ = text.partition(".")
                if dot and top in self._project:
                    self._add_dotted(text.partition(":")[0], module)

    def _import(self, wanted: str, module: _Module) -> None:
        level = len(wanted) - len(wanted.lstrip("."))
        if not level:
            self._add_dotted(wanted, module)
            return
        parents = module.package.split(".") if module.package else []
        if level - 1 > len(parents):
            return
        start = parents[: len(parents) - (level - 1)]
        dotted = ".".join([*start, wanted[level:]]).strip(".")
        if dotted:
            self._add_dotted(dotted, module)

    def _add_dotted(self, dotted: str, source: _Module | None) -> None:
        """Reach a module and the packages around it; does nothing for one outside the project."""
        parts = dotted.split(".")
        if source is not None and source.alone and self._is_here(source.base, parts[0]):
            self._walk(source.base, parts, alone=True)
            return
        base = self._top(parts[0])
        if base is not None:
            self._walk(base, parts, alone=False)

    def _walk(self, base: Path, parts: Sequence[str], *, alone: bool) -> None:
        folder = base
        for i, part in enumerate(parts):
            inside = self._listing(folder)
            dotted = ".".join(parts[: i + 1])
            if inside.get(part):  # a package, or a folder of modules
                folder = folder / part
                init = folder / "__init__.py"
                if "__init__.py" in self._listing(folder):
                    self._add(_Module(init, _told(init, base), base, dotted, alone))
                continue
            if f"{part}.py" in inside:
                path = folder / f"{part}.py"
                package = ".".join(parts[:i])
                self._add(_Module(path, _told(path, base), base, package, alone))
            return

    def _add(self, module: _Module) -> None:
        if module.path not in self._modules:
            self._modules[module.path] = module
            self._waiting.append(module)

    def _is_here(self, folder: Path, name: str) -> bool:
        inside = self._listing(folder)
        if f"{name}.py" in inside:
            return True
        return bool(inside.get(name)) and "__init__.py" in self._listing(folder / name)

    def _top(self, name: str) -> Path | None:
        """The folder that holds a top-level package of the project; None for any other."""
        if name not in self._tops:
            self._tops[name] = _folder_of(name, always=name in self._project)
            if self._tops[name] is not None:
                self._project.add(name)
        return self._tops[name]

    def digests(self) -> dict[str, str]:
        """Digest by name of all modules and data that were reached; call `follow` first."""
        named: dict[str, str] = {}
        for module in self._modules.values():
            self._collect_data(module)
        for module in self._modules.values():
            named[_free(module.name, named)] = self.facts(module.path, python=True).digest
        for path, name in sorted(self._data.items()):
            named[_free(name, named)] = self.facts(path, python=False).digest
        return named

    def _collect_data(self, module: _Module) -> None:
        folder = module.path.parent
        inside = self._listing(folder)
        if not module.alone:
            for name, is_folder in inside.items():
                if not is_folder and _is_data(name):
                    self._add_data(folder / name, module.base)
        for text in self.facts(module.path, python=True).texts:
            first = text.partition("/")[0]
            places = [folder] if module.alone else self._above(folder, module.base)
            for place in places:
                if first in self._listing(place) and first not in ("", ".", ".."):
                    self._add_named(place / text, module.base)

    def _above(self, folder: Path, base: Path) -> list[Path]:
        """The folder of a module and those of the packages around it."""
        found = []
        while folder != base and folder != folder.parent:
            found.append(folder)
            folder = folder.parent
        return found

    def _add_named(self, path: Path, base: Path) -> None:
        if path.is_dir():
            if not self._is_package(path):
                self._add_folder(path, base)
        elif path.is_file() and _is_data(path.name):
            self._add_data(path, base)

    def _is_package(self, folder: Path) -> bool:
        return any(name.endswith(".py") for name in self._listing(folder))

    def _add_folder(self, folder: Path, base: Path) -> None:
        inside = self._listing(folder)
        if any(name in inside for name in _NOT_DATA):
            return
        for name, is_folder in inside.items():
            if is_folder and not name.startswith((".", "__pycache__")):
                self._add_folder(folder / name, base)
            elif not is_folder and _is_data(name):
                self._add_data(folder / name, base)

    def _add_data(self, path: Path, base: Path) -> None:
        self._data.setdefault(path, _told(path, base))

    def _listing(self, folder: Path) -> dict[str, bool]:
        """Names in a folder -> whether each is a folder; empty where it cannot be read."""
        if folder not in self._listings:
            try:
                with os.scandir(folder) as entries:
                    found = {entry.name: entry.is_dir() for entry in entries}
            except OSError:
                found = {}
            self._listings[folder] = found
        return self._listings[folder]

    def facts(self, path: Path, *, python: bool) -> Facts:
        """What a file says, remembered or read now."""
        if path in self._facts:
            return self._facts[path]
        stat = path.stat()
        stamp = f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ino} {int(python)}"
        name = str(path)
        known = self._new.get(name) or self._known.get(name)
        facts = Facts.read(known[1]) if known and known[0] == stamp else None
        if facts is None:
            facts = python_facts(path.read_bytes()) if python else data_facts(path)
            if abs(self._now - stat.st_mtime) > RACY_S:
                self._new[name] = (stamp, facts.line())
        self._facts[path] = facts
        return facts

    def settle(self) -> None:
        """Remember what was read."""
        if self._new:
            self._memory.remember(self._new)
            self._new = {}


def _told(path: Path, base: Path) -> str:
    return path.relative_to(base).as_posix()


def _free(name: str, taken: Mapping[str, str]) -> str:
    number = 1
    told = name
    while told in taken:
        number += 1
        told = f"{name} ({number})"
    return told


def _is_data(name: str) -> bool:
    return not name.startswith(".") and not name.endswith(_IGNORED)


def _package_top(path: Path) -> Path | None:
    """The outermost package folder around a file; None for a file in no package."""
    top = None
    folder = path.parent
    while (folder / "__init__.py").is_file():
        top, folder = folder, folder.parent
    return top


def _folder_of(name: str, *, always: bool) -> Path | None:
    if name in sys.stdlib_module_names:
        return None
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError, AttributeError):
        return None
    if spec is None:
        return None
    places: Iterable[str] = spec.submodule_search_locations or ()
    where = Path(next(iter(places), "") or spec.origin or "")
    if not where.exists() or not where.name:
        return None
    installed = {"site-packages", "dist-packages"} & set(where.parts)
    if installed and not always:
        return None
    return where.resolve().parent
