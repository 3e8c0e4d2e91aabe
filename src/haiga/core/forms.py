"""Poem forms as data: lines, how many syllables each may have, and which of them rhyme.

A form of haiga's own has a name; one of a user's stands in a TOML file:

    name = "cinquain"
    lines = [2, 4, 6, 8, 2]     # a number, a range such as "6-10", or "free"
    rhyme = "abxab"             # optional: one letter a line, x for none
    repeat = true               # optional: the lines are a stanza that may come again
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from haiga.core.errors import UserError
from haiga.core.suggest import hint
from haiga.core.toml_lines import key_lines, parse

NO_RHYME = "x"
MOST_LINES = 200
MOST_SYLLABLES = 40
_KEYS = ("name", "lines", "rhyme", "repeat")
_RANGE = re.compile(r"\s*(\d+)\s*[-–]\s*(\d+)\s*")


@dataclass(frozen=True)
class Span:
    """How many syllables a line may have: `least` to `most`, both allowed; at least 1."""

    least: int
    most: int

    def __contains__(self, count: object) -> bool:
        return isinstance(count, int) and self.least <= count <= self.most

    def __str__(self) -> str:
        return str(self.least) if self.least == self.most else f"{self.least}–{self.most}"


@dataclass(frozen=True)
class Form:
    """A form: the span of each line (None: free), its rhyme letters, and whether it repeats.

    `rhyme` has one letter a line, `x` for none, or is empty: lines with one letter
    rhyme with one another. Where `repeats`, the lines are a stanza and a poem may
    have several, each with rhymes of its own; `stanza` is then how many lines one has.
    """

    name: str
    lines: tuple[Span | None, ...]
    rhyme: str = ""
    repeats: bool = False
    stanza: int = 0

    @property
    def counts(self) -> tuple[int, ...] | None:
        """The syllables of each line where every line has exactly one number, else None."""
        exact = [s.least for s in self.lines if s is not None and s.least == s.most]
        return tuple(exact) if len(exact) == len(self.lines) else None

    @property
    def is_counted(self) -> bool:
        """Whether any line has a number of syllables to keep."""
        return any(span is not None for span in self.lines)

    @property
    def is_rhymed(self) -> bool:
        """Whether any line must rhyme."""
        return any(letter != NO_RHYME for letter in self.rhyme)

    def earlier_rhymes(self, line: int) -> tuple[int, ...]:
        """The lines before this one, 0-based, that it must rhyme with."""
        return tuple(i for i in self._partners(line) if i < line)

    def later_rhymes(self, line: int) -> tuple[int, ...]:
        """The lines after this one that must rhyme with it."""
        return tuple(i for i in self._partners(line) if i > line)

    def _partners(self, line: int) -> list[int]:
        if not self.rhyme or self.rhyme[line] == NO_RHYME:
            return []
        size = self.stanza or len(self.lines)
        return [
            i
            for i in range(len(self.lines))
            if i // size == line // size and self.rhyme[i] == self.rhyme[line]
        ]

    def of_lines(self, count: int) -> Form:
        """The form with so many lines: its stanza again and again.

        UserError where the form has another number of lines, or `count` is no
        whole number of its stanzas.
        """
        size = self.stanza or len(self.lines)
        if not 1 <= count <= MOST_LINES:
            raise UserError(f"lines: must be from 1 to {MOST_LINES}, not {count}")
        if not self.repeats and count != len(self.lines):
            raise UserError(
                f"lines: form '{self.name}' has {len(self.lines)} lines, so {count} cannot be "
                "asked of it; leave --lines out, or take --form free"
            )
        if count % size:
            near = ", ".join(
                str(n) for n in (count // size * size, (count // size + 1) * size) if n
            )
            raise UserError(
                f"lines: form '{self.name}' comes in stanzas of {size} lines; {count} is no "
                f"multiple of {size}; try {near}"
            )
        return replace(
            self,
            lines=self.lines[:size] * (count // size),
            rhyme=self.rhyme[:size] * (count // size),
            stanza=size,
        )

    def fitted(self, count: int) -> Form:
        """The form with as many stanzas as fill `count` lines, else the form itself."""
        size = self.stanza or len(self.lines)
        whole = self.repeats and 0 < count <= MOST_LINES and count % size == 0
        return self.of_lines(count) if whole else self

    def table(self) -> dict[str, Any]:
        """The form as plain values, as a user's own file would have it."""
        lines = [_written(span) for span in self.lines]
        return {"name": self.name, "lines": lines, "rhyme": self.rhyme, "repeat": self.repeats}


def _written(span: Span | None) -> int | str:
    if span is None:
        return "free"
    return span.least if span.least == span.most else f"{span.least}-{span.most}"


def _exact(*counts: int) -> tuple[Span, ...]:
    return tuple(Span(count, count) for count in counts)


FORMS: Mapping[str, Form] = {
    form.name: form
    for form in (
        Form("haiku", _exact(5, 7, 5)),
        Form("tanka", _exact(5, 7, 5, 7, 7)),
        Form("lune", _exact(5, 3, 5)),
        Form("couplet", (Span(8, 10),) * 2, "aa", repeats=True),
        Form("quatrain", (Span(6, 9),) * 4, "xaxa", repeats=True),
        Form("lyric", (Span(6, 9),) * 8, "xaxa" * 2, repeats=True, stanza=4),
        Form("free", (None,) * 8, repeats=True, stanza=1),
    )
}
"""The forms that have a name. A lyric is two quatrains and free verse eight lines, unless
another number of lines is asked for."""


def form_of(name_or_path: str) -> Form:
    """A form by its name, or the one in a TOML file.

    UserError with the nearest names where there is none; where a file is at fault,
    the message has one line for every fault.
    """
    if name_or_path in FORMS:
        return FORMS[name_or_path]
    path = Path(name_or_path)
    if path.suffix == ".toml" or "/" in name_or_path:
        return read_form(path)
    known = hint(name_or_path, FORMS, label="forms")
    raise UserError(f"no form named '{name_or_path}'; {known}")


def read_form(path: Path) -> Form:
    """The form in a TOML file; UserError with all its faults and their lines."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise UserError(f"{path}: there is no such file") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: is not text in UTF-8") from error
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from error
    values, broken = parse(text)
    if broken:
        raise UserError("\n".join(_told(path, line, sentence) for line, sentence in broken))
    faults: list[tuple[str, str]] = []
    form = form_from(values, faults)
    if faults:
        lines = key_lines(text)
        told = sorted(
            ((lines.get(key), key, said) for key, said in faults), key=lambda f: f[0] or 0
        )
        raise UserError("\n".join(_told(path, line, f"{key}: {said}") for line, key, said in told))
    return form


def form_from(values: Mapping[str, Any], faults: list[tuple[str, str]]) -> Form:
    """The form of a table's values.

    What is wrong with them is added to `faults` as (key, sentence); what comes back
    is of use only if nothing was added.
    """
    for key in values:
        if key not in _KEYS:
            faults.append((key, f"no such key; {hint(key, _KEYS)}"))
    name = values.get("name")
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z][\w -]{0,39}", name):
        said = "is missing" if name is None else "must be letters, digits, blanks and hyphens"
        faults.append(("name", f'{said}; write for example name = "cinquain"'))
    elif name in FORMS:
        faults.append(("name", f"'{name}' is a form of haiga's own; choose another name"))
    spans = _spans(values.get("lines"), faults)
    rhyme = _rhyme(values.get("rhyme", ""), spans, faults)
    repeats = values.get("repeat", False)
    if not isinstance(repeats, bool):
        faults.append(("repeat", f"must be true or false, not {repeats!r}"))
    known = tuple(span for span in spans if span != "?")
    return Form(str(name), known, rhyme, repeats is True)  # type: ignore[arg-type]


def _spans(given: Any, faults: list[tuple[str, str]]) -> list[Span | str | None]:
    """Each line's span; "?" where it is at fault."""
    if not isinstance(given, list) or not given:
        said = "is missing" if given is None else "must be a list with one entry a line"
        faults.append(("lines", f"{said}; write for example lines = [5, 7, 5]"))
        return []
    if len(given) > MOST_LINES:
        faults.append(("lines", f"has {len(given)} lines; at most {MOST_LINES}"))
    return [_span(entry, number, faults) for number, entry in enumerate(given, start=1)]


def _span(entry: Any, number: int, faults: list[tuple[str, str]]) -> Span | str | None:
    if entry == "free":
        return None
    least = most = 0
    if isinstance(entry, int) and not isinstance(entry, bool):
        least = most = entry
    elif isinstance(entry, str) and (match := _RANGE.fullmatch(entry)):
        least, most = int(match[1]), int(match[2])
    else:
        said = f'line {number}: must be a number of syllables, a range such as "6-10", or "free"'
        faults.append(("lines", f"{said}, not {entry!r}"))
        return "?"
    if not 1 <= least <= most <= MOST_SYLLABLES:
        said = f"line {number}: syllables must go from 1 to {MOST_SYLLABLES}, the smaller first"
        faults.append(("lines", f"{said}, not {entry!r}"))
        return "?"
    return Span(least, most)


def _rhyme(given: Any, spans: list[Span | str | None], faults: list[tuple[str, str]]) -> str:
    if given in ("", "none"):
        return ""
    if not isinstance(given, str) or not re.fullmatch(r"[A-Za-z]+", given):
        faults.append(("rhyme", f'must be one letter a line, such as "abab", not {given!r}'))
        return ""
    letters = given.lower()
    if spans and len(letters) != len(spans):
        said = f"has {len(letters)} letters for {len(spans)} lines; one each is needed, x for none"
        faults.append(("rhyme", said))
        return ""
    for letter in sorted(set(letters) - {NO_RHYME}):
        if letters.count(letter) == 1:
            line = letters.index(letter) + 1
            said = f"line {line}: '{letter}' rhymes with no other line; write x"
            faults.append(("rhyme", said))
    for number, (letter, span) in enumerate(zip(letters, spans, strict=False), start=1):
        if letter != NO_RHYME and span is None:
            said = f'line {number}: a free line cannot rhyme; give it a range, such as "4-12"'
            faults.append(("rhyme", said))
    return letters


def _told(path: Path, line: int | None, sentence: str) -> str:
    return f"{path}:{line}: {sentence}" if line else f"{path}: {sentence}"
