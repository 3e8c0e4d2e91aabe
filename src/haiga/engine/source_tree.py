"""The modules and data that are reached from some roots, by reading and not by importing."""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from haiga.engine.source_facts import Facts, data_facts, python_facts, reader

FOLLOWED = frozenset({"haiga"})
"""Packages that are always part of the project, wherever they are installed."""
RACY_S = 2.0
"""A file written so short a time ago may change again within one tick of its clock."""
_IGNORED = (".py", ".pyc", ".pyi", ".pyo", ".tmp", "~", "py.typed")
_NOT_DATA = ("card.toml", "studio.sqlite3", "cache.sqlite3", "pyvenv.cfg")
"""A folder with one of these is a model, a studio, a cache or an environment."""


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


@dataclass(frozen=True)
class _Module:
    """A source file.

    `base` is the folder that its name is told from, `package` what a relative import in it
    starts from; one that is `alone` is a file that was named, or a module beside such a one.
    """

    path: str
    base: str
    package: str
    alone: bool

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]


class SourceTree:
    """What is reached: add roots, `follow`, then ask for `digests`; at the end `settle`.

    Paths are texts with "/" in here: a step reaches a hundred files, and this runs before every
    run of it.
    """

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._known = memory.recall()
        self._new: dict[str, tuple[str, str]] = {}
        self._modules: dict[str, _Module] = {}
        self._waiting: list[_Module] = []
        self._walked: set[tuple[str, str, bool]] = set()
        self._data: dict[str, str] = {}
        self._listings: dict[str, dict[str, bool]] = {}
        self._tops: dict[str, str | None] = {}
        self._project = set(FOLLOWED)
        self._now = time.time()
        self._facts: dict[str, Facts] = {}

    def add_root(self, root: str) -> None:
        """A module ("package.module"), or a file: a whole path, or one that ends in ".py"."""
        path = Path(root)
        if path.suffix == ".py" or path.is_absolute():
            self._add_file_root(path)
            return
        top = root.partition(".")[0]
        self._project.add(top)
        self._tops.pop(top, None)
        self._add_dotted(root, None)

    def follow(self) -> None:
        """Reach every module that those reached so far import or name."""
        while self._waiting:
            module = self._waiting.pop()
            facts = self._python(module)
            for wanted in facts.imports:
                self._import(wanted, module)
            for text in facts.texts:
                top, dot, _ = text.partition(".")
                if dot and top in self._project:
                    self._add_dotted(text.partition(":")[0], module)

    def digests(self) -> dict[str, str]:
        """Digest by name of all modules and data that were reached."""
        for module in self._modules.values():
            self._collect_data(module)
        named: dict[str, str] = {}
        for path, module in sorted(self._modules.items()):
            named[_free(_told(path, module.base), named)] = self._python(module).digest
        for path, name in sorted(self._data.items()):
            named[_free(name, named)] = self._read(path, python=False).digest
        return named

    def settle(self) -> None:
        """Remember what was read."""
        if self._new:
            self._memory.remember(self._new)
            self._new = {}

    def _add_file_root(self, path: Path) -> None:
        if not path.is_file():
            return
        path = path.resolve()
        told = path.as_posix()
        if path.suffix != ".py":
            self._data[told] = path.name
            return
        top = _package_top(path)
        if top is not None:
            dotted = ".".join(path.relative_to(top.parent).with_suffix("").parts)
            self._project.add(top.name)
            self._tops[top.name] = top.parent.as_posix()
            self._add_dotted(dotted.removesuffix(".__init__"), None)
        if told not in self._modules:
            self._add(told, path.parent.as_posix(), "", alone=True)

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
        top = dotted.partition(".")[0]
        if source is not None and source.alone and self._is_here(source.base, top):
            base: str | None = source.base
            alone = True
        else:
            base, alone = self._top(top), False
        if base is not None and (base, dotted, alone) not in self._walked:
            self._walked.add((base, dotted, alone))
            self._walk(base, dotted.split("."), alone=alone)

    def _walk(self, base: str, parts: Sequence[str], *, alone: bool) -> None:
        folder = base
        for i, part in enumerate(parts):
            inside = self._listing(folder)
            if inside.get(part):  # a package, or a folder of modules
                folder = f"{folder}/{part}"
                if "__init__.py" in self._listing(folder):
                    self._add(f"{folder}/__init__.py", base, ".".join(parts[: i + 1]), alone=alone)
                continue
            if f"{part}.py" in inside:
                self._add(f"{folder}/{part}.py", base, ".".join(parts[:i]), alone=alone)
            return

    def _add(self, path: str, base: str, package: str, *, alone: bool) -> None:
        if path not in self._modules:
            self._modules[path] = _Module(path, base, package, alone)
            self._waiting.append(self._modules[path])

    def _is_here(self, folder: str, name: str) -> bool:
        inside = self._listing(folder)
        if f"{name}.py" in inside:
            return True
        return bool(inside.get(name)) and "__init__.py" in self._listing(f"{folder}/{name}")

    def _top(self, name: str) -> str | None:
        """The folder that holds a top-level package of the project; None for any other."""
        if name not in self._tops:
            self._tops[name] = _folder_of(name, always=name in self._project)
            if self._tops[name] is not None:
                self._project.add(name)
        return self._tops[name]

    def _collect_data(self, module: _Module) -> None:
        folder = module.folder
        if not module.alone:
            for name, is_folder in self._listing(folder).items():
                if not is_folder and _is_data(name):
                    self._add_data(f"{folder}/{name}", module.base)
        places = [folder]
        while not module.alone and places[-1].rpartition("/")[0] not in (module.base, ""):
            places.append(places[-1].rpartition("/")[0])
        for text in self._python(module).texts:
            first = text.partition("/")[0]
            for place in places:
                if first in self._listing(place):
                    self._add_named(f"{place}/{text}", module.base)

    def _add_named(self, path: str, base: str) -> None:
        """Data that a text names: a file, or a folder that holds no modules."""
        folder, _, name = path.rpartition("/")
        is_folder = self._listing(folder).get(name)
        if is_folder and not any(inner.endswith(".py") for inner in self._listing(path)):
            self._add_folder(path, base)
        elif is_folder is False and _is_data(name):
            self._add_data(path, base)

    def _add_folder(self, folder: str, base: str) -> None:
        inside = self._listing(folder)
        if any(name in inside for name in _NOT_DATA):
            return
        for name, is_folder in inside.items():
            path = f"{folder}/{name}"
            if is_folder and not name.startswith((".", "__pycache__")):
                if not Path(path).is_symlink():  # it may lead in a circle
                    self._add_folder(path, base)
            elif not is_folder and _is_data(name):
                self._add_data(path, base)

    def _add_data(self, path: str, base: str) -> None:
        self._data.setdefault(path, _told(path, base))

    def _listing(self, folder: str) -> dict[str, bool]:
        """Names in a folder -> whether each is a folder; empty where it cannot be read."""
        known = self._listings.get(folder)
        if known is None:
            try:
                with os.scandir(folder) as entries:
                    known = {entry.name: entry.is_dir() for entry in entries}
            except OSError:
                known = {}
            self._listings[folder] = known
        return known

    def _python(self, module: _Module) -> Facts:
        return self._facts.get(module.path) or self._read(module.path, python=True)

    def _read(self, name: str, *, python: bool) -> Facts:
        """What a file says, remembered or read now."""
        path = Path(name)
        try:
            stat = path.stat()
            how = reader() if python else "data"
            stamp = f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ino} {how}"
            known = self._new.get(name) or self._known.get(name)
            facts = Facts.read(known[1]) if known and known[0] == stamp else None
            if facts is None:
                facts = python_facts(path.read_bytes()) if python else data_facts(path)
                if abs(self._now - stat.st_mtime) > RACY_S:
                    self._new[name] = (stamp, facts.line())
        except OSError:  # gone, or not to be read
            facts = Facts("cannot be read")
        self._facts[name] = facts
        return facts


def _told(path: str, base: str) -> str:
    return path[len(base) :].lstrip("/")


def _free(name: str, taken: Mapping[str, str]) -> str:
    number, told = 1, name
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


def _folder_of(name: str, *, always: bool) -> str | None:
    """The folder that a top-level package or module lies in, if it is the project's."""
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
    if not where.name or not where.exists():
        return None
    if not always and {"site-packages", "dist-packages"} & set(where.parts):
        return None
    return where.resolve().parent.as_posix()
