"""A poet as a step."""

from __future__ import annotations

from haiga.actions.role_steps.making import Table, as_words, maker, one
from haiga.core.nouns import Poem
from haiga.engine.plan import Work


def poet(use: str, settings: Table, *, about: str = "", form: str = "haiku") -> Work:
    """A poem of a form; what it is about is said in words, or read from another step."""

    def work(inputs: Table, seed: int) -> Poem:
        words = as_words(inputs["about"]) if "about" in inputs else about
        poem: Poem = one(maker("poet", use, settings).write([words], form=form, seeds=[seed]))
        return poem

    return work
