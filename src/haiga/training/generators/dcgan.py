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

from haiga.training.generators.duel import Duel, detached, plain_inputs
from haiga.training.generators.precision import bfloat16, normal
from haiga.training.generators.recipe import Settings, StepBatch
from haiga.training.nets.dcgan import LATENT, DcganDiscriminator, DcganGenerator
from haiga.training.parallel import Crew, Rows

WIDTH = 32
BATCH = 64
RATE = 2e-4


class Dcgan:
    """Trains a `DcganGenerator` against a `DcganDiscriminator`."""

    augmentations: tuple[str, ...] = ()

    def __init__(self, settings: Settings) -> None:
        width, rate = settings.width or WIDTH, settings.rate or RATE
        self.batch = settings.batch or BATCH
        self.duel = Duel(
            lambda: (
                DcganGenerator(settings.size_px, width),
                DcganDiscriminator(settings.size_px, width),
                {},
            ),
            settings,
            rates={"generator": rate, "discriminator": rate},
        )

    @property
    def modules(self) -> Mapping[str, nn.Module]:
        return self.duel.modules

    @property
    def optimizers(self) -> Mapping[str, torch.optim.Optimizer]:
        return self.duel.optimizers

    @property
    def sampler(self) -> nn.Module:
        return self.duel.average.net

    @property
    def inputs(self) -> Mapping[str, Any]:
        return plain_inputs(LATENT)

    def join(self, crew: Crew, rows: Rows) -> None:
        self.duel.join(crew, rows)

    def step(self, batch: StepBatch, rng: torch.Generator) -> dict[str, Tensor]:
        """The discriminator on real and made pictures apart (batch norm), then the generator."""
        duel, real = self.duel, batch.pixels
        latent = normal(rng, len(real), LATENT, device=duel.device)
        with bfloat16(duel.device):
            made = duel.make(latent)
            on_real, on_made = duel.judge(real).float(), duel.judge(made.detach()).float()
        loss_d = F.softplus(-on_real).mean() + F.softplus(on_made).mean()
        duel.learn(loss_d, "discriminator")
        with duel.judged():
            with bfloat16(duel.device):
                fooled = duel.judge(made).float()
            loss_g = F.softplus(-fooled).mean()
            duel.learn(loss_g, "generator")
        duel.average.update(duel.generator)
        return detached(d_loss=loss_d, g_loss=loss_g)
