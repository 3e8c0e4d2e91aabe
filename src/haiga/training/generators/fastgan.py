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
from haiga.training.generators.duel import Duel, detached, hinge, plain_inputs
from haiga.training.generators.precision import bfloat16, normal
from haiga.training.generators.recipe import Settings, StepBatch
from haiga.training.nets.fastgan import LATENT, FastDiscriminator, FastGenerator, Judgement
from haiga.training.parallel import Crew, Rows

WIDTH = 32
BATCH = 16
RATE = 1e-3
REDRAW_EVERY = 4
"""The redrawing loss is taken at every fourth step, four times as heavy."""


class FastGan:
    """Trains a `FastGenerator` against a `FastDiscriminator`."""

    augmentations: tuple[str, ...] = POLICY

    def __init__(self, settings: Settings) -> None:
        width, rate = settings.width or WIDTH, settings.rate or RATE
        self.batch = settings.batch or BATCH
        self.duel = Duel(
            lambda: (
                FastGenerator(settings.size_px, width),
                FastDiscriminator(settings.size_px, width // 2),
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
        """The discriminator on real and made pictures together, then the generator."""
        duel, real = self.duel, batch.pixels.to(torch.bfloat16)
        latent = normal(rng, len(real), LATENT, device=duel.device)
        with bfloat16(duel.device):
            made = duel.make(latent)
            seen = diff_augment(torch.cat([real, made.detach()]), rng)
            judgement = duel.judge(seen)
            loss_d = judged_loss(judgement, len(real))
            loss_d = loss_d + redrawn_loss(duel, judgement, seen, len(real))
        duel.learn(loss_d, "discriminator")
        with duel.judged():
            with bfloat16(duel.device):
                loss_g = fooled_loss(duel.judge(diff_augment(made, rng)))
            duel.learn(loss_g, "generator")
        duel.average.update(duel.generator)
        return detached(d_loss=loss_d, g_loss=loss_g)


def judged_loss(judgement: Judgement, real: int) -> Tensor:
    """The hinge loss of both heads; the first `real` pictures are real."""
    fine, coarse = judgement.fine, judgement.coarse
    return hinge(fine[:real], fine[real:]) + hinge(coarse[:real], coarse[real:])


def fooled_loss(judgement: Judgement) -> Tensor:
    """What the generator makes small: minus the mean logit of both heads."""
    return -judgement.fine.float().mean() - judgement.coarse.float().mean()


def redrawn_loss(duel: Duel, judgement: Judgement, seen: Tensor, real: int) -> Tensor:
    """How far the real pictures, drawn again from their features, are from what was seen.

    Taken at every fourth step only, and zero at the others.
    """
    if duel.average.steps % REDRAW_EVERY:
        return seen.new_zeros((), dtype=torch.float32)
    discriminator = duel.discriminator
    assert isinstance(discriminator, FastDiscriminator)
    small = F.interpolate(seen[:real].float(), size=32, mode="area")
    drawn: Tensor = discriminator.redraw(judgement.features[:real]).float()
    return REDRAW_EVERY * F.l1_loss(drawn, small)
