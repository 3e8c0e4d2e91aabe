"""The training of a captioner, with checkpoints from which it goes on exactly."""

from __future__ import annotations

import csv
import dataclasses
import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from haiga.core.errors import JobError, UserError
from haiga.inspection.metrics.captions import caption_words, cider_scores, distinct_share
from haiga.media.durable import write_durably
from haiga.roles.captioners.attend import said_once
from haiga.training import checkpoints
from haiga.training.captioners.gathering import VALIDATION
from haiga.training.captioners.material import NOTHING, Batch, Material, tokens
from haiga.training.captioners.rewarding import Reward, policy_loss
from haiga.training.captioners.saying import as_text, as_words, said_words
from haiga.training.nets.captioner import CaptionNet, CaptionShape

LAST, BEST, PLAN, LOG = "last.safetensors", "best.safetensors", "plan.json", "log.csv"
COLUMNS = ("step", "seconds", "loss", "reward", "validation_loss", "cider", "distinct")
MOST_WORDS = 18
VALIDATED = 300
"""So many pictures, as many of each family, are captioned at each look."""
_SMOOTH, _SPREAD = 0.1, 0.04
"""Label smoothing, and the weight of the loss that wants each place looked at (Xu, eq. 14)."""


@dataclass(frozen=True)
class Plan:
    """What a run does, fixed before its first step.

    `steps` by the captions, then `rewarded` steps by a reward: at `reward_rate`, with `drawn`
    captions a picture, and `rivalry` as `Reward` has it.
    """

    data: str
    words: int
    steps: int
    batch: int
    look_steps: int
    seed: int
    rate: float = 1.5e-3
    decay: float = 0.05
    dropout: float = 0.35
    warmup: int = 100
    rewarded: int = 0
    reward_rate: float = 6e-5
    rivalry: float = 0.5
    drawn: int = 5

    @property
    def all_steps(self) -> int:
        """Steps by captions and then by reward."""
        return self.steps + self.rewarded

    def rate_at(self, step: int) -> float:
        """A linear warm-up, then a cosine down to a fiftieth; by reward a line down to a tenth."""
        if step > self.steps:
            share = (step - self.steps) / self.rewarded
            return self.reward_rate * min(1.0, (step - self.steps) / 50) * max(0.1, 1 - share)
        turn = 0.5 * (1 + math.cos(math.pi * min(1.0, step / self.steps)))
        return self.rate * min(1.0, step / self.warmup) * max(0.02, turn)

    def save(self, folder: Path) -> None:
        """Writes the plan beside the checkpoints."""
        write_durably(folder / PLAN, json.dumps(dataclasses.asdict(self), indent=1).encode())


def kept_plan(folder: Path) -> Plan | None:
    """The plan of the run in a folder, or None; UserError where it is damaged."""
    path = folder / PLAN
    if not path.is_file():
        return None
    try:
        return Plan(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise UserError(f"{path}: is damaged ({error}); begin anew in another --out") from error


@dataclass(frozen=True)
class Ending:
    """At which step a sitting ended, which was the best, and why: done, stopped or late."""

    step: int
    best_step: int
    best: float
    why: str


class Run:
    """One captioner in training, in a folder `work`; goes on where the last sitting ended."""

    def __init__(self, material: Material, plan: Plan, work: Path) -> None:
        self.material, self.plan, self.work = material, plan, work
        torch.manual_seed(plan.seed)
        self.net = CaptionNet(CaptionShape(plan.words), plan.dropout)
        self.optimizer = self._optimizer()
        self._once = torch.zeros(plan.words, dtype=torch.bool)
        self._once[said_once(material.words)] = True
        self.step, self.seconds, self.best, self.best_step = 0, 0.0, -math.inf, 0
        self.rows: list[dict[str, Any]] = []
        self._validated = _balanced(material)
        if (work / LAST).exists():
            meta = checkpoints.load(work / LAST, {"net": self.net}, {"adam": self.optimizer})
            self.step, self.seconds = int(meta["step"]), float(meta["seconds"])
            self.best, self.best_step = float(meta["best"]), int(meta["best_step"])
            self.rows = list(meta["rows"])

    def _optimizer(self) -> torch.optim.AdamW:
        matrices = [p for p in self.net.parameters() if p.ndim > 1]
        others = [p for p in self.net.parameters() if p.ndim <= 1]
        groups = [
            {"params": matrices, "weight_decay": self.plan.decay},
            {"params": others, "weight_decay": 0.0},
        ]
        return torch.optim.AdamW(groups, lr=self.plan.rate, betas=(0.9, 0.98))

    def train(
        self,
        say: Callable[[dict[str, Any]], None],
        *,
        stop: Callable[[], bool] = lambda: False,
        limit_s: float = math.inf,
    ) -> Ending:
        """Learn until the plan is done, `stop` says so or the time is up; what was learned is kept.

        Raises JobError when the loss is no number any more.
        """
        began, before, total, count = time.monotonic(), self.seconds, 0.0, 0
        why = "done"
        while self.step < self.plan.all_steps:
            if stop() or time.monotonic() - began > limit_s:
                why = "stopped" if stop() else "late"
                break
            if self.step == self.plan.steps:  # what comes now begins from the best so far
                self.net, self.optimizer = self.best_net(), self._optimizer()
            loss = self._learn() if self.step < self.plan.steps else self._learn_by_reward()
            total, count = total + loss, count + 1
            self.seconds = before + time.monotonic() - began
            if self.step % self.plan.look_steps == 0 or self.step in (
                self.plan.steps, self.plan.all_steps
            ):  # fmt: skip
                say(self._look(total / count))
                total, count = 0.0, 0
        self._save()
        return Ending(self.step, self.best_step, self.best, why)

    def _learn(self) -> float:
        """One step; what is drawn in it depends on the seed and its number alone."""
        rng = self._begin_step()
        batch = self.material.draw(self.plan.batch, rng)
        self.net.train()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            told, looked = self.net(batch.maps, batch.words)
        loss, plain = losses(told, looked.float(), batch)
        self._end_step(loss)
        return plain

    def _learn_by_reward(self) -> float:
        """One step by captions that it drew itself; the mean reward, without dropout."""
        rng, plan = self._begin_step(), self.plan
        rows, seen = self.material.draw_pictures(plan.batch, rng)
        words = said_words(self.net, seen, self._once, MOST_WORDS, drawn=plan.drawn)
        said = as_words(words, self.material.words)
        rewards = self._reward.of(said, np.repeat(rows, plan.drawn).tolist(), rng)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            told, _ = self.net(seen.repeat_interleave(plan.drawn, 0), words[:, :-1])
        self._end_step(policy_loss(told, words, rewards, plan.drawn, self._once))
        return float(rewards.mean())

    @cached_property
    def _reward(self) -> Reward:
        learned = {int(i): self.material.found[i] for i in self.material.rows}
        captions = {i: [tokens(text) for text in one.captions] for i, one in learned.items()}
        families = {i: one.family for i, one in learned.items()}
        return Reward(captions, families, rivalry=self.plan.rivalry)

    def _begin_step(self) -> np.random.Generator:
        self.step += 1
        rng = np.random.default_rng([self.plan.seed, self.step])
        torch.manual_seed(int(rng.integers(2**31)))
        for group in self.optimizer.param_groups:
            group["lr"] = self.plan.rate_at(self.step)
            if self.step > self.plan.steps:
                group["weight_decay"] = 0.0
        return rng

    def _end_step(self, loss: Tensor) -> None:
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimizer.step()
        if not math.isfinite(float(loss.detach())):
            raise JobError(
                f"the loss is no number any more at step {self.step}; try a lower --rate"
            )

    def _look(self, mean: float) -> dict[str, Any]:
        """Measure on validation, keep the best, write the log and a checkpoint."""
        found, rows = self.material.found, self._validated
        seen = np.stack([self.material.maps[i, 0] for i in rows])
        maps = torch.from_numpy(seen.astype(np.float32))
        words = said_words(self.net, maps, self._once, MOST_WORDS)
        said = [as_text(line) for line in as_words(words, self.material.words)]
        references = [[caption_words(text) for text in found[i].captions] for i in rows]
        score = float(cider_scores([caption_words(text) for text in said], references).mean())
        line = {
            "step": self.step,
            "seconds": round(self.seconds),
            "loss" if self.step <= self.plan.steps else "reward": round(mean, 4),
            "validation_loss": round(self._validation_loss(seen, rows), 4),
            "cider": round(score, 4),
            "distinct": round(distinct_share(said), 4),
        }
        self.rows.append(line)
        if score > self.best:
            self.best, self.best_step = score, self.step
            checkpoints.save(self.work / BEST, {"net": self.net}, {}, {"step": self.step})
        self._save()
        return {**line, "samples": said[:: max(1, len(said) // 3)][:3]}

    @torch.no_grad()
    def _validation_loss(self, seen: Any, rows: Sequence[int]) -> float:
        self.net.eval()
        batch = self.material.batch(seen, [self.material.found[i].captions[0] for i in rows])
        told, looked = self.net(batch.maps, batch.words)
        return losses(told, looked, batch)[1]

    def _save(self) -> None:
        meta = {"step": self.step, "seconds": self.seconds, "best": self.best,
                "best_step": self.best_step, "rows": self.rows}  # fmt: skip
        checkpoints.save(self.work / LAST, {"net": self.net}, {"adam": self.optimizer}, meta)
        with (self.work / LOG).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, restval="")
            writer.writeheader()
            writer.writerows(self.rows)

    def best_net(self) -> CaptionNet:
        """The network that captioned validation best."""
        if (self.work / BEST).exists():
            checkpoints.load(self.work / BEST, {"net": self.net}, {})
        return self.net


def losses(told: Tensor, looked: Tensor, batch: Batch) -> tuple[Tensor, float]:
    """What is trained on, and the plain loss: nats a word."""
    there = batch.wanted != NOTHING
    wanted = batch.wanted.clamp(min=0).unsqueeze(2)
    plain = -told.gather(2, wanted).squeeze(2)[there].mean()
    smooth = -told.mean(2)[there].mean()
    every = (looked * there.unsqueeze(2)).sum(1)  # (B, places): how long each was looked at
    even = there.sum(1, keepdim=True) / looked.shape[2]
    spread = ((even - every) ** 2).sum(1).mean()
    return (1 - _SMOOTH) * plain + _SMOOTH * smooth + _SPREAD * spread, float(plain.detach())


def _balanced(material: Material) -> list[int]:
    """Validation pictures, as many of each family as there are, in all at most `VALIDATED`."""
    families: dict[str, list[int]] = {}
    for i, one in enumerate(material.found):
        if one.part == VALIDATION:
            families.setdefault(one.family, []).append(i)
    each = VALIDATED // max(1, len(families))
    rows = [i for rows in families.values() for i in rows[:each]]
    if not rows:
        raise UserError("no picture is left to check the training by; give more pictures")
    return rows
