"""What a function in this process carries with it: its code, and the values it holds."""

from __future__ import annotations

import functools
import hashlib
import sys
import types
from collections.abc import Callable, Iterable
from dataclasses import dataclass, is_dataclass
from pathlib import Path
from typing import Any

from haiga.engine.digests import value_digest


@dataclass(frozen=True)
class Held:
    """A function, told so that two that could differ in what they do differ here.

    `name` is "module:function"; `values` the digest of what it holds, by name (closure,
    defaults, the arguments of a partial), and of its own instructions; `files` are the source
    files of all functions and classes met, which its result rests on. `fault` is one clause
    that says why it cannot be told, or "".
    """

    name: str
    values: dict[str, str]
    files: tuple[Path, ...]
    fault: str = ""


class _Untellable(Exception):
    pass


def held_by(work: Callable[..., Any]) -> Held:
    """What a function carries with it; module globals count as part of its source."""
    values: dict[str, str] = {}
    files: dict[Path, None] = {}
    name = _name(work)
    fault = ""
    try:
        _walk(work, "", values, files, set())
    except _Untellable as error:
        fault = str(error)
    return Held(name, values, tuple(files), fault)


def _name(work: Any) -> str:
    while isinstance(work, functools.partial):
        work = work.func
    return _full_name(work if hasattr(work, "__qualname__") else type(work))


def _full_name(known: Any) -> str:
    """ "module:name", the module by its file's name where it is the program that runs."""
    module = known.__module__
    if module == "__main__":
        module = Path(getattr(sys.modules["__main__"], "__file__", None) or "__main__").stem
    return f"{module}:{known.__qualname__}"


def _walk(
    thing: Any, at: str, values: dict[str, str], files: dict[Path, None], met: set[int]
) -> None:
    """Add what `thing` is under the name `at`; raises `_Untellable` where nothing tells it."""
    if id(thing) in met:  # a function that knows itself
        return
    if isinstance(thing, (types.FunctionType, functools.partial, types.MethodType)):
        met.add(id(thing))
    if isinstance(thing, functools.partial):
        _walk(thing.func, f"{at}()", values, files, met)
        for i, value in enumerate(thing.args):
            _walk(value, f"{at}({i})", values, files, met)
        for key, value in sorted(thing.keywords.items()):
            _walk(value, f"{at}({key})", values, files, met)
    elif isinstance(thing, types.MethodType):
        _walk(thing.__func__, f"{at}()", values, files, met)
        _walk(thing.__self__, f"{at}(self)", values, files, met)
    elif isinstance(thing, types.FunctionType):
        _walk_function(thing, at, values, files, met)
    elif isinstance(thing, types.ModuleType):
        _add_file(getattr(thing, "__file__", None), f"module {thing.__name__}", files)
        values[at] = f"module {thing.__name__}"
    elif isinstance(thing, type):
        _add_class(thing, files)
        values[at] = f"class {_full_name(thing)}"
    elif isinstance(thing, types.BuiltinFunctionType):
        values[at] = f"function {_full_name(thing)}"
    else:
        if is_dataclass(thing):
            _add_class(type(thing), files)
        try:
            values[at] = f"{_full_name(type(thing))} {value_digest(thing)}"
        except (TypeError, ValueError) as error:
            raise _Untellable(
                f"its function holds a {type(thing).__name__} that has no digest"
            ) from error


def _walk_function(
    thing: types.FunctionType,
    at: str,
    values: dict[str, str],
    files: dict[Path, None],
    met: set[int],
) -> None:
    _add_file(thing.__code__.co_filename, f"function {thing.__qualname__}", files)
    values[at] = f"{_full_name(thing)} {_code_digest(thing.__code__)}"
    for i, value in enumerate(thing.__defaults__ or ()):
        _walk(value, f"{at}/default {i}", values, files, met)
    for key, value in sorted((thing.__kwdefaults__ or {}).items()):
        _walk(value, f"{at}/{key}", values, files, met)
    for key, cell in zip(thing.__code__.co_freevars, thing.__closure__ or (), strict=True):
        try:
            _walk(cell.cell_contents, f"{at}/{key}", values, files, met)
        except ValueError:  # a name that is not given a value yet
            values[f"{at}/{key}"] = "nothing"


def _add_class(kind: type, files: dict[Path, None]) -> None:
    module = sys.modules.get(kind.__module__)
    _add_file(getattr(module, "__file__", None), f"class {kind.__qualname__}", files)


def _add_file(name: str | None, what: str, files: dict[Path, None]) -> None:
    if name is None:
        return  # built in
    path = _source_file(name)
    if path is None:
        raise _Untellable(f"the source of {what} is in no file")
    files[path] = None


@functools.cache
def _source_file(name: str) -> Path | None:
    path = Path(name)
    return path.resolve() if path.is_file() else None


def _code_digest(code: types.CodeType) -> str:
    """Tells two functions of one place apart, such as two lambdas; comments do not count."""
    hasher = hashlib.sha256()

    def add(code: types.CodeType) -> None:
        hasher.update(code.co_code)
        hasher.update(repr((code.co_names, code.co_varnames, code.co_freevars)).encode())
        for constant in code.co_consts:
            if isinstance(constant, types.CodeType):
                add(constant)
            else:
                hasher.update(_constant(constant).encode())

    add(code)
    return hasher.hexdigest()[:16]


def _constant(value: Any) -> str:
    if isinstance(value, frozenset):
        members: Iterable[str] = sorted(_constant(member) for member in value)
        return f"frozenset({','.join(members)})"
    if isinstance(value, tuple):
        return f"({','.join(_constant(member) for member in value)})"
    return f"{type(value).__name__} {value!r}"
