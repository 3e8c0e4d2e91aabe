"""`dcgan`: the honest reference, as Radford et al. (2015) trained it, with averaged weights.

Batch norm, Adam (2e-4, beta1 0.5) on both sides, the non-saturating loss of Goodfellow
et al. (2014, section 3). The paper's width is 64; half of it is the default here,
because it learns more in equal time on a CPU.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from haiga.training.generators.average import Average
from haiga.training.generators.precision import bfloat16, compiled, normal, placed
from haiga.training.generators.recipe import Settings, StepBatch
from haiga.training.nets.dcgan import LATENT, DcganDiscriminator, DcganGenerator

WIDTH = 32
BATCH = 64
RATE = 2e-4


class Dcgan:
    """Trains a `DcganGenerator` against a `DcganDiscriminator`."""

    augmentations: tuple[str, ...] = ()

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.device = settings.device
        self.batch = settings.batch or BATCH
        width, rate = settings.width or WIDTH, settings.rate or RATE
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.seed)  # the weights' start, and nothing else
            self.generator = DcganGenerator(settings.size_px, width)
            self.discriminator = DcganDiscriminator(settings.size_px, width)
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
        """Discriminator on real and made pictures apart (batch norm), then the generator."""
        real = batch.pixels
        latent = normal(rng, len(real), LATENT, device=self.device)
        optimizers = self.optimizers
        with bfloat16(self.device):
            made = self._make(latent)
            on_real, on_made = self._judge(real).float(), self._judge(made.detach()).float()
        loss_d = F.softplus(-on_real).mean() + F.softplus(on_made).mean()
        optimizers["discriminator"].zero_grad()
        loss_d.backward()  # type: ignore[no-untyped-call]
        optimizers["discriminator"].step()

        self.discriminator.requires_grad_(False)
        with bfloat16(self.device):
            fooled = self._judge(made).float()
        loss_g = F.softplus(-fooled).mean()
        optimizers["generator"].zero_grad()
        loss_g.backward()  # type: ignore[no-untyped-call]
        optimizers["generator"].step()
        self.discriminator.requires_grad_(True)
        self.average.update(self.generator)
        return {"d_loss": loss_d.detach(), "g_loss": loss_g.detach()}
