"""One sitting of `haiga train painter`: from a folder of captioned pictures to a painter."""

from __future__ import annotations

import argparse
import functools
import json
import math
import shlex
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from haiga.core.counted import counted
from haiga.core.errors import UserError
from haiga.features.picture_index import FOLDER as INDEX
from haiga.media.durable import make_folder, write_durably
from haiga.media.picture_choice import PainterMade, PictureChoice
from haiga.media.picture_folders import read_pictures
from haiga.models.card import CARD
from haiga.training.generators.recipe import Settings, StepBatch
from haiga.training.painters.export import Taught
from haiga.training.painters.fitting import RECIPES
from haiga.training.painters.painting import Painting
from haiga.training.painters.words import CaptionWords, captions_of, enough_pictures
from haiga.training.parallel import ALONE, Crew
from haiga.training.pictures.audit import Audit
from haiga.training.pictures.credits import sources
from haiga.training.pictures.curve_runs import check_curve, sit_for_curve
from haiga.training.pictures.feed import Feed, FeedBatch
from haiga.training.pictures.indexing import trained_on, write_index
from haiga.training.pictures.looking import Looking, eye_now
from haiga.training.pictures.loop import Run
from haiga.training.pictures.parts import Parts
from haiga.training.pictures.plan import Plan
from haiga.training.pictures.samples import FOLDER as SHEETS
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

LEAST, LEAST_HELD = 8, 2
"""Fewer pictures to learn from, or held out, are refused: there is nothing to learn but them."""
FLOW_SAMPLES = 64
"""A look of the flow where steps are given and time is not: each of its samples takes long."""
BATCH = 32
"""Pictures a step, unless given."""
AUDIT, CAPTIONS = "audit.json", "captions.txt"
FEW_TOLD = 0.5
"""A folder of which a smaller share has captions is warned of."""


def train_painter(o: argparse.Namespace, live: Live, crew: Crew = ALONE) -> PainterMade:
    """Trains as the options of `recipes.painter` say, and writes the painter to `o.out`.

    Of a crew the first worker decodes the pictures, looks and writes. A finished run that
    lacks its report is handed on as it is. Raises UserError when the pictures, the folder or
    the options do not serve, and Stopped when the user ended it.
    """
    set_threads(o.threads, crew)
    device = device_for(o.device, live.say, crew)
    samples = o.samples or (FLOW_SAMPLES if o.recipe == "flow" and o.steps else None)
    budget = Budget(o.minutes, o.steps, o.looks, samples, o.rate)
    if o.learning_curve or o.recipe != "flow":
        crew.refuse("--learning-curve" if o.learning_curve else f"--recipe {o.recipe}")
    finished = crew.led(
        lambda: check_folder(o.out, resume=o.resume, more=budget.given, kind="painter")
    )
    choice = PictureChoice(o.pictures, tuple(o.where), o.caption_column)
    if finished and not budget.given:
        live.say("the training is finished; only its report is missing")
        return PainterMade(o.out, choice)
    check_curve(o.out, resume=o.resume, curve=o.learning_curve)
    if o.resume:
        check_settings(o.out, o.recipe, {"size": o.size, "mirror": o.mirror})
    store = crew.in_turn(lambda: _stored(o, choice, live))

    def study_of(train: Indexes, batch: int | None = None, part: str = "") -> Study:
        threads = torch.get_num_threads()
        looking = Looking(store, train, threads=threads, seed=o.seed, say=live.say)
        study = Study(o, store, train, looking, device, batch, part)
        for line in study.told():
            live.say(line)
        return study

    if o.learning_curve:
        study, run = sit_for_curve(
            store, study_of, budget, o.out, live, seed=o.seed, resume=o.resume
        )
    else:
        study = crew.in_turn(lambda: study_of(store.train))
        run, _ = sit(study.job, budget, o.out, live, resume=o.resume, crew=crew)
    if crew.is_first:
        study.write_model(run, live)
    return PainterMade(o.out, choice)


def _stored(o: argparse.Namespace, choice: PictureChoice, live: Live) -> PictureStore:
    read = read_pictures(choice)
    for note in read.notes:
        live.say(note)
    if not any(record.caption for record in read.records) and o.caption_column is None:
        raise UserError(
            f"{o.pictures}: no picture has a caption, and a painter learns from captions; give "
            "them in metadata.jsonl, in a CSV file or in a .txt beside each picture, or name "
            "their column by --caption-column; `haiga train generator` needs none"
        )
    folder = o.out / WORK / "pictures"
    store = build_store(read, folder, size_px=o.size, seed=o.seed, tell=live.say)
    if len(store.train) < LEAST or len(store.held_out) < LEAST_HELD:
        raise UserError(
            f"{o.pictures}: leaves {len(store.train)} pictures to learn from and "
            f"{len(store.held_out)} held out, and {LEAST} and {LEAST_HELD} are the least; give "
            "more pictures"
        )
    return store


class Study:
    """A painter's recipe on some of a store's pictures: what `session.sit` needs to train it.

    `part` is the folder below `work` that its sheets are written to.
    """

    def __init__(
        self,
        o: argparse.Namespace,
        store: PictureStore,
        train: Indexes,
        looking: Looking,
        device: str,
        batch: int | None = None,
        part: str = "",
    ) -> None:
        self._batch, self.folder = batch or o.batch, o.out / WORK / part
        self.o, self.store, self.train, self.looking, self.device = o, store, train, looking, device
        captions = captions_of(store.items, o.caption_column)
        self.words = CaptionWords(captions, train, seed=o.seed)
        if not self.words.told:
            among = f" among {counted(len(train), 'picture')} of them" if part else ""
            raise UserError(
                f"{o.pictures}: no caption{among} has a word that haiga knows (its words are "
                "English); "
                "a painter learns from words: name another column by --caption-column, or train "
                "a generator, which needs none: `haiga train generator`"
            )
        self.recipe = RECIPES[o.recipe](o, store, device)
        mirrored = ["mirrored"] if o.mirror else []
        self.augmentations: tuple[str, ...] = (*mirrored, "part of a caption's words")
        self.audit: Audit | None = None

    def told(self) -> list[str]:
        """What is to be learned from the captions, for the terminal."""
        told, count = self.words.told, len(self.train)
        lines = [f"words: {len(self.words.seen):,} known, in the captions of {told:,} of {count:,}"]
        if self.words.lost:
            worst = ", ".join(f"{w} ({n})" for w, n in self.words.lost.most_common(6))
            lines.append(f"words without a vector, not learned: {len(self.words.lost):,}: {worst}")
        if told < FEW_TOLD * count:
            lines.append("most pictures have no known word: the painter will heed few")
        return lines

    @functools.cached_property
    def batch(self) -> int:
        """What a step reads: the recipe's own batch, or as many pictures as there are."""
        return min(self._batch or BATCH, len(self.train))

    @property
    def job(self) -> Job:
        """The job that `session.sit` takes."""
        return Job(
            recipe=self.o.recipe,
            data=self.store.digest,
            pictures=len(self.train),
            batch=self.batch,
            seed=self.o.seed,
            settings={"size": self.o.size, "width": self.o.width, "mirror": self.o.mirror,
                      "from": str(self.o.start), "eye": eye_now()},
            make=lambda rate: self.recipe.trainee(self._settings(rate)),
            parts=self._parts,
        )  # fmt: skip

    def _settings(self, rate: float | None) -> Settings:
        return Settings(
            size_px=self.o.size,
            pictures=len(self.train),
            seed=self.o.seed,
            device=self.device,
            batch=self.batch,
            rate=rate,
            width=self.o.width,
        )

    def _parts(self, trainee: Any) -> Parts:
        feed = Feed(self.store, self.train, batch=self.batch, seed=self.o.seed,
                    device=self.device, mirror=self.o.mirror)  # fmt: skip
        painting = Painting(trainee.sampler, trainee.inputs, self.words, device=self.device,
                            held_out=self.store.held_out, train=self._as_many())  # fmt: skip
        audit = Audit(self.store, self.train, known_words=self.words,
                      augmentations=(*self.augmentations, *trainee.augmentations))  # fmt: skip
        self.audit = audit
        self._write_texts(painting.texts)
        place = _Place(trainee)

        def prepare(batch: FeedBatch) -> StepBatch:
            words, present = self.words.draw(batch.indexes, place.step)
            place.step += 1  # in a trial, where no pace is set
            return self.recipe.prepared(batch, words.to(self.device), present.to(self.device))

        return Parts(
            learner=trainee,
            feed=audit.watch(feed),
            prepare=prepare,
            sheet=painting.sheet,
            sample=painting.sample,
            figures=self.looking.figures,
            verdict=self.looking.verdict,
            audit=audit.check,
            pace=place.pace,
            device=self.device,
        )

    def _as_many(self) -> Indexes:
        """Its pictures, repeated until there are as many as the whole has.

        So that samples of every part of a learning curve are of as many captions held out,
        and those at the same places: none has more of them to paint than another.
        """
        return np.resize(self.train, len(self.store.train))

    def write_model(self, run: Run, live: Live) -> None:
        """Writes the kept state as a painter into `--out`; the card comes last and makes it one."""
        run.load_best()
        o, place = self.o, run.place
        make_folder(o.out)
        (o.out / CARD).unlink(missing_ok=True)  # until the new one is written there is no model
        columns = [self.store.items[i].columns for i in self.train]
        kept = place.best_step or place.step
        count = len(self.train)
        card = {
            "name": o.name or o.out.resolve().name,
            "title": f"A painter of {count:,} pictures",
            "about": f"{o.recipe} at {o.size} px, the state of step {kept:,} of {place.step:,}, "
            f"{run.plan.batch} pictures a step; {len(self.words.seen):,} words; "
            f"{len(self.store.held_out):,} pictures were held out, whole works at a time.",
            "licence": o.licence,
            "origin": "trained by haiga",
            "recipe": command(o),
            "data": sources(columns, Path(o.pictures).resolve().name),
            "quality": _quality(run),
        }
        name, licence = str(card["name"]), str(card["licence"])
        write_index(
            trained_on(self.store, self.train),
            o.out / INDEX,
            model=name,
            command=command(o),
            threads=torch.get_num_threads(),
            licence=licence,
            also=self.recipe.learned_from,
            say=live.say,
        )
        taught = Taught(self.words.seen, enough_pictures(count), card)
        self.recipe.write(run.parts.learner, o.out, taught)
        self._write_audit()
        word = next(iter(self.words.seen))
        live.say(
            f"the painter is in {o.out}, after {place.step:,} steps; try: haiga paint {word} "
            f"--painter {shlex.quote(str(o.out))} --out {word}.png"
        )

    def _write_texts(self, texts: list[str]) -> None:
        """Says beside the sample sheets what each of their rows was painted from."""
        folder = self.folder / SHEETS
        make_folder(folder)
        write_durably(folder / CAPTIONS, "".join(f"{text}\n" for text in texts).encode())

    def _write_audit(self) -> None:
        """Leaves what the training saw for its report."""
        assert self.audit is not None
        told = {
            "epochs": [
                {"epoch": c.epoch, "seen": c.seen, "pictures": c.pictures,
                 "least": c.least, "most": c.most}
                for c in self.audit.coverage
            ],
            "lost": None if self.audit.lost is None else asdict(self.audit.lost),
            "augmentations": list(self.audit.augmentations),
        }  # fmt: skip
        write_durably(self.o.out / WORK / AUDIT, json.dumps(told, ensure_ascii=False).encode())


class _Place:
    """Which step is made next: it decides the words drawn, and how far the budget is spent."""

    def __init__(self, trainee: Any) -> None:
        self.trainee, self.step = trainee, 0

    def pace(self, step: int, plan: Plan) -> None:
        self.step = step
        self.trainee.progress = step / plan.steps


def _quality(run: Run) -> Mapping[str, float | int | str]:
    """The figures of the state that was kept, as its look found them."""
    place, total = run.place, run.plan.pictures
    seen = int((run.parts.feed.seen > 0).sum())
    out: dict[str, float | int | str] = {"pictures seen": f"{seen:,} of {total:,}"}
    kept = [row for row in place.rows if row["step"] == place.best_step]
    for name, value in (kept[-1] if kept else {}).items():
        told = name.startswith(("kid", "fid", "copy")) and isinstance(value, float)
        if told and math.isfinite(value):
            out[name] = float(f"{value:.4g}")
    return out


def command(o: argparse.Namespace) -> str:
    """The command that made the painter, paths by their last names."""
    parts = ["haiga", "train", "painter", "--recipe", o.recipe]
    parts += ["--pictures", Path(o.pictures).resolve().name]
    for condition in o.where:
        parts += ["--where", condition]
    if o.recipe == "flow":
        parts += ["--from", Path(o.start).name]
    for name in ("caption_column", "size", "minutes", "steps", "batch", "rate", "width", "seed"):
        value = getattr(o, name)
        if value is not None:
            parts.append(f"--{name.replace('_', '-')}")
            parts.append(f"{value:g}" if isinstance(value, float) else str(value))
    if not o.mirror:
        parts.append("--no-mirror")
    if o.learning_curve:
        parts.append("--learning-curve")
    return shlex.join([*parts, "--out", o.out.resolve().name])
