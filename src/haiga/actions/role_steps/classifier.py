"""A classifier as a step."""

from __future__ import annotations

from typing import Any

from haiga.actions.role_steps.making import Table, maker, one
from haiga.engine.plan import Work


def classifier(use: str, settings: Table) -> Work:
    """The class of a picture (`name`, null for none), every class's probability, and `known`."""

    def work(inputs: Table, seed: int) -> dict[str, Any]:
        made = maker("classifier", use, settings)
        label = one(made.classify([inputs["picture"]]))
        shares = zip(made.classes, label.probabilities, strict=True)
        return {
            "name": label.name,
            "probabilities": {name: float(share) for name, share in shares},
            "known": float(label.known),
        }

    return work
