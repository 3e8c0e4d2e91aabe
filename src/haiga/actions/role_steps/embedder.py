"""An embedder as a step."""

from __future__ import annotations

from haiga.actions.role_steps.making import Table, maker
from haiga.engine.plan import Work


def embedder(use: str, settings: Table) -> Work:
    """A picture as two lists of numbers, `early` and `late`."""

    def work(inputs: Table, seed: int) -> dict[str, list[float]]:
        seen = maker("embedder", use, settings).embed([inputs["picture"]])
        return {
            "early": [float(value) for value in seen.early[0]],
            "late": [float(value) for value in seen.late[0]],
        }

    return work
