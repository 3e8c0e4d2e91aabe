"""What a source file says: a digest that comments do not change, imports, and telling texts."""

from __future__ import annotations

import ast
import hashlib
import json
import re
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


def python_facts(data: bytes) -> Facts:
    """What Python source says; one that is no Python is told by its bytes alone."""
    try:
        tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError):
        return Facts(hashlib.sha256(data).hexdigest())
    _drop_docstrings(tree)
    imports = dict.fromkeys(_imports(tree))
    texts = {
        node.value: None
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and len(node.value) <= LONGEST_TEXT
        and _TEXT.fullmatch(node.value)
    }
    digest = hashlib.sha256(ast.dump(tree).encode("utf-8", "surrogatepass")).hexdigest()
    return Facts(digest, tuple(imports), tuple(texts))


def data_facts(path: Path) -> Facts:
    """What a file of data says: the sha256 of its bytes."""
    with path.open("rb") as file:
        return Facts(hashlib.file_digest(file, "sha256").hexdigest())


def _drop_docstrings(tree: ast.Module) -> None:
    for node in ast.walk(tree):
        if not isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        first = node.body[0] if node.body else None
        if (
            isinstance(first, ast.Expr)
            and isinstance(first.value, ast.Constant)
            and isinstance(first.value.value, str)
        ):
            node.body = node.body[1:]


def _imports(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    if isinstance(node, ast.ImportFrom):
        start = "." * node.level + (node.module or "")
        yield start
        dot = "" if not node.module else "."
        yield from (f"{start}{dot}{alias.name}" for alias in node.names if alias.name != "*")
        return
    if isinstance(node, ast.If) and _is_type_checking(node.test):
        for other in node.orelse:
            yield from _imports(other)
        return
    for child in ast.iter_child_nodes(node):
        yield from _imports(child)


def _is_type_checking(test: ast.expr) -> bool:
    name = (
        test.id
        if isinstance(test, ast.Name)
        else test.attr
        if isinstance(test, ast.Attribute)
        else ""
    )
    return name == "TYPE_CHECKING"
