"""`vaegan`: a variational autoencoder whose eye is the discriminator.

Larsen et al. 2016, "Autoencoding beyond pixels using a learned similarity metric": the
encoder and the generator make small the distance of a picture and its reconstruction in
the discriminator's features (eq. 8), the encoder keeps its latents near the prior, and
the adversarial loss reaches the generator alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from haiga.training.diff_augment import POLICY, diff_augment
from haiga.training.generators.duel import Duel, detached, hinge, plain_inputs
from haiga.training.generators.fastgan import BATCH, RATE, WIDTH, fooled_loss
from haiga.training.generators.precision import bfloat16, normal
from haiga.training.generators.recipe import Settings, StepBatch
from haiga.training.nets.fastgan import LATENT, FastDiscriminator, FastEncoder, FastGenerator
from haiga.training.parallel import Crew, Rows

LIKENESS = 4.0
"""Weight of the distance in features, beside an adversarial loss of weight 1."""
PRIOR = 0.02
"""Weight of the Kullback-Leibler divergence to the prior, in nats a latent number."""


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL of N(mean, variance) to N(0, 1), the mean over latents (Kingma and Welling 2014)."""
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).mean()


class VaeGan:
    """Trains a `FastEncoder`, a `FastGenerator` and a `FastDiscriminator` together."""

    augmentations: tuple[str, ...] = POLICY

    def __init__(self, settings: Settings) -> None:
        width, rate = settings.width or WIDTH, settings.rate or RATE
        self.batch = settings.batch or BATCH
        self.duel = Duel(
            lambda: (
                FastGenerator(settings.size_px, width),
                FastDiscriminator(settings.size_px, width // 2),
                {"encoder": FastEncoder(settings.size_px, width // 2)},
            ),
            settings,
            rates=dict.fromkeys(("generator", "discriminator", "encoder"), rate),
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
        """The discriminator on real, made and redrawn pictures; then generator and encoder."""
        duel, count = self.duel, len(batch.pixels)
        real = batch.pixels.to(torch.bfloat16)
        prior = normal(rng, count, LATENT, device=duel.device)
        noise = normal(rng, count, LATENT, device=duel.device)
        with bfloat16(duel.device):
            mean, log_variance = duel.learning["encoder"](real)
            posterior = mean + noise * (0.5 * log_variance).exp()
            made, redrawn = duel.make(torch.cat([prior, posterior])).chunk(2)
            fakes = torch.cat([made, redrawn]).detach()
            judgement = duel.judge(diff_augment(torch.cat([real, fakes]), rng))
            loss_d = hinge(judgement.fine[:count], judgement.fine[count:])
            loss_d = loss_d + hinge(judgement.coarse[:count], judgement.coarse[count:])
        duel.learn(loss_d, "discriminator")
        with duel.judged():
            with bfloat16(duel.device):
                loss_g = fooled_loss(duel.judge(diff_augment(made, rng)))
                with torch.no_grad():
                    wanted = duel.judge(real).features.float()
                scale = duel.mean(wanted.square().mean()).sqrt() + 1e-3
                found = duel.judge(redrawn).features.float()
                likeness = F.mse_loss(found / scale, wanted / scale)
                kept = divergence(mean, log_variance)
            duel.learn(loss_g + LIKENESS * likeness + PRIOR * kept, "generator", "encoder")
        duel.average.update(duel.generator)
        return detached(d_loss=loss_d, g_loss=loss_g, likeness=likeness, divergence=kept)
