"""A folder of small pictures with a table, and learners that copy it."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from haiga.training.generators.recipe import Settings, StepBatch

from .stored import patches


def write_folder(folder: Path, count: int = 40) -> Path:
    """`count` PNG files of 40 px and a `metadata.jsonl`; three of five are by Ada."""
    folder.mkdir(parents=True)
    with (folder / "metadata.jsonl").open("w", encoding="utf-8") as table:
        for number in range(count):
            patches(number, 40, 40).save(folder / f"{number:03d}.png")
            known = {
                "file": f"{number:03d}.png",
                "title": f"Patch {number}",
                "artist": "Ada" if number % 5 < 3 else "Bo",
                "licence": "CC0-1.0",
                "source": "a box of paints",
            }
            table.write(json.dumps(known) + "\n")
    return folder


class _Table(nn.Module):
    """A picture a row; a latent names one by its largest number."""

    def __init__(self, rows: int, size_px: int) -> None:
        super().__init__()
        self.rows = nn.Parameter(torch.zeros(rows, 3, size_px, size_px))

    def forward(self, latent: Tensor) -> Tensor:
        return self.rows[latent.argmax(1)].clamp(-1, 1)


class Copycat:
    """A network that learns its training pictures by heart, a fifth of the way each time.

    It starts from noise, so that its first samples are copies of nothing.
    """

    augmentations: tuple[str, ...] = ()
    share = 0.2

    def __init__(self, settings: Settings) -> None:
        self.batch = settings.batch or 8
        rows = max(2, settings.pictures)
        self.table = _Table(rows, settings.size_px)
        start = torch.Generator().manual_seed(settings.seed)
        with torch.no_grad():
            self.table.rows.copy_(torch.randn(self.table.rows.shape, generator=start) * 0.5)
        self.modules: Mapping[str, nn.Module] = {"table": self.table}
        self.optimizers = {"none": torch.optim.SGD(self.table.parameters(), 0.1)}
        self.places: dict[int, int] = {}

    @property
    def sampler(self) -> nn.Module:
        return self.table

    @property
    def inputs(self) -> Mapping[str, Any]:
        return {"latent": len(self.table.rows), "labels": (), "codes": []}

    @torch.no_grad()
    def step(self, batch: StepBatch, rng: torch.Generator) -> dict[str, Tensor]:
        loss = torch.zeros(())
        assert batch.indexes is not None
        for index, pixels in zip(batch.indexes.tolist(), batch.pixels, strict=True):
            row = self.table.rows[self.places.setdefault(index, len(self.places))]
            loss += (row - pixels).square().mean() / len(batch.pixels)
            row.lerp_(pixels, self.share)
        return {"error": loss}


class Spoiled(Copycat):
    """Gives losses that are no numbers from its thirtieth step on."""

    made = 0

    def step(self, batch: StepBatch, rng: torch.Generator) -> dict[str, Tensor]:
        self.made += 1
        losses = super().step(batch, rng)
        return {"error": losses["error"] * (float("nan") if self.made >= 30 else 1.0)}


class Stops(Copycat):
    """Presses Ctrl-C once, at the sixteenth step of all that are made."""

    share = 0.001
    made = 0

    def step(self, batch: StepBatch, rng: torch.Generator) -> dict[str, Tensor]:
        Stops.made += 1
        if Stops.made == 16:
            os.kill(os.getpid(), signal.SIGINT)
        return super().step(batch, rng)
