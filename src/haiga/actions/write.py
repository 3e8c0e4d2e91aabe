"""Write poems of a form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from haiga.actions.compose import poem_step
from haiga.actions.makers import Makers
from haiga.actions.texts import check_about
from haiga.core.forms import Form, Span, form_of
from haiga.core.nouns import Poem
from haiga.engine import local
from haiga.engine.plan import Pipeline
from haiga.inspection.poems import possible_syllables


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
    chosen = form_of(form)
    plan = Pipeline((poem_step(makers, check_about(about), form),))
    return _written(plan, chosen, seeds)


def _written(plan: Pipeline, form: Form, seeds: range) -> Iterator[Written]:
    for seed in seeds:
        run = local.run(plan, seed)
        poem: Poem = run.values["poem"]
        counts = tuple(
            _syllables(line, wanted) for line, wanted in zip(poem.lines, form.lines, strict=False)
        )
        yield Written(poem, seed, counts, run.seconds["poem"])


def _syllables(line: str, wanted: Span | None) -> int:
    """The line's syllables: as the form asks where it can be read so, else the nearest count."""
    span = wanted or Span(0, 0)
    return min(
        possible_syllables(line),
        key=lambda count: (max(span.least - count, count - span.most, 0), count),
    )
