"""One plain text file into the works it holds, each with the line it begins on."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

BLOCK_LINES = 40
"""Text that nothing divides is cut into blocks of about this many lines."""

LONG_LINES = 200
"""A part longer than this is cut too: a poet needs several works to keep some apart."""

_RULE = re.compile(r"(?:\*\s*){3,}|(?:-\s*){3,}|(?:=\s*){3,}|(?:_\s*){3,}|(?:~\s*){3,}|⁂")
_HEADING = re.compile(r"#{1,6}\s+(.*?)\s*#*")
_START = re.compile(r"^\*\*\* ?START OF (?:THE|THIS) PROJECT GUTENBERG.*$", re.M | re.I)
_END = re.compile(r"^\*\*\* ?END OF (?:THE|THIS) PROJECT GUTENBERG.*$", re.M | re.I)
_ENDINGS = re.compile(r"\r+\n|\r")  # \r\r\n is what some scrapers make of \r\n
_NEWLINES = re.compile("[\v\f\x85\u2028\u2029]")
_CONTROL = re.compile("[\0-\x08\x0e-\x1f\x7f\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Work:
    """A work in a plain file: its text, the line (from 1) it begins on, and a heading if any."""

    text: str
    line: int
    title: str = ""


@dataclass(frozen=True)
class Works:
    """The works of a plain file, in order; what its front matter says; what must be said."""

    works: tuple[Work, ...]
    columns: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def tidy(text: str) -> str:
    r"""The text with `\n` for every kind of line end, composed (NFC), without spaces at line
    ends, control characters and empty lines around it; what cannot be encoded becomes U+FFFD.
    """
    if "\r" in text:
        text = _ENDINGS.sub("\n", text)
    text = _CONTROL.sub("", _NEWLINES.sub("\n", text))
    if not text.isascii():
        text = unicodedata.normalize("NFC", _SURROGATE.sub("\ufffd", text))
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")


def split_works(content: str, *, markdown: bool = False, whole_up_to: int = 0) -> Works:
    """The works in a plain text, by the first of these that divides it:

    1. headings (in Markdown `# Title`; anywhere a line underlined at its length with
       `===` or `---`), lines of three or more `*`, `-`, `=`, `_` or `~`, form feeds, and,
       where there is no heading, two or more empty lines;
    2. empty lines;
    3. blocks of about 40 lines.

    A part of more than 200 lines is cut into such blocks too, at an empty line
    where one is near. A text of at most `whole_up_to` lines is divided by headings,
    lines of marks and form feeds alone. What Project Gutenberg puts before and
    after a work is left out, and said; Markdown's front matter goes to `columns`.
    """
    content = _ENDINGS.sub("\n", content)
    lines = content.split("\n")
    columns: dict[str, str] = {}
    notes: tuple[str, ...] = ()
    first, last = _gutenberg(content)
    if (first, last) != (0, len(lines)):
        notes = ("what Project Gutenberg puts before and after the work left out",)
    if markdown and first == 0:
        first, columns = _front_matter(lines)
    numbered = [(n + 1, lines[n].rstrip()) for n in range(first, min(last, len(lines)))]
    filled = sum(bool(line) for _, line in numbered)
    parts, headed = _marked(numbered, markdown)
    if filled > whole_up_to:
        if not headed:
            parts = [("", piece) for _, lines_ in parts for piece in _at_gaps(lines_, 2)]
        if len(parts) == 1:
            title, only = parts[0]
            parts = [(title, piece) for piece in _at_gaps(only, 1)]
        parts = [
            (title, piece)
            for title, lines_ in parts
            for piece in _blocks(lines_, LONG_LINES if len(parts) > 1 else BLOCK_LINES * 3 // 2)
        ]
    works = (_work(title, lines_) for title, lines_ in parts)
    return Works(tuple(work for work in works if work is not None), columns, notes)


Lines = list[tuple[int, str]]


def _work(title: str, lines: Lines) -> Work | None:
    text = tidy("\n".join(line for _, line in lines))
    begins = next((number for number, line in lines if line.strip()), 0)
    return Work(text, begins, title) if text.strip() else None


def _marked(lines: Lines, markdown: bool) -> tuple[list[tuple[str, Lines]], bool]:
    """The parts (title, lines) between marks, and whether any mark was a heading."""
    parts: list[tuple[str, Lines]] = []
    title, current, headed, under = "", Lines(), False, False
    for place, (number, line) in enumerate(lines):
        if under:  # the line below a title
            under = False
            continue
        heading = _HEADING.fullmatch(line) if markdown else None
        under = heading is None and _underlined(lines, place)
        if heading or under:
            parts.append((title, current))
            title, current, headed = (heading[1] if heading else line.strip()), [], True
            continue
        if line and _RULE.fullmatch(line.strip()):
            if any(text for _, text in current):
                parts.append((title, current))
                title, current = "", []
            continue
        for turn, piece in enumerate(line.split("\f")):
            if turn and any(text for _, text in current):
                parts.append((title, current))
                title, current = "", []
            current.append((number, piece))
    parts.append((title, current))
    return [part for part in parts if any(text for _, text in part[1])], headed


def _underlined(lines: Lines, place: int) -> bool:
    """Whether the line at `place` is a title, underlined with === or --- at its length."""
    if place + 1 >= len(lines):
        return False
    line, below = lines[place][1].strip(), lines[place + 1][1].strip()
    if not re.fullmatch("={3,}|-{3,}", below) or abs(len(below) - len(line)) > 2:
        return False
    above = lines[place - 1][1].strip() if place else ""
    return bool(line) and not _RULE.fullmatch(line) and (not above or bool(_RULE.fullmatch(above)))


def _at_gaps(lines: Lines, least: int) -> Iterator[Lines]:
    """The runs of lines between gaps of `least` or more empty lines."""
    current: Lines = []
    gap = 0
    for number, line in lines:
        if not line.strip():
            gap += 1
            continue
        if gap >= least and current:
            yield current
            current = []
        elif current:
            current.extend((number, "") for _ in range(gap))
        gap = 0
        current.append((number, line))
    if current:
        yield current


def _blocks(lines: Lines, longest: int) -> Iterator[Lines]:
    """The lines whole when there are at most `longest`, else in even blocks of about 40.

    A cut moves to an empty line where one is within ten lines.
    """
    if len(lines) <= longest:
        yield lines
        return
    count = round(len(lines) / BLOCK_LINES)
    begin = 0
    for block in range(1, count + 1):
        end = len(lines) * block // count
        near = [p for p in range(end - 10, min(end + 10, len(lines))) if not lines[p][1].strip()]
        if block < count and near:
            end = min(near, key=lambda p: abs(p - end))
        yield lines[begin:end]
        begin = end


def _gutenberg(content: str) -> tuple[int, int]:
    """The lines, counted from 0, between Project Gutenberg's two marks; else all of them."""
    start, end = _START.search(content), _END.search(content)
    first = content.count("\n", 0, start.end()) + 1 if start else 0
    last = content.count("\n", 0, end.start()) if end else content.count("\n") + 1
    return (first, last) if first < last else (0, content.count("\n") + 1)


def _front_matter(lines: list[str]) -> tuple[int, dict[str, str]]:
    """Where the text begins below a Markdown file's front matter, and its plain entries."""
    if not lines or lines[0].strip() != "---":
        return 0, {}
    for end in range(1, min(len(lines), 60)):
        if lines[end].strip() == "---":
            pairs = (re.fullmatch(r"(\w[\w -]*):\s*(.+?)\s*", line) for line in lines[1:end])
            found = {pair[1]: pair[2].strip("\"'") for pair in pairs if pair}
            return (end + 1, found) if found else (0, {})
    return 0, {}
