"""Write poems of a form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from haiga.actions.compose import poem_step
from haiga.actions.makers import Makers
from haiga.actions.texts import check_about
from haiga.core.errors import UserError
from haiga.core.nouns import Poem
from haiga.core.suggest import hint
from haiga.engine import local
from haiga.engine.plan import Pipeline
from haiga.inspection.poems import FORMS, possible_syllables


@dataclass(frozen=True)
class Written:
    """A poem, its seed, and the syllables of each line."""

    poem: Poem
    seed: int
    syllables: tuple[int, ...]
    seconds: float


def write(makers: Makers, *, form: str, seeds: range, about: str = "") -> Iterator[Written]:
    """One poem per seed, in order, as they are made.

    The poem of a seed is the one that `haiga create` writes with that seed.
    Raises `UserError` for an unknown form.
    """
    if form not in FORMS:
        raise UserError(f"no form named '{form}'; {hint(form, FORMS)}")
    plan = Pipeline((poem_step(makers, check_about(about), form),))
    return _written(plan, form, seeds)


def _written(plan: Pipeline, form: str, seeds: range) -> Iterator[Written]:
    for seed in seeds:
        run = local.run(plan, seed)
        poem: Poem = run.values["poem"]
        counts = tuple(
            _syllables(line, wanted) for line, wanted in zip(poem.lines, FORMS[form], strict=False)
        )
        yield Written(poem, seed, counts, run.seconds["poem"])


def _syllables(line: str, wanted: int) -> int:
    """The line's syllables: as the form asks where it can be read so, else the nearest count."""
    return min(possible_syllables(line), key=lambda count: (abs(count - wanted), count))
