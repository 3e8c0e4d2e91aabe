"""A reader of moods as a step."""

from __future__ import annotations

from haiga.actions.role_steps.making import Table, as_poem, maker, one
from haiga.core.nouns import Mood
from haiga.engine.plan import Work


def mood(use: str, settings: Table) -> Work:
    """The mood of a poem."""

    def work(inputs: Table, seed: int) -> Mood:
        read: Mood = one(maker("mood", use, settings).read([as_poem(inputs["poem"])], seeds=[seed]))
        return read

    return work
