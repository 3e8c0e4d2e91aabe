"""Collapse: text that goes on, and says nothing any more."""

from __future__ import annotations

import re

from haiga.features.loops import find_cycle

LEAST_REPEATED = 12
"""Characters that one to eight, again and again, must fill: `!!!` and `haaaa` are no collapse."""

_EMPTY_LINES = re.compile(r"(\n[^\S\n]*){3}")
_SPACES = re.compile(r"[^\S\n]{8,}(?=\n|$)")


def find_collapse(text: str, begun: str = "") -> str:
    """What has become of a text that says nothing any more, in a few words; "" for any other.

    `text` is all that was written, empty lines too, and `begun` the beginning it was
    given. Told are: no word after the beginning; three line ends or more with nothing
    between them (poems have two), or eight spaces at the end of a line; and one to eight
    characters three times in a row or more, if they fill 12 characters: what is
    no word is no cycle of words, so `features.loops` cannot see it.
    """
    rest = text.lstrip().removeprefix(begun.strip())
    after = " after its beginning" if begun else ""
    if not rest.strip():
        return f"nothing but spaces and empty lines{after}" if rest else f"nothing{after}"
    if not any(char.isalnum() for char in rest):
        return f"nothing but marks{after}"
    if _EMPTY_LINES.search(rest):
        return "empty lines without end"
    if _SPACES.search(rest):
        return "spaces without end"
    cycle = find_cycle(list(re.sub(r"\s+", " ", rest)))
    if cycle and cycle.period * cycle.times >= LEAST_REPEATED:
        return f"“{cycle.text[::2].strip()}”, {cycle.times} times"
    return ""
