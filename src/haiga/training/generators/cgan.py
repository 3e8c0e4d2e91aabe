"""`cgan`: pictures of a named class, learned from a column of labels.

The networks of `fastgan`, the generator told a label beside its latent, and a projection
discriminator (Miyato and Koyama 2018). Made pictures get the labels of the batch in
another order, so that classes are asked for as often as they occur.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from haiga.core.errors import JobError, UserError
from haiga.training.diff_augment import POLICY, diff_augment
from haiga.training.generators.duel import Duel, detached, plain_inputs
from haiga.training.generators.fastgan import (
    BATCH,
    RATE,
    WIDTH,
    fooled_loss,
    judged_loss,
    redrawn_loss,
)
from haiga.training.generators.precision import bfloat16, normal
from haiga.training.generators.recipe import Settings, StepBatch
from haiga.training.nets.fastgan import LATENT, FastDiscriminator, Labelled
from haiga.training.parallel import Crew, Rows, part_of


class Cgan:
    """Trains a `Labelled` generator against a projection discriminator."""

    augmentations: tuple[str, ...] = POLICY

    def __init__(self, settings: Settings) -> None:
        if len(settings.labels) < 2:
            raise UserError(
                f"cgan: needs a label column with 2 or more labels, and there are "
                f"{len(settings.labels)}; name another column, or use --recipe fastgan"
            )
        width, rate = settings.width or WIDTH, settings.rate or RATE
        self.batch = settings.batch or BATCH
        self.labels = settings.labels
        count = len(settings.labels)
        self.duel = Duel(
            lambda: (
                Labelled(count, settings.size_px, width),
                FastDiscriminator(settings.size_px, width // 2, count),
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
        return plain_inputs(LATENT, self.labels)

    def join(self, crew: Crew, rows: Rows) -> None:
        self.duel.join(crew, rows)

    def step(self, batch: StepBatch, rng: torch.Generator) -> dict[str, Tensor]:
        """The discriminator on pictures with their labels, then the generator."""
        if batch.labels is None:
            raise JobError("cgan: a batch came without labels")
        duel, real = self.duel, batch.pixels.to(torch.bfloat16)
        label = batch.labels.to(duel.device)
        every = duel.whole(label)
        order = torch.randperm(len(every), generator=rng, device=rng.device).to(label.device)
        asked = part_of(every[order], duel.rows) if duel.crew.size > 1 else every[order]
        latent = normal(rng, len(real), LATENT, device=duel.device)
        with bfloat16(duel.device):
            made = duel.make(latent, asked)
            seen = diff_augment(torch.cat([real, made.detach()]), rng)
            judgement = duel.judge(seen, torch.cat([label, asked]))
            loss_d = judged_loss(judgement, len(real))
            loss_d = loss_d + redrawn_loss(duel, judgement, seen, len(real))
        duel.learn(loss_d, "discriminator")
        with duel.judged():
            with bfloat16(duel.device):
                loss_g = fooled_loss(duel.judge(diff_augment(made, rng), asked))
            duel.learn(loss_g, "generator")
        duel.average.update(duel.generator)
        return detached(d_loss=loss_d, g_loss=loss_g)
