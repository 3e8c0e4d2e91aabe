"""What a source file says: a digest that comments do not change, imports, and telling texts."""

from __future__ import annotations

import ast
import functools
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_TEXT = re.compile(r"[\w\-.]+(/[\w\-.]+)*(:\w+)?")
LONGEST_TEXT = 100


@dataclass(frozen=True)
class Facts:
    """A file's digest; the modules that it may import, relative ones with their dots; and the
    texts in it that could name a module or a file.

    `from .a import b` may import ".a" and ".a.b": which of them are modules is not known here.
    """

    digest: str
    imports: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()

    def line(self) -> str:
        return json.dumps([self.digest, self.imports, self.texts], separators=(",", ":"))

    @staticmethod
    def read(line: str) -> Facts | None:
        """The facts of a line; None for one that holds none."""
        try:
            digest, imports, texts = json.loads(line)
            return Facts(str(digest), tuple(imports), tuple(texts))
        except (ValueError, TypeError):
            return None


@functools.cache
def reader() -> str:
    """Names this way of reading: Python's grammar and this file; facts read otherwise are void."""
    own = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:8]
    return f"{sys.version_info.major}.{sys.version_info.minor} {own}"


def python_facts(data: bytes) -> Facts:
    """What Python source says; one that is no Python is told by its bytes alone."""
    try:
        tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError):
        return Facts(hashlib.sha256(data).hexdigest())
    imports: dict[str, None] = {}
    texts: dict[str, None] = {}
    waiting: list[tuple[ast.AST, bool]] = [(tree, True)]
    while waiting:
        node, runs = waiting.pop()
        if isinstance(node, ast.Constant):
            text = node.value
            if isinstance(text, str) and len(text) <= LONGEST_TEXT and _TEXT.fullmatch(text):
                texts[text] = None
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            if runs:
                imports.update(dict.fromkeys(_imported(node)))
            continue
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            _drop_docstring(node)
        if isinstance(node, ast.If) and _is_type_checking(node.test):
            waiting += [(child, False) for child in node.body]
            waiting += [(child, runs) for child in node.orelse]
            continue
        waiting += [(child, runs) for child in ast.iter_child_nodes(node)]
    digest = hashlib.sha256(ast.dump(tree).encode("utf-8", "surrogatepass")).hexdigest()
    return Facts(digest, tuple(imports), tuple(texts))


def data_facts(path: Path) -> Facts:
    """What a file of data says: the sha256 of its bytes."""
    with path.open("rb") as file:
        return Facts(hashlib.file_digest(file, "sha256").hexdigest())


def _drop_docstring(
    node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef,
) -> None:
    first = node.body[0] if node.body else None
    if (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    ):
        node.body = node.body[1:]


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    start = "." * node.level + (node.module or "")
    yield start
    dot = "" if not node.module else "."
    yield from (f"{start}{dot}{alias.name}" for alias in node.names if alias.name != "*")


def _is_type_checking(test: ast.expr) -> bool:
    if isinstance(test, ast.Name):
        return test.id == "TYPE_CHECKING"
    return isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
