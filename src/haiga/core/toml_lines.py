"""TOML with the line of every fault and every key; tomllib stops at the first and tells none."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from typing import Any

_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_HEADER = re.compile(r"^\s*\[\[?\s*(?P<key>[^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_PAIR = re.compile(r"""^\s*(?P<key>[A-Za-z0-9_."'-]+(?:\s*\.\s*[A-Za-z0-9_"'-]+)*)\s*=""")
_CLOSE = "end it with the mark it begins with"
_ADVICE = {
    "Illegal character '\\n'": f"a quotation is not closed on this line; {_CLOSE}",
    "Illegal character '\\r'": f"a quotation is not closed on this line; {_CLOSE}",
    'Expected "\'"': f"a quotation is not closed; {_CLOSE}",
    "Unterminated string": f"a quotation is not closed; {_CLOSE}",
    "Unclosed array": "a list that begins with [ is not closed before this, or lacks a comma",
    "Unclosed inline table": "a table that begins with { is not closed, or lacks a comma",
    "Expected '=' after a key": "write key = value",
    "Expected newline or end of document": "there is more on this line than a key and its value",
    "Invalid value": 'write text between straight "quotation marks" and numbers without any',
}
"""What tomllib says of a fault, and what to look for."""
_KEPT = ("Invalid value",)
_MANY_LINES = re.compile(r'"""|\'\'\'')


def parse(text: str) -> tuple[dict[str, Any], list[tuple[int | None, str]]]:
    """The values of a TOML text, and its faults as (line, sentence); no values where there is one.

    After a fault the line it is on is left out and the rest read on, so that a
    reader is told of every broken line at once.
    """
    faults: list[tuple[int | None, str]] = []
    lines = text.splitlines()
    for _ in range(20):
        try:
            values = tomllib.loads("\n".join(lines) + "\n")
        except tomllib.TOMLDecodeError as error:
            line, sentence = _fault(str(error), lines)
            faults.append((line, _plainly(sentence)))
            if line is None or not 1 <= line <= len(lines) or _swallows(sentence, lines[line - 1]):
                break
            lines[line - 1] = ""
        else:
            return ({} if faults else values), faults
    return {}, faults


def key_lines(text: str) -> dict[str, int]:
    """The line, from 1, of every key and table of a TOML text by its dotted path."""
    return _places(text, counted=False)


def counted_lines(text: str) -> dict[str, int]:
    """As `key_lines`, with the number, from 0, of each table of a list in its path.

    The `use` of the second `[[step]]` is "step.1.use"; of the first `[[loop.step]]` in the
    first `[[loop]]` it is "loop.0.step.0.use".
    """
    return _places(text, counted=True)


def _places(text: str, *, counted: bool) -> dict[str, int]:
    found: dict[str, int] = {}
    counts: dict[str, int] = {}  # of each list of tables, by its counted path
    table = ""
    inside = ""  # the quotes of a text of many lines that is still open
    for number, line in enumerate(text.splitlines(), start=1):
        was_inside = bool(inside)
        for quotes in _MANY_LINES.findall(line):
            inside = quotes if not inside else "" if quotes == inside else inside
        if was_inside:
            continue
        if header := _HEADER.match(line):
            table = _plain(header["key"])
            if counted:
                table = _counted(table, counts, begins=line.lstrip().startswith("[["))
            found.setdefault(table, number)
        elif pair := _PAIR.match(line):
            key = _plain(pair["key"])
            found.setdefault(f"{table}.{key}" if table else key, number)
    return found


def _counted(table: str, counts: dict[str, int], *, begins: bool) -> str:
    """The path of a table with numbers; `begins` a further one of its list."""
    *before, last = table.split(".")
    path = ""
    for part in before:
        path = f"{path}.{part}" if path else part
        if path in counts:
            path = f"{path}.{counts[path]}"
    path = f"{path}.{last}" if path else last
    if begins:
        counts[path] = counts.get(path, -1) + 1
    return f"{path}.{counts[path]}" if path in counts else path


def _fault(message: str, lines: Sequence[str]) -> tuple[int | None, str]:
    """Line and sentence of a fault; tomllib has no line for what is open to the end."""
    place = _PLACE.search(message)
    if not place:
        return None, message
    sentence = message[: place.start()]
    if place[1]:
        return int(place[1]), sentence
    mark = "'" if sentence.startswith('Expected "\'"') else '"'
    odd = (n for n, line in enumerate(lines, start=1) if line.count(mark) % 2)
    return next(odd, None), sentence


def _plainly(sentence: str) -> str:
    """A sentence of tomllib's with what to look for, where it speaks of characters alone."""
    for fault, advice in _ADVICE.items():
        if sentence.startswith(fault):
            return f"{sentence}; {advice}" if fault in _KEPT else advice
    return sentence


def _swallows(sentence: str, line: str) -> bool:
    """Whether what follows cannot be judged without this line: a table's name, an open end."""
    opens = line.lstrip().startswith("[") or bool(_MANY_LINES.search(line))
    return opens or sentence.startswith("Unclosed")


def _plain(key: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in key.split("."))
