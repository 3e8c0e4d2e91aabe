"""Values that a pipeline gets from outside: files, or plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haiga.actions.pipelines.kinds import KINDS, kind_of_file
from haiga.core.errors import UserError
from haiga.core.pipeline_file import Fault, GivenTable, Written
from haiga.core.suggest import hint

MOST_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True)
class Given:
    """One value from outside: text, or a file that holds a value of a kind."""

    kind: str
    text: str = ""
    path: Path | None = None

    def value(self) -> Any:
        """The value; UserError with one clause where the file holds none."""
        if self.path is None:
            return self.text
        try:
            if self.path.stat().st_size > MOST_BYTES:
                raise UserError(f"{self.path}: is larger than {MOST_BYTES:,} bytes")
            return KINDS[self.kind].read(self.path.read_bytes())
        except ValueError as error:
            raise UserError(f"{self.path}: {error}") from error
        except OSError as error:
            raise UserError(f"{self.path}: cannot be read: {error.strerror}") from error


def given_values(
    written: Written, overrides: Mapping[str, str], faults: list[Fault]
) -> dict[str, Given]:
    """Every given value by its name, those of the command line before the file's.

    A name in `overrides` that the file has not is a UserError, as is a file of one's own that
    is not there.
    """
    declared = written.file.given
    for name in overrides:
        if name not in declared:
            raise UserError(
                f"--given {name}: the pipeline has no such given value; "
                f"{hint(name, declared, label='it has')}"
            )
    found: dict[str, Given] = {}
    for name, entry in declared.items():
        table = GivenTable(text=entry) if isinstance(entry, str) else entry
        own = name in overrides
        try:
            if own:
                kind = table.kind
                found[name] = _told(overrides[name], kind, Path(), "in the pipeline's file ")
            elif isinstance(entry, str):
                found[name] = _told(entry, "", written.path.parent)
            else:
                found[name] = _tabled(table, written.path.parent)
        except UserError as error:
            if own:
                raise UserError(f"--given {name}: {error}") from error
            faults.append(written.fault(name, "", str(error)))
            named = table.file or table.text
            guess = kind_of_file(Path(named)) if named else ""
            found[name] = Given(table.kind or ("" if guess == "file" else guess))
    return found


def _told(text: str, kind: str, beside: Path, where: str = "") -> Given:
    """The file of that name, else plain text; a text that looks like a file's name is a fault.

    `where` says where the words can be written outright.
    """
    if not text.strip():
        raise UserError("is empty; name a file or write a text, or --given NAME=FILE does")
    path = beside / text
    single = "\n" not in text and len(text) < 1000
    if single and _is_file(path):
        return Given(_checked(kind) or kind_of_file(path), path=path)
    if single and _looks_like_a_file(text):
        shown = text.strip() if len(text) < 60 else "…"
        said = f'there is no such file; {where}{{ text = "{shown}" }} means the words'
        raise UserError(f"{path}: {said}")
    if kind not in ("", "text", "poem"):
        raise UserError(f"{path}: there is no such file, and no {kind} is plain text")
    return Given("text", text)


def _tabled(table: GivenTable, beside: Path) -> Given:
    if bool(table.text) == bool(table.file):
        raise UserError('give it either text = "…" or file = "…"')
    if table.text:
        if table.kind not in ("", "text"):
            raise UserError(f"text is of kind text, not {table.kind}; name a file instead")
        return Given("text", table.text)
    path = beside / table.file
    if not _is_file(path):
        raise UserError(f"{path}: there is no such file")
    return Given(_checked(table.kind) or kind_of_file(path), path=path)


def _checked(kind: str) -> str:
    if kind and kind not in KINDS:
        raise UserError(f"no kind '{kind}'; {hint(kind, KINDS)}")
    return kind


def _looks_like_a_file(text: str) -> bool:
    """Whether somebody who wrote this may have meant a file: by its end, or its slashes."""
    named = text.strip()
    if _ENDING.search(named.lower()) or named.startswith(("/", "./", "../", "~/")):
        return True
    return " " not in named and ("/" in named or "\\" in named)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


_ENDING = re.compile(
    r"[^\s.]\.(png|jpe?g|jpe|jfif|webp|tiff?|gif|bmp|avif|heic|ppm|pgm|pnm|svg|pdf|txt|text|md|rst|"
    r"json|jsonl|toml|ya?ml|csv|tsv|xml|html?|wav|mp3|bin|npy|npz|safetensors|onnx|zip|gz|py)$"
)
"""A text that ends so is meant as a file's name, whether or not it has spaces."""
