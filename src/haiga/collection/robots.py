"""robots.txt: what a server asks programs to leave alone (RFC 9309).

Not `urllib.robotparser`: that takes the first rule that fits instead of the longest, and
knows no `*` and `$` in paths, so it allows what a server forbids (measured on Python 3.11
with `Disallow: /*.jpg$`), and forbids what `Allow` opens below a `Disallow`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote, unquote, urlsplit

MOST_BYTES = 512_000
"""What is read of one file (RFC 9309, 2.5: at least 500 KiB)."""

_MOST_DELAY_S = 60.0


@dataclass(frozen=True)
class Robots:
    """The rules of one server for one program: (path, whether it is allowed), and its delay."""

    rules: tuple[tuple[str, bool], ...] = ()
    delay_s: float = 0.0

    def allows(self, address: str) -> bool:
        """Whether an address may be asked for: the longest rule decides, `Allow` in a tie."""
        parts = urlsplit(address)
        path = _even(parts.path or "/") + (f"?{_even(parts.query)}" if parts.query else "")
        fitting = [(len(rule), allowed) for rule, fits, allowed in self._ready if fits.match(path)]
        return max(fitting)[1] if fitting else True

    @cached_property
    def _ready(self) -> list[tuple[str, re.Pattern[str], bool]]:
        return [(rule, _pattern(rule), allowed) for rule, allowed in self.rules]


def read_robots(text: str, program: str) -> Robots:
    """The rules for a program by its name ("haiga"), else those for `*`. Never raises.

    A file that is none, such as a web page, has no rules.
    """
    groups: dict[str, list[tuple[str, bool]]] = {}
    delays: dict[str, float] = {}
    names: list[str] = []
    naming = False
    for line in text.lstrip("\ufeff").splitlines():
        field, colon, value = line.partition("#")[0].partition(":")
        field, value = field.strip().lower(), value.strip()
        if not colon:
            continue
        if field == "user-agent":
            names = [*names, value.lower()] if naming else [value.lower()]
            groups.setdefault(value.lower(), [])
            naming = True
            continue
        if field in ("allow", "disallow"):
            naming = False
            if value:
                for name in names:
                    groups[name].append((_even(value), field == "allow"))
        elif field == "crawl-delay":
            naming = False
            seconds = re.fullmatch(r"\d{1,6}(?:\.\d{1,6})?", value, re.A)
            if seconds:
                delays.update(dict.fromkeys(names, min(float(value), _MOST_DELAY_S)))
    wanted = program.lower()
    mine = wanted if wanted in groups else "*"
    return Robots(tuple(groups.get(mine, ())), delays.get(mine, 0.0))


def _even(path: str) -> str:
    """Two spellings of one path alike: `%7E` is `~`; `*` and `$` stay as they are."""
    return quote(unquote(path, errors="replace"), safe="/*$?=&;:@!+,'()~")


def _pattern(rule: str) -> re.Pattern[str]:
    ends = rule.endswith("$")
    rule = re.sub(r"\*+", "*", rule[:-1] if ends else rule)
    parts = [re.escape(part) for part in rule.split("*")]
    return re.compile("(?s:" + ".*?".join(parts) + (r"\Z" if ends else "") + ")")
