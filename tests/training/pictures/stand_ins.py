"""The smallest learner and feed that the loop of picture trainings takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from haiga.training.pictures.loop import Run
from haiga.training.pictures.parts import Parts, Verdict
from haiga.training.pictures.plan import Plan, look_steps
from haiga.training.pictures.samples import Pictures, Sheet

SIZE, PICTURES, BATCH = 8, 24, 6


class Counter:
    """A feed of numbered batches: its place is a number and what it has shown."""

    def __init__(self) -> None:
        self.place = 0
        self.seen = np.zeros(PICTURES, np.int64)

    @property
    def epoch(self) -> int:
        return self.place * BATCH // PICTURES

    def next(self) -> Tensor:
        order = np.random.default_rng(self.epoch).permutation(PICTURES)
        start = self.place * BATCH % PICTURES
        indexes = order[start : start + BATCH]
        self.seen[indexes] += 1
        self.place += 1
        return torch.from_numpy(indexes / PICTURES).float()[:, None]

    def state(self) -> dict[str, Any]:
        return {"place": self.place, "seen": self.seen}

    def restore(self, state: dict[str, Any]) -> None:
        self.place = int(state["place"])
        self.seen = np.array(state["seen"])


class Twig:
    """A network of a few weights with a running average, dropout and noise of its own."""

    def __init__(self, rate: float = 1e-2) -> None:
        torch.manual_seed(1)
        self.net = nn.Sequential(nn.Linear(1, 4), nn.Tanh(), nn.Dropout(0.2), nn.Linear(4, 3))
        self.average = nn.Linear(4, 3)
        self.average.load_state_dict(self.net[3].state_dict())
        self.modules: Mapping[str, nn.Module] = {"net": self.net, "average": self.average}
        self.optimizers = {"adam": torch.optim.Adam(self.net.parameters(), rate)}

    def step(self, batch: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
        out = self.net(batch + 0.1 * torch.randn(batch.shape, generator=rng))
        loss = (out - batch).square().mean()
        self.optimizers["adam"].zero_grad()
        loss.backward()
        self.optimizers["adam"].step()
        with torch.no_grad():
            for mine, theirs in zip(
                self.average.parameters(), self.net[3].parameters(), strict=True
            ):
                mine.lerp_(theirs, 0.1)
        return {"d_loss": loss.detach()}

    @torch.no_grad()
    def draw(self, count: int, seed: int) -> Pictures:
        colours = torch.sigmoid(self.average.bias * 3).repeat(count, 1)
        pixels = (colours * 255).byte().numpy()[:, None, None, :]
        return np.ascontiguousarray(np.broadcast_to(pixels, (count, SIZE, SIZE, 3)))


def latest(rows: Sequence[Mapping[str, Any]]) -> Verdict:
    """The latest look is the best one."""
    return Verdict(len(rows) - 1)


def parts_of(twig: Twig, **changes: Any) -> Parts:
    """Everything the loop needs around the learner; `changes` replaces some of it."""
    values: dict[str, Any] = {
        "learner": twig,
        "feed": Counter(),
        "prepare": lambda batch: batch,
        "sheet": lambda: Sheet(twig.draw(4, 1), 2),
        "sample": twig.draw,
        "figures": lambda made: {"kid": float(made.mean()) / 255, "copy_share": 0.0},
        "verdict": latest,
    }
    return Parts(**{**values, **changes})


def plan_of(steps: int, looks: int = 4) -> Plan:
    return Plan("twig", "data", PICTURES, BATCH, 1, steps, look_steps(0, steps, looks), 4)


def run_in(folder: Path, steps: int = 40, looks: int = 4, **changes: Any) -> Run:
    folder.mkdir(parents=True, exist_ok=True)
    twig = changes.pop("twig", None) or Twig()
    return Run(parts_of(twig, **changes), plan_of(steps, looks), folder)
