"""A painter as a step."""

from __future__ import annotations

from haiga.actions.role_steps.making import Table, as_poem, maker, one
from haiga.core.nouns import Picture, check_picture
from haiga.engine.plan import Work


def painter(use: str, settings: Table) -> Work:
    """A picture of a poem."""

    def work(inputs: Table, seed: int) -> Picture:
        made = maker("painter", use, settings).paint([as_poem(inputs["poem"])], seeds=[seed])
        return check_picture(one(made), "painting")

    return work
