"""`aided`: the networks of `fastgan`, and beside the discriminator one that sees with the eye.

Kumari et al. 2022, "Ensembling Off-the-shelf Models for GAN Training": a pretrained network that
stands beside the discriminator tells forms from the first step on, while the discriminator
of pixels watches over colour and texture, to which the eye is nearly blind. The second
discriminator is the one of Sauer et al. 2021 (`nets.projected`).

The eye also measures what a generator makes. Figures over its views are kinder to this
recipe than to the others: `benchmarks/generator_recipes.py` compares over other features too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from haiga.training.diff_augment import POLICY, diff_augment
from haiga.training.eye.weights import bundled_eye
from haiga.training.generators.duel import Duel, detached, hinge, plain_inputs
from haiga.training.generators.fastgan import fooled_loss, judged_loss, redrawn_loss
from haiga.training.generators.precision import bfloat16, normal, placed
from haiga.training.generators.recipe import Settings, StepBatch
from haiga.training.nets.fastgan import LATENT, FastDiscriminator, FastGenerator
from haiga.training.nets.projected import ProjectedDiscriminator

WIDTH = 32
BATCH = 16
RATE = 3e-4
SEEN_PX = 32
"""The least side that the eye looks at pictures with."""
FORMS = 0.5
"""Weight of what the eye's discriminator says, beside that of pixels."""


class AidedGan:
    """Trains a `FastGenerator` against a `FastDiscriminator` and a `ProjectedDiscriminator`."""

    augmentations: tuple[str, ...] = POLICY

    def __init__(self, settings: Settings) -> None:
        width, rate = settings.width or WIDTH, settings.rate or RATE
        self.batch = settings.batch or BATCH
        seen_px = max(settings.size_px, SEEN_PX)
        eye = placed(bundled_eye(), settings.device)
        self.duel = Duel(
            lambda: (
                FastGenerator(settings.size_px, width),
                FastDiscriminator(settings.size_px, width // 2, normed=True),
                {"forms": ProjectedDiscriminator(eye, settings.seed, seen_px)},
            ),
            settings,
            rates={"generator": rate, "discriminator": rate, "forms": rate},
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

    def step(self, batch: StepBatch, rng: torch.Generator) -> dict[str, Tensor]:
        """Both discriminators on real and made pictures together, then the generator."""
        duel, real = self.duel, batch.pixels.to(torch.bfloat16)
        forms = duel.learning["forms"]
        latent = normal(rng, len(real), LATENT, device=duel.device)
        with bfloat16(duel.device):
            made = duel.make(latent)
            seen = diff_augment(torch.cat([real, made.detach()]), rng)
            judgement = duel.judge(seen)
            loss_d = judged_loss(judgement, len(real))
            loss_d = loss_d + redrawn_loss(duel, judgement, seen, len(real))
            logits = forms(seen)
            loss_f = hinge(logits[: len(real)], logits[len(real) :])
        duel.learn(loss_d + loss_f, "discriminator", "forms")
        with duel.judged("forms"):
            with bfloat16(duel.device):
                shown = diff_augment(made, rng)
                loss_g = fooled_loss(duel.judge(shown))
                loss_g = loss_g - FORMS * forms(shown).float().mean()
            duel.learn(loss_g, "generator")
        duel.average.update(duel.generator)
        return detached(d_loss=loss_d, forms_loss=loss_f, g_loss=loss_g)
