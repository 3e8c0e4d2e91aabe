"""A generator as a step."""

from __future__ import annotations

from collections.abc import Mapping

from haiga.actions.role_steps.making import Table, maker, one
from haiga.core.nouns import Picture, check_picture
from haiga.engine.plan import Work


def generator(
    use: str, settings: Table, *, label: str | None = None, codes: Mapping[str, float] | None = None
) -> Work:
    """A picture out of a seed alone."""

    def work(inputs: Table, seed: int) -> Picture:
        made = maker("generator", use, settings).generate([seed], [label], [codes])
        return check_picture(one(made), "picture")

    return work
