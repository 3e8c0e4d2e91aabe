"""`fastgan`: the recommended recipe for a small collection and little time.

A `FastGenerator` against a `FastDiscriminator` with the hinge loss, differentiable
augmentation on both sides, the discriminator's redrawing of real pictures, and averaged
weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from haiga.training.diff_augment import POLICY, diff_augment
from haiga.training.generators.average import Average
from haiga.training.generators.precision import bfloat16, compiled, normal, placed
from haiga.training.generators.recipe import Settings, StepBatch
from haiga.training.nets.fastgan import LATENT, FastDiscriminator, FastGenerator

WIDTH = 32
BATCH = 32
RATE = 4e-4
REDRAW_EVERY = 4
"""The redrawing loss is taken at every fourth step, four times as heavy."""


class FastGan:
    """Trains a `FastGenerator` against a `FastDiscriminator`."""

    augmentations: tuple[str, ...] = POLICY

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.device = settings.device
        self.batch = settings.batch or BATCH
        width, rate = settings.width or WIDTH, settings.rate or RATE
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.seed)  # the weights' start, and nothing else
            self.generator = FastGenerator(settings.size_px, width)
            self.discriminator = FastDiscriminator(settings.size_px, width // 2)
        placed(self.generator, self.device)
        placed(self.discriminator, self.device)
        self.average = Average(self.generator)
        self._make = compiled(self.generator, self.device)
        self._judge = compiled(self.discriminator, self.device)
        self.optimizers: Mapping[str, torch.optim.Optimizer] = {
            "generator": torch.optim.Adam(self.generator.parameters(), rate, betas=(0.5, 0.999)),
            "discriminator": torch.optim.Adam(
                self.discriminator.parameters(), rate, betas=(0.5, 0.999)
            ),
        }

    @property
    def modules(self) -> Mapping[str, nn.Module]:
        return {
            "generator": self.generator,
            "discriminator": self.discriminator,
            "average": self.average,
        }

    @property
    def sampler(self) -> nn.Module:
        return self.average.net

    @property
    def inputs(self) -> Mapping[str, Any]:
        return {"latent": LATENT, "labels": (), "codes": []}

    def step(self, batch: StepBatch, rng: torch.Generator) -> dict[str, Tensor]:
        """One step of the discriminator on real and made pictures, then of the generator."""
        real = batch.pixels.to(torch.bfloat16)
        latent = normal(rng, len(real), LATENT, device=self.device)
        redraw = self.average.steps % REDRAW_EVERY == 0
        with bfloat16(self.device):
            made = self._make(latent)
            seen = diff_augment(torch.cat([real, made.detach()]), rng)
            fine, coarse, features = self._judge(seen)
            loss_d = _hinge(fine.float()) + _hinge(coarse.float())
            if redraw:
                small = F.interpolate(seen[: len(real)].float(), size=32, mode="area")
                drawn = self.discriminator.redraw(features[: len(real)]).float()
                loss_r = F.l1_loss(drawn, small)
                loss_d = loss_d + REDRAW_EVERY * loss_r
        self.optimizers["discriminator"].zero_grad()
        loss_d.backward()  # type: ignore[no-untyped-call]
        self.optimizers["discriminator"].step()

        self.discriminator.requires_grad_(False)
        with bfloat16(self.device):
            fine, coarse, _ = self._judge(diff_augment(made, rng))
        loss_g = -fine.float().mean() - coarse.float().mean()
        self.optimizers["generator"].zero_grad()
        loss_g.backward()
        self.optimizers["generator"].step()
        self.discriminator.requires_grad_(True)
        self.average.update(self.generator)
        return {"d_loss": loss_d.detach(), "g_loss": loss_g.detach()}


def _hinge(logits: Tensor) -> Tensor:
    """The discriminator's hinge loss; the first half is real (Lim and Ye 2017, eq. 6)."""
    real, made = logits.chunk(2)
    return F.relu(1 - real).mean() + F.relu(1 + made).mean()
