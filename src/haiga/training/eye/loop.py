"""The eye's training loop: draws, steps, the average of the weights, checkpoints and the log."""

from __future__ import annotations

import copy
import csv
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from haiga.core.errors import JobError
from haiga.training import checkpoints
from haiga.training.eye.labels import Labels
from haiga.training.eye.losses import WEIGHTS, Pupil, Tutor, total
from haiga.training.eye.optimizers import make_optimizers
from haiga.training.eye.views import as_tensor, disturbed, framed, whole
from haiga.training.nets.eye import SIDE_PX

LAST, LOG, SEEN = "last.safetensors", "log.csv", "seen.npy"
SAVE_EVERY_S = 120.0
LOG_EVERY = 25
WARM_STEPS = 60
SMALL_PX, SMALL_UNTIL = 96, 0.45
"""Views begin small, which makes a step cheaper by a third, until this share of the time."""
SLOWEST = 0.998
"""How much of the average stays at each step once it is warm."""


@dataclass
class Settings:
    """How the eye is trained; `minutes` in all, over all sittings."""

    minutes: float
    batch: int = 64
    rate: float = 3e-3
    seed: int = 0
    device: str = "cpu"


@dataclass
class Run:
    """One run over `pixels` (N, 144, 144, 3) uint8 and their labels, kept in `folder`."""

    pixels: npt.NDArray[np.uint8]
    labels: Labels
    tutor: Tutor
    folder: Path
    settings: Settings
    step: int = 0
    seconds: float = 0.0
    shown: int = 0
    seen: npt.NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        self.train = np.flatnonzero(~self.labels.held_out)
        self.held = np.flatnonzero(self.labels.held_out)
        if len(self.train) < self.settings.batch:
            raise JobError(
                f"{len(self.train)} pictures are left to learn from, fewer than a batch of "
                f"{self.settings.batch}; give more pictures or a smaller --batch"
            )
        device = self.settings.device
        with torch.random.fork_rng(devices=[]):  # layers know no generator but the global one
            torch.manual_seed(self.settings.seed)
            pupil = Pupil(len(self.labels.vocabulary), len(self.labels.makers))
        self.pupil = pupil.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = copy.deepcopy(self.pupil).eval()
        self.tutor = self.tutor.to(device).eval()
        self.optimizers = make_optimizers(self.pupil, rate=self.settings.rate)
        self.seen = np.zeros(len(self.pixels), np.int64)
        self._order: tuple[int, npt.NDArray[np.int64]] | None = None

    @property
    def modules(self) -> dict[str, torch.nn.Module]:
        return {"pupil": self.pupil, "average": self.average}

    def resume(self) -> bool:
        """Go on from the folder's checkpoint, if there is one."""
        path = self.folder / LAST
        if not path.exists():
            return False
        meta = checkpoints.load(path, self.modules, self.optimizers)
        self.step, self.seconds = int(meta["step"]), float(meta["seconds"])
        self.shown = int(meta["shown"])
        self.seen = np.bincount(
            np.concatenate([self._drawn(n) for n in range(self.step)])
            if self.step
            else np.zeros(0, np.int64),
            minlength=len(self.pixels),
        )
        return True

    def save(self) -> None:
        meta = {"step": self.step, "seconds": self.seconds, "shown": self.shown}
        checkpoints.save(self.folder / LAST, self.modules, self.optimizers, meta)

    def go(self, say: Callable[[str], None], stop: Callable[[], bool] = lambda: False) -> bool:
        """Train until the minutes are over; False when `stop` ended it. Saves either way."""
        started, spent = time.monotonic(), self.seconds
        saved, sums, since = started, dict.fromkeys(WEIGHTS, 0.0), 0
        whole_s = 60 * self.settings.minutes
        while not stop():
            self.seconds = spent + time.monotonic() - started
            done = self.seconds / whole_s
            if done >= 1:
                break
            self._set_rate(done)
            losses = self.learn(SMALL_PX if done < SMALL_UNTIL else SIDE_PX)
            for name, value in losses.items():
                sums[name] += value
            since += 1
            if not all(math.isfinite(value) for value in losses.values()):
                raise JobError(
                    f"the losses are not numbers any more at step {self.step}; the last good "
                    f"checkpoint is kept in {self.folder}; go on with --resume and a lower --rate"
                )
            if self.step % LOG_EVERY == 0:
                self._log({name: value / since for name, value in sums.items()}, say)
                sums, since = dict.fromkeys(WEIGHTS, 0.0), 0
            if time.monotonic() - saved > SAVE_EVERY_S:
                self.save()
                saved = time.monotonic()
        self.save()
        return self.seconds >= whole_s

    def learn(self, side_px: int = SIDE_PX) -> dict[str, float]:
        """One step on views of `side_px`; the losses by name."""
        rng = torch.Generator().manual_seed(1_000_003 * self.settings.seed + self.step)
        index = self._drawn(self.step)
        view = framed(as_tensor(self.pixels[index]), rng, side_px=side_px)
        seen = disturbed(view, rng)
        device = self.settings.device
        words = torch.from_numpy(self.labels.words[index])
        maker = torch.from_numpy(self.labels.maker[index])
        self.pupil.train()
        losses = self._losses(self.pupil, seen, view, words.to(device), maker.to(device))
        self.pupil.zero_grad(set_to_none=True)
        total(losses).backward()  # type: ignore[no-untyped-call]
        for optimizer in self.optimizers.values():
            optimizer.step()
        self.step += 1
        self.shown += len(index)
        self.seen[index] += 1
        self._follow()
        return {name: float(loss.detach()) for name, loss in losses.items()}

    @torch.no_grad()
    def examine(self, most: int = 384) -> dict[str, float]:
        """The averaged eye's losses on whole held-out crops, undisturbed."""
        sums = dict.fromkeys(WEIGHTS, 0.0)
        parts = [
            p for p in np.array_split(self.held[:: max(1, len(self.held) // most)], 6) if len(p)
        ]
        for part in parts:
            view = whole(as_tensor(self.pixels[part]))
            words = torch.from_numpy(self.labels.words[part])
            maker = torch.from_numpy(self.labels.maker[part])
            device = self.settings.device
            losses = self._losses(self.average, view, view, words.to(device), maker.to(device))
            for name, loss in losses.items():
                sums[name] += float(loss) / len(parts)
        return sums

    def _losses(
        self, pupil: Pupil, seen: Tensor, view: Tensor, words: Tensor, maker: Tensor
    ) -> dict[str, Tensor]:
        device = self.settings.device
        seen, view = seen.to(device), view.to(device)
        found: dict[str, Tensor] = pupil(seen, view, self.tutor(view), words, maker)
        return found

    def _drawn(self, step: int) -> npt.NDArray[np.int64]:
        """The crops of a step: every epoch is a new order of all, known from the seed alone."""
        batch, epoch_steps = self.settings.batch, len(self.train) // self.settings.batch
        epoch, place = divmod(step, epoch_steps)
        if self._order is None or self._order[0] != epoch:
            order = np.random.default_rng([self.settings.seed, epoch]).permutation(self.train)
            self._order = (epoch, order)
        return np.sort(self._order[1][place * batch : (place + 1) * batch])

    def _set_rate(self, done: float) -> None:
        warm = min(1.0, (self.step + 1) / WARM_STEPS)
        rate = self.settings.rate * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done)))
        for optimizer in self.optimizers.values():
            for group in optimizer.param_groups:
                group["lr"] = rate

    @torch.no_grad()
    def _follow(self) -> None:
        keep = min(SLOWEST, (1 + self.step) / (10 + self.step))
        ours, theirs = self.average.state_dict(), self.pupil.state_dict()
        for name, value in ours.items():
            if value.is_floating_point():
                value.lerp_(theirs[name], 1 - keep)
            else:
                value.copy_(theirs[name])

    def _log(self, losses: dict[str, float], say: Callable[[str], None]) -> None:
        row: dict[str, object] = {
            "step": self.step,
            "seconds": round(self.seconds),
            "shown": self.shown,
            "seen": int((self.seen > 0).sum()),
            **{name: f"{value:.4f}" for name, value in losses.items()},
        }
        if self.step % (8 * LOG_EVERY) == 0:
            held = self.examine()
            row.update({f"held_{name}": f"{value:.4f}" for name, value in held.items()})
        else:
            row.update({f"held_{name}": "" for name in WEIGHTS})
        path = self.folder / LOG
        new = not path.exists()
        with path.open("a", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(row))
            if new:
                writer.writeheader()
            writer.writerow(row)
        rate = self.shown / max(1.0, self.seconds)
        left = 60 * self.settings.minutes - self.seconds
        told = " ".join(f"{name} {value:.3f}" for name, value in losses.items())
        say(f"step {self.step}  {rate:.0f} img/s  {told}  {left / 60:.1f} min left")
