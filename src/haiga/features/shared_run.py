"""What a poem shares with a work: the words, where they stand in both, whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class SharedRun:
    """Consecutive words that a poem has in common with a work of the index."""

    words: int
    content: int
    """How many of them are no function words."""
    line: int
    """The poem's line it starts in, from 0; `start` is a character of that line."""
    start: int
    end_line: int
    """The poem's line it ends in; `end` is the character of that line after its last."""
    end: int
    text: str
    """As the poem has it, lines parted by " / "."""
    author: str
    title: str
    source_line: int
    """Line of the work it starts in, from 1, blank lines not counted."""

    def spans(self, lines: Sequence[str]) -> list[tuple[int, int, int]]:
        """(line, start, end) in each line of the poem that it touches, for highlighting."""
        return [
            (n, self.start if n == self.line else 0, self.end if n == self.end_line else len(text))
            for n, text in enumerate(lines[: self.end_line + 1])
            if n >= self.line
        ]
