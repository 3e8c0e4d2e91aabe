"""One sitting of `haiga train generator`: from a folder of pictures to a model."""

from __future__ import annotations

import argparse
import contextlib
import functools
import math
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch

from haiga.core.counted import counted
from haiga.core.errors import JobError, UserError
from haiga.features.picture_index import FOLDER as INDEX
from haiga.media.durable import make_folder, unwritable
from haiga.media.picture_choice import GeneratorMade, PictureChoice
from haiga.media.picture_folders import read_pictures
from haiga.models.card import CARD
from haiga.training.export import quietly
from haiga.training.generators.export import write_generator
from haiga.training.generators.recipe import (
    RECIPES,
    Settings,
    StepBatch,
    Trainee,
    recommended_or,
)
from haiga.training.parallel import ALONE, Crew
from haiga.training.pictures.audit import Audit
from haiga.training.pictures.credits import sources
from haiga.training.pictures.curve_runs import check_curve, sit_for_curve
from haiga.training.pictures.drawing import Drawing
from haiga.training.pictures.feed import Feed, FeedBatch
from haiga.training.pictures.figures import write_audit
from haiga.training.pictures.indexing import trained_on, write_index
from haiga.training.pictures.looking import Looking, eye_now
from haiga.training.pictures.loop import Run
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
from haiga.training.pictures.store import Indexes, PictureStore, build_store
from haiga.training.pictures.told import Live

QUALITY = ("kid", "kid_low", "kid_high", "copy_share", "precision", "recall")
"""The figures of a look that the card tells."""
LABELLED = "cgan"
"""The recipe that reads labels."""
LEAST, LEAST_HELD = 8, 2
"""Fewer pictures to learn from, or held out, are refused: there is nothing to learn but them."""


def train_generator(o: argparse.Namespace, live: Live, crew: Crew = ALONE) -> GeneratorMade:
    """Trains as the options of `recipes.generator` say, and writes the model to `o.out`.

    Of a crew the first worker decodes the pictures, looks and writes. A finished run that
    lacks its report is handed on as it is. Raises UserError when the pictures, the folder or
    the options do not serve, and Stopped when the user ended it.
    """
    o.recipe = checked_recipe(o.recipe, o.label)
    threads = set_threads(o.threads, crew)
    device = device_for(o.device, live.say, crew)
    budget = Budget(o.minutes, o.steps, o.looks, o.samples, o.rate)
    if o.learning_curve:
        crew.refuse("--learning-curve")
    finished = crew.led(
        lambda: check_folder(o.out, resume=o.resume, more=budget.given, kind="generator")
    )
    choice = PictureChoice(o.pictures, tuple(o.where), label_column=o.label)
    if finished:
        live.say("the training is finished; only its report is missing")
        return GeneratorMade(o.out, choice)
    check_curve(o.out, resume=o.resume, curve=o.learning_curve)
    if o.resume:
        check_settings(o.out, o.recipe, {"size": o.size, "label": o.label, "mirror": o.mirror})
    store = crew.in_turn(lambda: stored(o, choice, live))

    def study_of(train: Indexes, batch: int | None = None, part: str = "") -> Study:
        looking = Looking(store, train, threads=threads, seed=o.seed, say=live.say)
        return Study(o, store, train, looking, device, batch)

    if o.learning_curve:
        study, run = sit_for_curve(
            store, study_of, budget, o.out, live, seed=o.seed, resume=o.resume
        )
    else:
        study = study_of(store.train)
        run, _ = sit(study.job, budget, o.out, live, resume=o.resume, crew=crew)
    if crew.is_first:
        write_model(o, study, run, live)
    return GeneratorMade(o.out, choice)


def checked_recipe(name: str | None, label: str | None) -> str:
    """The recipe's name: `cgan` where there are labels and none is given, else the recommended.

    Raises UserError for a recipe that there is not, labels that it would not heed, and
    labels that it needs.
    """
    chosen = LABELLED if name is None and label is not None else recommended_or(name)
    if (chosen == LABELLED) == (label is not None):
        return chosen
    if label is not None:
        raise UserError(
            f"--label {label}: the {chosen} recipe does not tell labels apart; take --recipe "
            f"{LABELLED}, or leave --label out"
        )
    raise UserError(
        f"--recipe {chosen}: learns to tell labels apart and needs them; name a column by --label"
    )


def stored(o: argparse.Namespace, choice: PictureChoice, live: Live) -> PictureStore:
    """The pictures, read, decoded and parted. UserError when they are too few to learn from."""
    read = read_pictures(choice)
    for note in read.notes:
        live.say(note)
    store = build_store(read, o.out / WORK / "pictures", size_px=o.size, seed=o.seed, tell=live.say)
    learned, held = len(store.train), len(store.held_out)
    if learned < LEAST or held < LEAST_HELD:
        raise UserError(
            f"{o.pictures}: leaves {counted(learned, 'picture')} to learn from and {held:,} to "
            f"compare with, and {LEAST} and {LEAST_HELD} are the least; give more pictures"
        )
    return store


class Study:
    """A recipe on some of a store's pictures: what `session.sit` needs to train it."""

    def __init__(
        self,
        o: argparse.Namespace,
        store: PictureStore,
        train: Indexes,
        looking: Looking,
        device: str,
        batch: int | None = None,
    ) -> None:
        self._batch = batch or o.batch
        self.o, self.store, self.train, self.looking, self.device = o, store, train, looking, device
        self.recipe: str = o.recipe
        self.augmentations: list[str] = []
        self.names: tuple[str, ...] = ()
        self.labels: Indexes | None = None
        if o.label is not None:
            self.names, self.labels = store.labels(o.label)

    @functools.cached_property
    def batch(self) -> int:
        """What a step reads: the recipe's own batch, or as many pictures as there are."""
        return min(self._batch or self._trainee(None, None).batch, len(self.train))

    @property
    def job(self) -> Job:
        """The job that `session.sit` takes."""
        return Job(
            recipe=self.recipe,
            data=self.store.digest,
            pictures=len(self.train),
            batch=self.batch,
            seed=self.o.seed,
            settings={
                "size": self.o.size,
                "label": self.o.label,
                "width": self.o.width,
                "mirror": self.o.mirror,
                "eye": eye_now(),
            },
            make=lambda rate: self._trainee(rate, self.batch),
            parts=self._parts,
        )

    def _trainee(self, rate: float | None, batch: int | None) -> Trainee:
        return RECIPES[self.recipe](
            Settings(
                size_px=self.o.size,
                labels=self.names,
                pictures=len(self.train),
                seed=self.o.seed,
                device=self.device,
                batch=batch,
                rate=rate,
                width=self.o.width,
            )
        )

    def _parts(self, trainee: Any) -> Parts:
        feed = Feed(
            self.store,
            self.train,
            batch=self.batch,
            seed=self.o.seed,
            device=self.device,
            mirror=self.o.mirror,
        )
        labels = None if self.labels is None else self.labels[self.train]
        drawing = Drawing(trainee.sampler, trainee.inputs, labels=labels, device=self.device)
        self.augmentations = [*(["mirrored"] if self.o.mirror else []), *trainee.augmentations]
        audit = Audit(
            self.store,
            self.train,
            label_column=self.o.label,
            augmentations=self.augmentations,
        )
        return Parts(
            learner=trainee,
            feed=audit.watch(feed),
            prepare=self._prepared,
            sheet=drawing.sheet,
            sample=drawing.sample,
            figures=self.looking.figures,
            verdict=self.looking.verdict,
            audit=audit.check,
            device=self.device,
        )

    def _prepared(self, batch: FeedBatch) -> StepBatch:
        labels = None
        if self.labels is not None:
            labels = torch.from_numpy(self.labels[batch.indexes])
            labels = labels.to(self.device, non_blocking=True)
        return StepBatch(
            pixels=batch.pixels, labels=labels, indexes=batch.indexes, flips=batch.flips
        )


def write_model(o: argparse.Namespace, study: Study, run: Run, live: Live) -> None:
    """Writes the kept state as a model into `o.out`; the card comes last and makes it one."""
    run.load_best()
    store, place = study.store, run.place
    make_folder(o.out)
    (o.out / CARD).unlink(missing_ok=True)  # until the new one is written there is no model
    columns = [store.items[i].columns for i in study.train]
    trainee: Any = run.parts.learner
    with quietly(), _kept(o.out):
        write_index(
            trained_on(store, study.train),
            o.out / INDEX,
            model=o.name or o.out.resolve().name,
            command=command(o, study.recipe),
            threads=torch.get_num_threads(),
            licence=o.licence,
            say=live.say,
        )
        write_generator(
            trainee,
            o.out,
            recipe=study.recipe,
            size_px=o.size,
            command=command(o, study.recipe),
            name=o.name or o.out.resolve().name,
            title=f"A generator of {len(study.train):,} pictures",
            about=_about(o, study, run),
            licence=o.licence,
            origin="trained by haiga",
            data=sources(columns, Path(o.pictures).resolve().name),
            quality=_quality(run),
        )
    write_audit(run.folder, place.epochs, study.augmentations)
    live.say(f"saw {_seen(run)}")
    live.say(
        f"the generator is in {o.out}, after {place.step:,} steps; try: haiga generate "
        f"{shlex.quote(str(o.out))}"
    )


@contextlib.contextmanager
def _kept(out: Path) -> Iterator[None]:
    """Says of a model that cannot be written that its training is not lost."""
    try:
        yield
    except (OSError, UserError) as error:
        said = unwritable(out, error) if isinstance(error, OSError) else str(error)
        raise JobError(f"{said}; the training is kept: write the model by --resume") from error


def _about(o: argparse.Namespace, study: Study, run: Run) -> str:
    labels = f", told apart by {o.label}" if o.label else ""
    kept = run.place.best_step or run.place.step
    return (
        f"{study.recipe} at {o.size} px, the state of step {kept:,} of {run.place.step:,}, "
        f"{run.plan.batch} pictures a step{labels}; "
        f"{len(study.store.held_out):,} pictures were held out, whole works at a time."
    )


def _quality(run: Run) -> Mapping[str, float | int | str]:
    """The figures of the state that was kept, as its look found them."""
    kept = [row for row in run.place.rows if row["step"] == run.place.best_step]
    out: dict[str, float | int | str] = {"pictures seen": _seen(run)}
    for name in QUALITY:
        value = kept[-1].get(name, math.nan) if kept else math.nan
        if math.isfinite(value):
            out[name] = float(f"{value:.4g}")
    return out


def _seen(run: Run) -> str:
    seen = run.parts.feed.seen
    shown, total = int((seen > 0).sum()), run.plan.pictures
    if shown < total:
        return f"{shown:,} of {total:,} pictures: the budget ended before the first round did"
    return f"{shown:,} of {total:,} pictures, {run.place.step * run.plan.batch / total:.1f} rounds"


def command(o: argparse.Namespace, recipe: str) -> str:
    """The command that made the model, paths by their last names."""
    parts = ["haiga", "train", "generator", "--recipe", recipe]
    parts += ["--pictures", Path(o.pictures).resolve().name]
    for condition in o.where:
        parts += ["--where", condition]
    for name in ("label", "size", "minutes", "steps", "batch", "rate", "width", "seed"):
        value = getattr(o, name)
        if value is not None:
            parts += [f"--{name}", f"{value:g}" if isinstance(value, float) else str(value)]
    if not o.mirror:
        parts.append("--no-mirror")
    if o.learning_curve:
        parts.append("--learning-curve")
    return shlex.join([*parts, "--out", o.out.resolve().name])
