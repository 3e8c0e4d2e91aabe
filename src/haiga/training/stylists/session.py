"""One sitting of `haiga train stylist`: from folders of pictures and styles to a model."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from haiga.core.errors import UserError
from haiga.models.store import load_model
from haiga.training.nets.stylist import Restyler, StyleEncoder
from haiga.training.nets.teacher import Teacher
from haiga.training.pictures.credits import sources
from haiga.training.pictures.parts import Parts
from haiga.training.pictures.session import (
    WORK,
    Budget,
    Job,
    check_folder,
    check_settings,
    device_for,
    set_threads,
    sit,
)
from haiga.training.pictures.store import PictureStore, build_store
from haiga.training.pictures.told import Live
from haiga.training.stylists.export import write_stylist
from haiga.training.stylists.gathering import Uses, names_of, read_folders, uses_of
from haiga.training.stylists.looking import Looking
from haiga.training.stylists.pairs import Pairs
from haiga.training.stylists.trainee import StylistTrainee, weights_of

STORED_PX = 320
FIGURES = ("style_distance", "unstyled_distance", "content_cosine")
"""The figures of a look that the card tells."""
LEAST, LEAST_HELD = 8, 2
"""Fewer pictures or styles to learn from, or held out, are refused."""


def train_stylist(o: argparse.Namespace, live: Live) -> None:
    """Trains as the options of `recipes.stylist` say, and writes the model to `o.out`.

    Raises UserError when folders or options do not serve, and Stopped when the user ended it.
    """
    weights = weights_of(o.weights)
    if o.start and o.resume:
        raise UserError("--start begins a run and --resume goes on with one; give one of both")
    start = load_model(o.start, role="stylist") if o.start else None
    set_threads(o.threads)
    device = device_for(o.device, live.say)
    budget = Budget(o.minutes, o.steps, o.looks, o.samples, o.rate)
    check_folder(o.out, resume=o.resume, more=budget.given, kind="stylist")
    if not o.teacher.is_file():
        raise UserError(f"{o.teacher}: there is no such file; --teacher names MobileNet's weights")
    read = read_folders([*o.pictures, *o.styles])
    for note in read.notes:
        live.say(note)
    settings = {
        "pictures": " ".join(names_of(o.pictures).values()),
        "styles": " ".join(names_of(o.styles).values()),
    }
    if o.resume:
        check_settings(o.out, "stylist", settings)
    store = build_store(
        read, o.out / WORK / "pictures", size_px=STORED_PX, held_share=0.08, seed=o.seed,
        tell=live.say,
    )  # fmt: skip
    uses = uses_of(store, o.pictures, o.styles)
    for name, learned, held in (
        ("--pictures", uses.contents, uses.held_contents),
        ("--styles", uses.styles, uses.held_styles),
    ):
        if len(learned) < max(LEAST, o.batch) or len(held) < LEAST_HELD:
            raise UserError(
                f"{name}: leave {len(learned):,} to learn from and {len(held):,} to compare with, "
                f"and {max(LEAST, o.batch)} and {LEAST_HELD} are the least; give more"
            )

    def parts(trainee: Any) -> Parts:
        looking = Looking(trainee, store, uses, seed=o.seed, device=device)
        return Parts(
            learner=trainee,
            feed=Pairs(store, uses, batch=o.batch, seed=o.seed, device=device),
            prepare=lambda batch: batch,
            sheet=looking.sheet,
            sample=looking.sample,
            figures=looking.figures,
            verdict=looking.verdict,
            pace=trainee.pace,
            device=device,
        )

    job = Job(
        recipe="stylist",
        data=store.digest,
        pictures=len(store.train),
        batch=o.batch,
        seed=o.seed,
        settings=settings,
        make=lambda rate: StylistTrainee(
            Teacher(o.teacher),
            seed=o.seed,
            rate=rate,
            device=device,
            keep_encoder=o.keep_encoder,
            weights=weights,
            start=start,
        ),
        parts=parts,
    )
    run, _ = sit(job, budget, o.out, live, resume=o.resume)
    run.load_best()
    row = next((r for r in run.place.rows if r["step"] == run.place.best_step), {})
    learner = run.parts.learner
    assert isinstance(learner, StylistTrainee)
    encoder, restyler = (average.net for average in learner.averages.values())
    assert isinstance(encoder, StyleEncoder)
    assert isinstance(restyler, Restyler)
    write_stylist(
        encoder,
        restyler,
        o.out,
        name=o.name or o.out.name,
        data=credits_of(store, uses),
        figures={
            "training_steps": run.place.step,
            "training_minutes": round(run.place.seconds / 60, 1),
            **{name: round(float(row[name]), 4) for name in FIGURES if name in row},
        },
        recipe=f"haiga train stylist --batch {o.batch} --seed {o.seed} --steps {run.plan.steps}",
        started_from=f"the weights of {start.card.name}" if start else "",
        commit=o.commit,
    )
    live.say(f"the stylist is in {o.out}; an artist follows it by `model`")


def credits_of(store: PictureStore, uses: Uses) -> list[dict[str, Any]]:
    """Whose pictures were learned from, a row for each source, for the card."""
    used = np.union1d(uses.contents, uses.styles)
    works = {store.items[i].group: store.items[i].columns for i in used.tolist()}
    return sources(list(works.values()), "pictures")
