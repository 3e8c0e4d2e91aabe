"""As many pictures of each family, so that none outweighs the others."""

from __future__ import annotations

from collections.abc import Sequence

from haiga.training.captioners.gathering import Captioned


def balanced(found: Sequence[Captioned], part: str, each: int) -> list[int]:
    """Which pictures of one part to measure by: at most `each` of each family, one a work."""
    taken: dict[str, list[int]] = {}
    works: set[str] = set()
    for i, one in enumerate(found):
        rows = taken.setdefault(one.family, [])
        if one.part == part and one.work not in works and len(rows) < each:
            works.add(one.work)
            rows.append(i)
    return sorted(i for rows in taken.values() for i in rows)
