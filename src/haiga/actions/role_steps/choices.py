"""A choice among candidates as a step."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from haiga.actions.role_steps.making import Table, as_words
from haiga.core.errors import JobError
from haiga.core.nouns import Picture
from haiga.engine.plan import Work


def best_match(**settings: Any) -> Work:
    """The candidate that matches the words best, by the critic; the earlier of equal ones."""

    def work(inputs: Table, seed: int) -> Any:
        from haiga.roles.painters.candidates import DECIMALS

        (name,) = (key for key in inputs if key != "words")
        pictures: Sequence[Picture] = inputs[name]
        cosines = critic().score(pictures, [as_words(inputs["words"])])[:, 0]
        scores = [round(float(cosine), DECIMALS) for cosine in cosines]
        return pictures[scores.index(max(scores))]

    return work


def first(**settings: Any) -> Work:
    """The first candidate."""

    def work(inputs: Table, seed: int) -> Any:
        (candidates,) = inputs.values()
        return candidates[0]

    return work


def best_scored(**settings: Any) -> Work:
    """The candidate with the highest of the numbers that another step gave them."""

    def work(inputs: Table, seed: int) -> Any:
        (name,) = (key for key in inputs if key != "scores")
        scores = [_number(text) for text in inputs["scores"]]
        return inputs[name][scores.index(max(scores))]

    return work


@functools.cache
def critic() -> Any:
    """The critic that says how well pictures and words match."""
    from haiga.features.match import Critic

    return Critic()


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        shown = str(value)[:40]
        raise JobError(f"a score must be a number, and one is '{shown}'") from error
