"""`latentgan`: a generator of the bundled painter's latents, which its decoder turns into 128 px.

The loss is the relativistic one of Huang et al. 2024, "The GAN is dead; long live the GAN!"
(R3GAN): made and real are compared in pairs, and the gradients on both are held small (R1
and R2), every eighth step and eight times as heavy. Differentiable augmentation on both sides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from haiga.core.errors import JobError, UserError
from haiga.models.store import Model, load_model
from haiga.training.generators.duel import Duel, detached, plain_inputs
from haiga.training.generators.precision import bfloat16, normal
from haiga.training.generators.recipe import Settings, StepBatch
from haiga.training.nets.fastgan import LATENT
from haiga.training.nets.latent_gan import LatentDiscriminator, LatentGenerator, augmented
from haiga.training.painters.latents import ENCODER, decoder
from haiga.training.parallel import Crew, Rows

SIZE_PX = 128
"""The side of its pictures: the bundled encoder and decoder know no other."""
BATCH = 24
RATE = 3e-4
WIDTH = 96
PENALTY, PENALTY_EVERY = 0.02, 8
BETAS = (0.0, 0.99)
REMEMBERED = 20_000
"""How many latents are kept in memory, 4 KB each; beyond, pictures are encoded again."""


class LatentGan:
    """Trains a `LatentGenerator` against a `LatentDiscriminator`.

    The painter's autoencoder is frozen and no part of the state. Raises UserError for
    another size than 128 px.
    """

    reach = 4.0
    """How far its latents go either way, mostly: two deviations of the widest channel."""
    augmentations: tuple[str, ...] = ("translation", "cutout", "contrast and level of latents")

    def __init__(self, settings: Settings) -> None:
        if settings.size_px != SIZE_PX:
            raise UserError(
                f"--size {settings.size_px}: the latentgan recipe draws {SIZE_PX} px; "
                f"take --size {SIZE_PX}, or --recipe fastgan"
            )
        width, rate = settings.width or WIDTH, settings.rate or RATE
        if width % 24:
            raise UserError(f"--width {width}: must be a multiple of 24 for latentgan, such as 96")
        self.batch = settings.batch or BATCH
        widths = (width * 5 // 3, width * 4 // 3, width)
        self.duel = Duel(
            lambda: (LatentGenerator(widths), LatentDiscriminator(), {}),
            settings,
            rates={"generator": rate, "discriminator": rate},
            betas=BETAS,
        )
        self.autoencoder = load_model("painter")
        self.encode = Encode(self.autoencoder)
        self._sampler = Decoded(self.duel.average.net, self.encode, self.autoencoder)

    @property
    def modules(self) -> Mapping[str, nn.Module]:
        return self.duel.modules

    @property
    def optimizers(self) -> Mapping[str, torch.optim.Optimizer]:
        return self.duel.optimizers

    @property
    def sampler(self) -> nn.Module:
        return self._sampler

    @property
    def network(self) -> nn.Module:
        """What is exported: the averaged generator, whose latents the decoder reads as they are."""
        return Unstandardised(self.duel.average.net, self.encode)

    @property
    def inputs(self) -> Mapping[str, Any]:
        return plain_inputs(LATENT)

    def join(self, crew: Crew, rows: Rows) -> None:
        self.duel.join(crew, rows)

    def step(self, batch: StepBatch, rng: torch.Generator) -> dict[str, Tensor]:
        """The discriminator on pairs of real and made latents, then the generator."""
        duel = self.duel
        real = self.encode(batch).to(duel.device)
        count, steps = len(real), duel.average.steps
        penal = steps % PENALTY_EVERY == 0
        with torch.no_grad(), bfloat16(duel.device):
            made = duel.make(normal(rng, count, LATENT, device=duel.device)).float()
        seen = augmented(torch.cat([real, made]), rng).requires_grad_(penal)
        if penal:  # second derivatives, in float32
            logits = duel.discriminator(seen)
            slope = slopes(logits, seen)
            penalty = PENALTY_EVERY * PENALTY * slope
        else:
            with bfloat16(duel.device):
                logits = duel.judge(seen).float()
            penalty = logits.new_zeros(())
        loss_d = F.softplus(logits[count:] - logits[:count]).mean()
        duel.learn(loss_d + penalty, "discriminator")
        with duel.judged():
            with bfloat16(duel.device):
                made = duel.make(normal(rng, count, LATENT, device=duel.device))
                logits = duel.judge(augmented(torch.cat([real, made.float()]), rng)).float()
            loss_g = F.softplus(logits[:count] - logits[count:]).mean()
            duel.learn(loss_g, "generator")
        duel.average.update(duel.generator)
        return detached(d_loss=loss_d, g_loss=loss_g)


def slopes(logits: Tensor, seen: Tensor) -> Tensor:
    """Half the mean squared length of the logits' gradient, R1 on real and R2 on made together,
    of twice as many inputs as there are pairs."""
    (slope,) = torch.autograd.grad(logits.sum(), seen, create_graph=True)
    return slope.square().sum((1, 2, 3)).mean()


class Encode:
    """Pictures of 128 px as standardised latents, each encoded once and remembered."""

    def __init__(self, model: Model) -> None:
        layout = model.json("layout.json")
        self.mean = torch.tensor(layout["mean"]).view(1, -1, 1, 1)
        self.deviation = torch.tensor(layout["deviation"]).view(1, -1, 1, 1)
        self._session = model.session(ENCODER, threads=1)
        self._known: dict[tuple[int, bool], npt.NDArray[np.float16]] = {}

    def __call__(self, batch: StepBatch) -> Tensor:
        """(B, 3, 128, 128) in [-1, 1] to (B, 8, 16, 16) of about mean 0 and variance 1."""
        if batch.indexes is None or batch.flips is None:
            raise JobError("latentgan: a batch came without its places in the store")
        keys = [(int(i), bool(f)) for i, f in zip(batch.indexes, batch.flips, strict=True)]
        new = [n for n, key in enumerate(keys) if key not in self._known]
        if new:
            pixels = batch.pixels[new].float().cpu().contiguous().numpy()
            (latents,) = self._session.run({"pixels": pixels})
            if len(self._known) > REMEMBERED:
                self._known.clear()
                return self(batch)
            for n, latent in zip(new, latents, strict=True):
                self._known[keys[n]] = latent.astype(np.float16)
        found = torch.from_numpy(np.stack([self._known[key] for key in keys]).astype(np.float32))
        return (found - self.mean) / self.deviation


class Unstandardised(nn.Module):
    """A generator whose latents have the scale that the decoder knows."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, net: nn.Module, encode: Encode) -> None:
        super().__init__()
        self.net = net
        self.register_buffer("mean", encode.mean)
        self.register_buffer("deviation", encode.deviation)

    def forward(self, latent: Tensor) -> Tensor:
        """(B, 128) to (B, 8, 16, 16)."""
        return self.net(latent).float() * self.deviation + self.mean  # type: ignore[no-any-return]


class Decoded(nn.Module):
    """The averaged generator and the painter's decoder: (B, 128) to (B, 3, 128, 128) in [-1, 1]."""

    def __init__(self, net: nn.Module, encode: Encode, model: Model) -> None:
        super().__init__()
        self.net = net
        self._mean, self._deviation = encode.mean, encode.deviation
        self._decode = decoder(model, threads=1)

    def forward(self, latent: Tensor) -> Tensor:
        latents = self.net(latent).float().cpu() * self._deviation + self._mean
        return torch.from_numpy(self._decode(latents.numpy()))
