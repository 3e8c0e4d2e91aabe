"""Numbers of things, in words."""

from __future__ import annotations


def counted(number: int, thing: str) -> str:
    """`1 work`, `2 works`, `1,200 works`, `0 works`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
