"""The three trainings of a learning curve, of generators and painters alike."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Protocol, TypeVar

from haiga.core.counted import counted
from haiga.core.errors import UserError
from haiga.models.card import CARD
from haiga.training.pictures.curve import (
    HTML,
    SHARES,
    advice,
    nested_subsets,
    point_of,
    table,
    write_curve,
)
from haiga.training.pictures.loop import Run
from haiga.training.pictures.plan import kept_plan
from haiga.training.pictures.session import DEFAULT_MINUTES, WORK, Budget, Job, sit
from haiga.training.pictures.store import Indexes, PictureStore
from haiga.training.pictures.told import Live

LEAST = 8
"""Fewer pictures in a quarter are refused, as they are for a whole training."""
PARTS = tuple(name for name, share in SHARES.items() if share < 1)
"""The parts that have a folder of their own below `work`; all of the pictures have not."""


class Study(Protocol):
    """A recipe on some of a store's pictures."""

    @property
    def batch(self) -> int: ...
    @property
    def job(self) -> Job: ...


StudyT = TypeVar("StudyT", bound=Study, covariant=True)


class StudyOf(Protocol[StudyT]):
    """Makes the study of some pictures with a batch, its own files in the folder `part`."""

    def __call__(self, train: Indexes, batch: int | None, part: str) -> StudyT: ...


def check_curve(out: Path, *, resume: bool, curve: bool) -> None:
    """Refuses to go on with a curve as a single training, and the other way round.

    Raises UserError before anything is read.
    """
    if not resume:
        return
    parts = any(kept_plan(out / WORK / part) is not None for part in PARTS)
    whole = kept_plan(out / WORK) is not None
    if parts and not whole and not curve:
        raise UserError(
            f"{out}: holds a learning curve that is not finished; go on with it by --resume "
            "--learning-curve"
        )
    if curve and whole and not parts:
        raise UserError(
            f"{out}: was not begun as a learning curve; leave out --learning-curve to go on, or "
            "choose another --out"
        )


def sit_for_curve(
    store: PictureStore,
    study_of: StudyOf[StudyT],
    budget: Budget,
    out: Path,
    live: Live,
    *,
    seed: int,
    resume: bool,
) -> tuple[StudyT, Run]:
    """Trains on a quarter, half and all of the pictures, as many steps each, and says what
    would help. Returns the last of them.

    Raises UserError when a quarter of the pictures is too little to train on.
    """
    subsets = nested_subsets(store, seed=seed)
    fewest = len(subsets["quarter"])
    if fewest < LEAST:
        raise UserError(
            f"--learning-curve: a quarter of the pictures is {fewest:,}, and {LEAST} are the "
            "least; give more pictures, or leave it out"
        )
    batch: int | None = None  # the same for all, so that steps take as long
    minutes = budget.minutes or (None if budget.steps else DEFAULT_MINUTES)
    each = dataclasses.replace(budget, minutes=minutes / len(subsets) if minutes else None)
    points = []
    for name, train in subsets.items():
        live.say(f"learning curve: {name}, {counted(len(train), 'picture')}")
        part = name if name in PARTS else ""
        study = study_of(train, batch, part)
        batch = study.batch
        begun = resume and kept_plan(out / WORK / part) is not None
        # a part that was done before the user stopped the whole is not trained for longer
        asked = Budget(rate=each.rate) if begun and not (out / CARD).exists() else each
        run, ending = sit(study.job, asked, out, live, resume=begun, part=part)
        copied = ending.why == "copying"
        points.append(point_of(name, len(train), run.place.rows, copied=copied))
        plan = run.plan
        each = Budget(None, plan.steps, len(plan.looks), plan.samples, budget.rate)
    write_curve(out, points)
    for row in table(points):
        live.say("  " + "  ".join(f"{cell:<18}" for cell in row).rstrip())
    for sentence in advice(points):
        live.say(sentence)
    live.say(f"the learning curve is in {out / HTML}")
    return study, run
