"""Plain Python functions as steps: found in their file and looked at without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from haiga.core.errors import UserError
from haiga.core.suggest import hint

OUT, SEED = "out", "seed"


@dataclass(frozen=True)
class Function:
    """A function as its file declares it: its `target` for a call, and its parameters.

    `required` have no default. `any_keyword`: it takes others as well. `known` is False of a
    function in a module, whose parameters nobody looked at.
    """

    target: str
    parameters: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    any_keyword: bool = True
    known: bool = False

    def bound(
        self, reads: Mapping[str, str], listed: Sequence[str], settings: Mapping[str, object]
    ) -> dict[str, str]:
        """What it reads by its own parameters' names.

        Inputs that the file only lists, under names that it has not, go to those of its required
        parameters that nothing else fills, in order.
        """
        if not self.known or self.any_keyword:
            return dict(reads)
        taken = {*settings, *(name for name in reads if name in self.parameters), OUT, SEED}
        free = [name for name in self.required if name not in taken]
        found: dict[str, str] = {}
        for name, source in reads.items():
            known = name in self.parameters or name not in listed or not free
            found[name if known else free.pop(0)] = source
        return found

    def input_faults(
        self, inputs: Iterable[str], settings: Mapping[str, object]
    ) -> Iterator[tuple[str, str]]:
        """What does not go together with these inputs: (key of the step, sentence)."""
        if not self.known:
            return
        own = [p for p in self.parameters if p not in (OUT, SEED)]
        strange = [key for key in inputs if key not in own and not self.any_keyword]
        for key in strange:
            yield "inputs", f"{self.name} takes no '{key}'; {hint(key, own, label='it takes')}"
        odd = [key for key in settings if key not in own and not self.any_keyword]
        for key in self.required if not strange and not odd else ():
            if key not in (OUT, SEED, *inputs, *settings):
                yield "inputs", f"{self.name} needs '{key}', which is no input and not in with"

    def setting_faults(self, settings: Mapping[str, object]) -> Iterator[tuple[str, str]]:
        """What does not go together with these settings, and whether it can write a result."""
        if not self.known:
            return
        own = [p for p in self.parameters if p not in (OUT, SEED)]
        if OUT not in self.parameters and not self.any_keyword:
            yield "use", f"{self.name} has no parameter 'out', the path that it must write"
        for key in settings:
            if key in (OUT, SEED):
                yield f"with.{key}", f"'{key}' is given to every function; leave it out"
            elif key not in own and not self.any_keyword:
                yield f"with.{key}", "no such parameter; " + hint(key, own, label="it takes")

    @property
    def name(self) -> str:
        """The function's own name."""
        return self.target.rpartition(":")[2]


def find_function(named: str, beside: Path) -> Function:
    """The function that `FILE.py:NAME` or `MODULE:NAME` names; it is not run.

    Files are looked for beside the pipeline's file and then in the working folder. Raises
    UserError where there is no such file, it is no Python, or it has no such function.
    """
    place, colon, name = named.rpartition(":")
    if not colon or not place or not name.isidentifier():
        raise UserError(f"write FILE.py:FUNCTION or MODULE:FUNCTION, not '{named}'")
    if not place.endswith(".py"):
        return _in_module(place, name)
    path = next((p for p in (beside / place, Path(place)) if p.is_file()), None)
    if path is None:
        raise UserError(f"{place}: there is no such file beside the pipeline")
    try:
        functions = _functions_of(path.resolve(), path.stat().st_mtime_ns)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        where = f"{path}:{line}" if line else str(path)
        raise UserError(f"{where}: is no Python: {getattr(error, 'msg', error)}") from error
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from error
    if name not in functions:
        raise UserError(
            f"{place} has no function '{name}'; {hint(name, functions, label='it has')}"
        )
    return _declared(f"{path.resolve()}:{name}", functions[name].args)


@lru_cache(maxsize=64)
def _functions_of(path: Path, changed_ns: int) -> Mapping[str, ast.FunctionDef]:
    """The functions of a file; thousands of steps may ask for one."""
    tree = ast.parse(path.read_bytes(), str(path))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def _declared(target: str, args: ast.arguments) -> Function:
    plain = [a.arg for a in (*args.posonlyargs, *args.args)]
    required = plain[: len(plain) - len(args.defaults)]
    required += [
        a.arg for a, default in zip(args.kwonlyargs, args.kw_defaults, strict=True) if not default
    ]
    keyword = [a.arg for a in args.kwonlyargs]
    return Function(target, (*plain, *keyword), tuple(required), args.kwarg is not None, known=True)


def _in_module(module: str, name: str) -> Function:
    return Function(f"{module}:{name}")


def module_missing(target: str) -> bool:
    """Whether the package of a function's module is not installed here; imports nothing."""
    package = target.partition(":")[0].partition(".")[0]
    try:
        return not target.partition(":")[0].endswith(".py") and find_spec(package) is None
    except (ImportError, ValueError):
        return True
