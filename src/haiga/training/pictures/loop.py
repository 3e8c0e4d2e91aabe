"""The loop of every training on pictures: steps, looks, checkpoints, and when to end.

Everything that decides the next step (weights, averages, moments, random state, place in
the data) is in `last.safetensors`, so that a run killed at any instant and gone on with
makes the same steps as one that was never broken. What a step is, what a sample is and how
good it is are given to the loop (`Parts`): generators and painters share it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from torch import Tensor

from haiga.core.errors import JobError, UserError
from haiga.core.seeds import derive_seed
from haiga.training import checkpoints
from haiga.training.parallel import ALONE, Crew, RowsGenerator, part_of
from haiga.training.pictures.figures import Row, write_coverage, write_log
from haiga.training.pictures.parts import (
    Ending,
    Parts,
    Place,
    Progress,
)
from haiga.training.pictures.plan import Plan
from haiga.training.pictures.samples import write_sheet

LAST = "last.safetensors"
READ_STEPS = 50
"""Losses stay on the device for so many steps, so that a GPU is not waited for."""
KEEP_S = 60.0
"""A checkpoint is written at least so often, and seldom enough to take a fortieth of the time."""
STARTED_STEPS = 3
"""The first steps of a sitting, which compile and warm up, are left out of its speed."""


class Run:
    """One run in a folder: begins it, or goes on where its last checkpoint was."""

    def __init__(self, parts: Parts, plan: Plan, folder: Path, crew: Crew = ALONE) -> None:
        self.parts, self.plan, self.folder, self.crew = parts, plan, folder, crew
        self.rows = crew.rows(plan.batch)
        self.rng = RowsGenerator(torch.device(parts.device))
        crew.take_in(parts.learner, plan.batch, self.rng)
        self.rng.manual_seed(derive_seed(plan.seed, "steps"))
        self.place = Place(device=parts.device)
        self.resumed = (folder / LAST).exists()
        self._kept_step = 0
        self._waiting: list[Mapping[str, Tensor]] = []
        self._recent: dict[str, float] = {}
        self._look_s = 0.0
        if self.resumed:
            self._load()
            if crew.is_first:
                self._write_logs()

    @property
    def best(self) -> Path:
        """Where the best checkpoint is: every network, no optimizer."""
        return self.folder / f"best-{self.place.best_step:06d}.safetensors"

    def load_best(self) -> None:
        """Puts the best checkpoint into the learner; the last state where there is none."""
        if self.place.best_step:
            checkpoints.load(self.best, self.parts.learner.modules, {})

    def _load(self) -> None:
        file = self.folder / LAST
        try:
            self._restore(file)
        except (SafetensorError, KeyError, RuntimeError, ValueError, TypeError, OSError) as error:
            reason = str(error).splitlines()[0][:100]
            raise UserError(
                f"{file}: the checkpoint is damaged or of another kind ({reason}); delete "
                f"{self.folder} and begin anew"
            ) from error

    def _restore(self, file: Path) -> None:
        learner = self.parts.learner
        meta = checkpoints.load(file, learner.modules, learner.optimizers)
        state = meta.pop("feed")
        self.place = Place(**meta)
        loose = checkpoints.load_loose(file)
        arrays = {k.removeprefix("feed."): v for k, v in loose.items() if k.startswith("feed.")}
        self.parts.feed.restore({**state, **{k: v.numpy() for k, v in arrays.items()}})
        torch.set_rng_state(loose["random"])
        if torch.device(self.place.device).type == torch.device(self.parts.device).type:
            self.rng.set_state(loose["steps"])
        else:  # a generator of another device has no such state: new numbers, never the same again
            self.rng.manual_seed(derive_seed(self.plan.seed, "steps", self.place.step))
        self.place.device = self.parts.device
        self._kept_step = self.place.step

    def _keep(self) -> None:
        """Writes the checkpoint; what was there before stays when it cannot be written."""
        self._read()
        self._check_weights()
        if not self.crew.is_first:
            return
        learner, state = self.parts.learner, self.parts.feed.state()
        arrays = {k: v for k, v in state.items() if isinstance(v, np.ndarray)}
        loose = {f"feed.{k}": torch.from_numpy(v.copy()) for k, v in arrays.items()}
        loose |= {"random": torch.get_rng_state(), "steps": self.rng.get_state()}
        plain = {k: v for k, v in state.items() if k not in arrays}
        meta = {**vars(self.place), "feed": plain}
        self._write(
            lambda: checkpoints.save(
                self.folder / LAST, learner.modules, learner.optimizers, meta, loose
            )
        )
        self._kept_step = self.place.step

    def _write_logs(self) -> None:
        write_log(self.folder, self.place.rows)
        write_coverage(self.folder, self.place.epochs)

    def _write(self, what: Callable[[], object]) -> None:
        try:
            what()
        except UserError as error:
            raise JobError(f"{error}; {self._kept()}") from error

    def _kept(self) -> str:
        if not self._kept_step:
            return "there is no checkpoint yet: begin anew"
        return f"the checkpoint of step {self._kept_step:,} is kept: go on with --resume"

    def _read(self) -> None:
        """Reads the losses that wait on the device. JobError when one is no number."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        first = self.place.step - len(waiting) + 1
        names = list(waiting[0])
        table = torch.stack([torch.stack([x[n].float() for n in names]) for x in waiting])
        if self.crew.size > 1:
            table = self.crew.total(table * self.rows.share)
        for i, values in enumerate(table.tolist()):
            for name, value in zip(names, values, strict=True):
                if not math.isfinite(value):
                    raise JobError(
                        f"{self.folder}: the loss {name} of step {first + i:,} is {value}; "
                        f"{self._kept()}, with a lower --rate if it happens again"
                    )
                self.place.sums[name] = self.place.sums.get(name, 0.0) + value
            self.place.counted += 1
        self._recent = dict(zip(names, table.mean(0).tolist(), strict=True))

    def _check_weights(self) -> None:
        """JobError when a weight is no number, which the loss would say one step too late."""
        for name, module in self.parts.learner.modules.items():
            sums = [v.detach().float().sum() for v in module.state_dict().values()
                    if v.is_floating_point()]  # fmt: skip
            if sums and not bool(torch.isfinite(torch.stack(sums)).all()):
                raise JobError(
                    f"{self.folder}: after step {self.place.step:,} a weight of the {name} is no "
                    f"number; {self._kept()}, with a lower --rate if it happens again"
                )

    def train(
        self,
        tell: Callable[[Progress], None] = lambda _: None,
        *,
        stop: Callable[[], bool] = lambda: False,
        limit_s: float = math.inf,
        keep_s: float = KEEP_S,
    ) -> Ending:
        """Steps until the plan ends, the samples begin to copy, or `stop()` says so.

        Each look is a row of `log.csv`, a sheet in `samples/` and passed to `tell`, which
        is also called about every second. `limit_s` ends a run that has become slower
        than its plan expected, with a last look. Raises JobError when a loss or a weight
        is no number any more, or a checkpoint cannot be written; the last good one stays.
        """
        parts, plan, place = self.parts, self.plan, self.place
        if place.ended:
            return Ending(place.ended, place)
        looks = frozenset(plan.looks)
        began = kept = told = time.monotonic()
        before, epoch = place.seconds, parts.feed.epoch
        speed = _Speed(plan.batch)
        while place.step < plan.steps:
            batch = parts.feed.next()
            parts.pace(place.step, plan)
            if self.crew.size > 1:
                batch = part_of(batch, self.rows)
            self._waiting.append(parts.learner.step(parts.prepare(batch), self.rng))
            place.step += 1
            now = time.monotonic()
            place.seconds = before + now - began
            speed.count(now)
            tired, due, late, ending = self.crew.decided(
                now - told > 1.0, now - kept > keep_s, now - began > limit_s, stop()
            )
            if len(self._waiting) >= READ_STEPS or tired:
                self._read()
                tell(self._progress(speed.images_per_s, looked=False))
                told = time.monotonic()
            if parts.feed.epoch != epoch:
                epoch = parts.feed.epoch
                self._audited(epoch)
            if place.step in looks or (late and place.step < plan.steps):
                self._look(speed.images_per_s, before, began)
                kept = told = time.monotonic()
                speed.pause(now, kept)
                tell(self._progress(speed.images_per_s, looked=True))
                if place.ended:
                    return Ending(place.ended, place)
            elif due or ending:
                self._keep()
                kept = time.monotonic()
                keep_s = max(keep_s, 40 * (kept - now))
                speed.pause(now, kept)
            if ending:
                return Ending("stopped", place)
            if late:
                return Ending("late", place)
        return Ending("planned", place)

    def _audited(self, epoch: int) -> None:
        if self.parts.audit is not None:
            found = self.parts.audit(epoch)
            self.place.epochs.append(
                [found.epoch, self.place.step, found.seen, found.pictures, found.least, found.most]
            )

    def _look(self, images_per_s: float, before: float, began: float) -> None:
        """Measures samples, keeps the best and the last checkpoint, writes row and sheet."""
        start = time.monotonic()
        self._read()
        self._check_weights()
        if self.crew.is_first:
            self._measure(images_per_s)
        vars(self.place).update(vars(self.crew.agreed(self.place)))
        self.place.seconds = before + time.monotonic() - began
        self._keep()
        if self.crew.is_first:
            self._write(self._write_logs)
            for old in self.folder.glob("best-*.safetensors"):
                if old != self.best:
                    old.unlink(missing_ok=True)
        self._look_s = time.monotonic() - start

    def _measure(self, images_per_s: float) -> None:
        parts, plan, place = self.parts, self.plan, self.place
        figures = parts.figures(parts.sample(plan.samples, plan.seed))
        losses = {name: total / max(1, place.counted) for name, total in place.sums.items()}
        place.sums, place.counted = {}, 0
        row: Row = {
            "step": place.step,
            "epoch": parts.feed.epoch,
            "minutes": place.seconds / 60,
            "images_per_s": images_per_s,
            **losses,
            **figures,
            "seen": int(np.count_nonzero(parts.feed.seen)),
            "pictures": plan.pictures,
        }
        place.rows.append(row)
        verdict = parts.verdict(place.rows)
        if verdict.best == len(place.rows) - 1:
            place.best_step = place.step
            self._write(lambda: checkpoints.save(self.best, parts.learner.modules, {}, {}))
        for each in place.rows:
            each["best"] = int(each["step"] == place.best_step)
        if verdict.stop:
            place.ended, place.why = "copying", verdict.why
        self._write(lambda: write_sheet(self.folder, place.step, parts.sheet()))

    def _progress(self, images_per_s: float, *, looked: bool) -> Progress:
        plan, place = self.plan, self.place
        ahead = sum(1 for look in plan.looks if look > place.step)
        left = (plan.steps - place.step) * plan.batch / images_per_s if images_per_s else math.nan
        row = place.rows[-1] if place.rows else None
        return Progress(
            step=place.step,
            steps=plan.steps,
            images_per_s=images_per_s,
            losses=self._recent,
            left_s=left + ahead * self._look_s,
            row=row,
            looked=looked,
        )


@dataclass
class _Speed:
    """Pictures a second over the training steps alone: looks and checkpoints stop the clock."""

    batch: int
    steps: int = 0
    first: float = 0.0
    images_per_s: float = 0.0

    def count(self, now: float) -> None:
        self.steps += 1
        if self.steps <= STARTED_STEPS:
            self.first = now
        elif now > self.first:
            self.images_per_s = (self.steps - STARTED_STEPS) * self.batch / (now - self.first)

    def pause(self, since: float, until: float) -> None:
        self.first += until - since
