"""Names near to one that is not known, for messages a user can act on."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str], *, count: int = 3) -> list[str]:
    """Up to `count` known names that look like `name`, best first; case does not matter."""
    by_lower = {k.lower(): k for k in known}
    close = difflib.get_close_matches(name.lower(), list(by_lower), n=count, cutoff=0.6)
    return [by_lower[c] for c in close]


def hint(name: str, known: Iterable[str], *, label: str = "known") -> str:
    """The end of a message about an unknown name.

    `did you mean 'steps'?` where something is near, otherwise the whole list
    (`known: a, b`), otherwise `none are known`.
    """
    every = sorted(set(known))
    close = nearest(name, every)
    if close:
        return "did you mean " + " or ".join(f"'{c}'" for c in close) + "?"
    return f"{label}: {', '.join(every)}" if every else f"none are {label}"
