"""A captioner as a step."""

from __future__ import annotations

from haiga.actions.role_steps.making import Table, maker, one
from haiga.engine.plan import Work


def captioner(use: str, settings: Table) -> Work:
    """What a picture shows, in words."""

    def work(inputs: Table, seed: int) -> str:
        said = one(maker("captioner", use, settings).caption([inputs["picture"]], seeds=[seed]))
        return str(said.text)

    return work
