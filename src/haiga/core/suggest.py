"""Names near to one that is not known, for messages a user can act on."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

MOST_LISTED = 12


def nearest(name: str, known: Iterable[str], *, count: int = 3) -> list[str]:
    """Up to `count` known names that look like `name`, best first; case does not matter."""
    by_lower = {k.lower(): k for k in known}
    close = difflib.get_close_matches(name.lower(), list(by_lower), n=count, cutoff=0.6)
    return [by_lower[c] for c in close]


def hint(name: str, known: Iterable[str], *, label: str = "known") -> str:
    """The end of a message about an unknown name.

    `did you mean 'steps'?` where something is near, otherwise the list (`known: a, b`, of
    more than a dozen the first and how many more), otherwise `none are known`.
    """
    every = sorted(set(known))
    close = nearest(name, every)
    if close:
        return "did you mean " + " or ".join(f"'{c}'" for c in close) + "?"
    if not every:
        return f"none are {label}"
    more = f" and {len(every) - MOST_LISTED:,} more" if len(every) > MOST_LISTED + 1 else ""
    return f"{label}: {', '.join(every[: MOST_LISTED if more else None])}{more}"
