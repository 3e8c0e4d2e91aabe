"""One sitting of `haiga train upscaler`: from a folder of pictures to a model."""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import math
import shlex
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.torch import load_file
from safetensors.torch import save as encoded
from torch import Tensor

from haiga.core.counted import counted
from haiga.core.errors import JobError, UserError
from haiga.media.column_filters import keep_matching
from haiga.media.durable import make_folder, unwritable, write_durably
from haiga.media.picture_choice import PictureChoice
from haiga.media.picture_folders import read_pictures
from haiga.models.card import CARD, write_card
from haiga.models.store import load_model
from haiga.training.parallel import ALONE, Crew
from haiga.training.pictures.audit import Audit
from haiga.training.pictures.credits import sources
from haiga.training.pictures.feed import Feed
from haiga.training.pictures.figures import write_audit
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
from haiga.training.upscalers.degrade import Faults
from haiga.training.upscalers.export import write_network
from haiga.training.upscalers.fidelity import Fidelity
from haiga.training.upscalers.judging import Judging
from haiga.training.upscalers.learner import TILE_PX, Settings
from haiga.training.upscalers.report import write_report
from haiga.training.upscalers.texture import Texture

ROLE = "upscaler"
LAYOUT = "layout.json"
LEAST, LEAST_HELD = 8, 2
FIDELITY, TEXTURE = "fidelity", "texture"


def train_upscaler(o: argparse.Namespace, live: Live, crew: Crew = ALONE) -> Path:
    """Trains as the options of `recipes.upscaler` say, and writes the model to `o.out`.

    Of a crew the first worker cuts the pictures, looks and writes. Raises UserError when the
    pictures, the folder or the options do not serve, and Stopped when the user ended it.
    """
    if o.training == TEXTURE:
        crew.refuse(f"--training {TEXTURE}")
    set_threads(o.threads, crew)
    device = device_for(o.device, live.say, crew)
    budget = Budget(o.minutes, o.steps, o.looks, o.samples, o.rate)
    crew.led(lambda: check_folder(o.out, resume=o.resume, more=budget.given, kind="upscaler"))
    start = begun_with(o)
    if o.resume:
        check_settings(o.out, o.training, {"scale": o.scale})
    choice = PictureChoice(o.pictures, tuple(o.where))
    store = crew.in_turn(lambda: stored(o, choice, live))
    study = Study(o, store, repeated(store, o.repeat), device, start)
    run, _ = sit(study.job, budget, o.out, live, resume=o.resume, crew=crew)
    if crew.is_first:
        write_model(o, study, run, live)
    return Path(o.out)


def weights_file(folder: Path, scale: int) -> Path:
    """Where a training leaves the weights that another may begin with."""
    return folder / WORK / f"x{scale}.safetensors"


def begun_with(o: argparse.Namespace) -> Mapping[str, Tensor] | None:
    """The weights to begin with, from the folder of an upscaler trained here before."""
    if o.start is None:
        if o.training == TEXTURE:
            raise UserError(
                "--training texture: goes on from a training for fidelity; name its folder by "
                "--start"
            )
        return None
    found = [f for f in (weights_file(o.start, o.scale), weights_file(o.start, 6 - o.scale))
             if f.is_file()]  # fmt: skip
    if o.training == TEXTURE and (not found or found[0] != weights_file(o.start, o.scale)):
        raise UserError(f"{o.start}: was not trained to enlarge ×{o.scale}; choose another --start")
    if not found:
        raise UserError(f"{o.start}: is not the folder of an upscaler that was trained here")
    return load_file(str(found[0]))


def stored(o: argparse.Namespace, choice: PictureChoice, live: Live) -> PictureStore:
    """The pictures, cut into tiles and parted. UserError when they are too few to learn from."""
    read = read_pictures(choice)
    for note in read.notes:
        live.say(note)
    live.say(f"pictures are cut into tiles of {TILE_PX} px, those with most detail")
    store = build_store(
        read, o.out / WORK / "pictures", size_px=TILE_PX, seed=o.seed, tell=live.say, crops="tiles"
    )
    learned, held = len(store.train), len(store.held_out)
    if learned < LEAST or held < LEAST_HELD:
        raise UserError(
            f"{o.pictures}: leaves {counted(learned, 'tile')} to learn from and {held:,} to "
            f"compare with, and {LEAST} and {LEAST_HELD} are the least; give more pictures"
        )
    return store


def repeated(store: PictureStore, repeats: list[list[str]]) -> Indexes:
    """The tiles to learn from, those that meet a condition so many times an epoch."""
    times = np.ones(len(store), np.int64)
    columns = tuple(dict.fromkeys(name for item in store.items for name in item.columns))
    for condition, count in repeats:
        kept = keep_matching(
            range(len(store)), [condition], noun="tile", columns=columns,
            values=lambda i, column: store.items[i].columns.get(column, "").split("\n"),
        )  # fmt: skip
        times[list(kept)] = int(count)
    return np.repeat(store.train, times[store.train])


class Study:
    """An upscaler's training on a store's tiles: what `session.sit` needs."""

    def __init__(
        self,
        o: argparse.Namespace,
        store: PictureStore,
        train: Indexes,
        device: str,
        start: Mapping[str, Tensor] | None,
    ) -> None:
        self.o, self.store, self.train, self.device, self.start = o, store, train, device, start
        self.faults = Faults(o.blur, o.noise, o.jpeg)
        self.augmentations = ["cut anywhere", "mirrored", "turned", *self.faults.told]

    @functools.cached_property
    def batch(self) -> int:
        """How many tiles a step sees a patch of."""
        return min(self._learner(None).batch, len(self.train))

    @property
    def job(self) -> Job:
        """The job that `session.sit` takes."""
        o = self.o
        repeats = "; ".join(f"{condition} × {count}" for condition, count in o.repeat)
        return Job(
            recipe=o.training,
            data=self.store.digest,
            pictures=len(self.train),
            batch=self.batch,
            seed=o.seed,
            settings={
                "scale": o.scale,
                "channels": o.channels,
                "blocks": o.blocks,
                "blur": o.blur,
                "noise": o.noise,
                "jpeg": o.jpeg,
                "repeat": repeats,
            },
            make=self._learner,
            parts=self._parts,
        )

    def _learner(self, rate: float | None) -> Fidelity | Texture:
        o = self.o
        settings = Settings(
            o.scale, o.seed, self.device, o.batch, rate, o.channels, o.blocks, self.faults
        )
        if o.training == TEXTURE:
            assert self.start is not None
            return Texture(settings, self.start, o.teacher)
        return Fidelity(settings, self.start)

    def _parts(self, learner: Any) -> Parts:
        o = self.o
        feed = Feed(
            self.store, self.train, batch=self.batch, seed=o.seed, device=self.device, mirror=False
        )
        audit = Audit(self.store, self.train, augmentations=self.augmentations)
        judging = Judging(
            self.store, o.scale, self.faults, learner.enlarged, best=o.training == FIDELITY
        )
        return Parts(
            learner=learner,
            feed=audit.watch(feed),
            prepare=lambda batch: batch,
            sheet=judging.sheet,
            sample=judging.sample,
            figures=judging.figures,
            verdict=judging.verdict,
            audit=audit.check,
            pace=learner.pace,
            device=self.device,
        )


def write_model(o: argparse.Namespace, study: Study, run: Run, live: Live) -> None:
    """Writes the kept state as a model into `o.out`; the card comes last and makes it one.

    Files of `--start` that this training did not make come along, so that one folder holds
    both scales and the texture.
    """
    run.load_best()
    make_folder(o.out)
    (o.out / CARD).unlink(missing_ok=True)  # until the new one is written there is no model
    learner: Any = run.parts.learner
    quality: dict[str, Any] = {}
    parities: dict[str, Any] = {}
    with _kept(o.out):
        files = _brought(o, quality, parities)
        for name, net, inputs, outputs in learner.networks():
            worst = write_network(net, o.out / name, inputs, outputs)
            parities[f"{name} largest difference"] = float(f"{worst:.2g}")
            files.add(name)
        margins = {str(learner.settings.scale): learner.margin_px}
        _write_layout(o.out, margins)
        files.add(LAYOUT)
        state = {k: v.detach().cpu().contiguous() for k, v in learner.state().items()}
        write_durably(weights_file(o.out, o.scale), encoded(state))
        quality |= _quality(o, run)
        columns = {
            study.store.items[i].key.rpartition(" (")[0]: study.store.items[i].columns
            for i in np.unique(study.train)
        }
        write_card(
            o.out,
            name=o.name or o.out.resolve().name,
            role=ROLE,
            title=f"An upscaler that learned from {counted(len(columns), 'picture')}",
            about=_about(o, study, run),
            licence=o.licence,
            origin="trained by haiga",
            recipe=command(o),
            files=sorted(files),
            data=sources(list(columns.values()), Path(o.pictures).resolve().name),
            quality=quality,
            parity=parities,
        )
    write_audit(run.folder, run.place.epochs, study.augmentations)
    report = write_report(
        o.out, run.folder, run.place.rows, run.place.best_step, o.scale,
        [_about(o, study, run), f"Patches were {', '.join(study.augmentations)}."],
    )  # fmt: skip
    live.say(f"what it gained, and how it looks: {report}")
    live.say(
        f"the upscaler is in {o.out}, after {run.place.step:,} steps; try: haiga enlarge PICTURE "
        f"--scale {o.scale} --upscaler {shlex.quote(str(o.out))} --out large.png"
    )


def _brought(o: argparse.Namespace, quality: dict[str, Any], parities: dict[str, Any]) -> set[str]:
    """Copies what `--start` has and this training does not make; returns the names."""
    if o.start is None or not (o.start / CARD).exists() or o.start.resolve() == o.out.resolve():
        return set()
    model = load_model(o.start)
    made = f"x{o.scale}-texture" if o.training == TEXTURE else f"x{o.scale}"
    names = {f.name for f in model.card.files if not f.name.startswith(made)}
    for name in names:
        shutil.copyfile(model.path(name), o.out / name)
    for scale in (2, 4):
        kept, own = weights_file(o.start, scale), weights_file(o.out, scale)
        if kept.is_file() and not own.exists():
            shutil.copyfile(kept, own)
    quality |= {k: v for k, v in model.card.quality.items() if not k.startswith(f"×{o.scale} ")
                or o.training == TEXTURE}  # fmt: skip
    parities |= {k: v for k, v in model.card.parity.items() if k.partition(" ")[0] in names}
    return names


def _write_layout(out: Path, margins: Mapping[str, int]) -> None:
    """Writes `layout.json`: how far around it each network looks, for tiles that do not show."""
    file = out / LAYOUT
    kept = json.loads(file.read_bytes())["margin_px"] if file.exists() else {}
    write_durably(file, json.dumps({"margin_px": {**kept, **margins}}, sort_keys=True).encode())


@contextlib.contextmanager
def _kept(out: Path) -> Iterator[None]:
    """Says of a model that cannot be written that its training is not lost."""
    try:
        yield
    except (OSError, UserError) as error:
        said = unwritable(out, error) if isinstance(error, OSError) else str(error)
        raise JobError(f"{said}; the training is kept: write the model by --resume") from error


def _about(o: argparse.Namespace, study: Study, run: Run) -> str:
    faults = "".join(f", {told}" for told in study.faults.told)
    return (
        f"Enlarges pictures; the last training was for {o.training} at ×{o.scale}, "
        f"{run.place.step:,} steps of {run.plan.batch} patches of pictures made small by bicubic "
        f"reduction{faults}; {len(study.store.held_out):,} tiles were held out, whole works at a "
        "time."
    )


def _quality(o: argparse.Namespace, run: Run) -> Mapping[str, float | int | str]:
    """The figures of the state that was kept, as its look found them."""
    kept = [row for row in run.place.rows if row["step"] == run.place.best_step]
    out: dict[str, float | int | str] = {}
    for name, said in (("psnr", "luma PSNR, dB"), ("gain", "gain over bicubic, dB")):
        value = kept[-1].get(name, math.nan) if kept else math.nan
        if math.isfinite(value):
            of = " of texture 1" if o.training == TEXTURE else ""
            out[f"×{o.scale}{of} {said}, held-out tiles"] = float(f"{value:.4g}")
    return out


def command(o: argparse.Namespace) -> str:
    """The command that made the model, paths by their last names."""
    parts = ["haiga", "train", "upscaler", "--training", o.training]
    parts += ["--pictures", Path(o.pictures).resolve().name]
    for condition in o.where:
        parts += ["--where", condition]
    for condition, count in o.repeat:
        parts += ["--repeat", condition, str(count)]
    for name in ("start", "teacher"):
        if getattr(o, name) is not None:
            parts += [f"--{name}", Path(getattr(o, name)).resolve().name]
    for name in ("scale", "minutes", "steps", "batch", "rate", "channels", "blocks", "blur",
                 "noise", "jpeg", "seed"):  # fmt: skip
        value = getattr(o, name)
        if value is not None and not (name in ("blur", "noise", "jpeg") and not value):
            parts += [f"--{name}", f"{value:g}" if isinstance(value, float) else str(value)]
    return shlex.join([*parts, "--out", o.out.resolve().name])
