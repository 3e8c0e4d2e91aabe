"""Paint a text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haiga.actions.compose import CANDIDATES, candidates_table, painting_steps
from haiga.actions.makers import Makers
from haiga.actions.originality import Finding, check_reason, refuse_copies, with_finding
from haiga.actions.recipe import Recipe, digest, write_recipe
from haiga.actions.targets import check_targets
from haiga.actions.texts import poem_of
from haiga.core.nouns import Picture
from haiga.engine import local
from haiga.engine.events import Event
from haiga.engine.plan import Pipeline
from haiga.media.pictures import write_png


@dataclass(frozen=True)
class Painted:
    """A painting on disk, and the words its painter had never seen.

    `candidates` says how it was chosen among several (count, kept, seeds, scores);
    it is empty where there was one. `finding` is what the gate found of it.
    """

    path: Path
    seed: int
    text: str
    unseen_words: tuple[str, ...]
    size_px: tuple[int, int]
    seconds: float
    candidates: Mapping[str, Any]
    finding: Finding


def paint(
    makers: Makers,
    text: str,
    *,
    seeds: range,
    out: Path,
    allow_copy: str | None = None,
    on_event: Callable[[Event], None] = lambda event: None,
) -> Iterator[Painted]:
    """One painting per seed, each written as a PNG with its recipe before it is yielded.

    `out` is a .png file, or a folder for several. Raises `UserError` for a text
    without words and a place that cannot be written, before anything is made, and
    `JobError` at a copy of what the painter learned from, unless `allow_copy` gives a reason.
    """
    poem = poem_of(text)
    reason = check_reason(allow_copy)
    targets = check_targets(out, seeds)

    def all_of_them() -> Iterator[Painted]:
        for seed, path in zip(seeds, targets, strict=True):
            painting, recipe, seconds = make_painting(makers, text, seed, on_event)
            finding = makers.picture_gate.judge(painting)
            refuse_copies([finding], seed, reason)
            recipe = with_finding(recipe, makers.picture_gate, finding, reason)
            write_png(path, painting, recipe=recipe.for_file("painting"))
            unseen = tuple(makers.painter.unseen_words(poem))
            height, width, _ = painting.shape
            judged = recipe.made.get(CANDIDATES, {})
            yield Painted(path, seed, text, unseen, (width, height), seconds, judged, finding)

    return all_of_them()


def make_painting(
    makers: Makers,
    text: str,
    seed: int,
    on_event: Callable[[Event], None] = lambda event: None,
) -> tuple[Picture, Recipe, float]:
    """The painting of a text with its recipe, and the seconds it took; writes nothing."""
    plan = Pipeline(painting_steps(makers), given=("poem",))
    given: dict[str, Any] = {"poem": poem_of(text)}
    run = local.run(plan, seed, given=given, digest=digest, on_event=on_event)
    painting: Picture = run.values["painting"]
    recipe = write_recipe(
        "paint",
        seed,
        request={"text": text},
        artist=makers.artist.model_dump(mode="json"),
        provenance=list(run.provenance.values()),
        pictures={"painting": painting},
        made=candidates_table(run.values),
    )
    return painting, recipe, sum(run.seconds.values())
