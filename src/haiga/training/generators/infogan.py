"""`infogan`: pictures with named codes that can be turned, found without labels.

Chen et al. 2016, "InfoGAN": beside the latent stand a category of ten kinds and two
numbers in [-1, 1]; a reader tells them from the made picture, and its loss bounds the
mutual information of codes and picture (eq. 5). The networks are those of `fastgan`; the
reader shares the discriminator's features, and both learn to read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

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
from haiga.training.generators.precision import bfloat16, normal, uniform, whole
from haiga.training.generators.recipe import Settings, StepBatch
from haiga.training.nets.fastgan import LATENT, Coded, FastDiscriminator
from haiga.training.parallel import Crew, Rows

KINDS = 10
NUMBERS = ("first", "second")
CODES = (
    {"name": "kind", "kind": "category", "size": KINDS},
    *({"name": name, "kind": "number", "size": 1} for name in NUMBERS),
)
"""What the codes mean shows only after training: turn each and look."""
COLOUR_LEFT_OUT = tuple(name for name in POLICY if name != "color")
"""A code that turned the colour could not be read from pictures whose colour is shifted."""
INFORMATION = 0.5
"""Weight of the reader's loss; the paper's lambda is 1 for categories, less for numbers."""


class CodeReader(nn.Module):
    """(B, C) features of pictures to logits of the kinds and means of the numbers."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(features, 128), nn.LeakyReLU(0.2), nn.Linear(128, KINDS + len(NUMBERS))
        )

    def forward(self, pooled: Tensor) -> Tensor:
        return self.net(pooled)  # type: ignore[no-any-return]


def drawn_codes(rng: torch.Generator, count: int, device: str) -> Tensor:
    """(B, 12): one kind of ten, even chances, and two numbers even in [-1, 1]."""
    kinds = F.one_hot(whole(rng, KINDS, count, device), KINDS).float()
    return torch.cat([kinds, 2 * uniform(rng, count, len(NUMBERS), device=device) - 1], 1)


def read_loss(read: Tensor, codes: Tensor) -> Tensor:
    """Minus the log likelihood of the codes, up to a constant; numbers have unit variance."""
    kinds = F.cross_entropy(read[:, :KINDS].float(), codes[:, :KINDS].argmax(1))
    return kinds + F.mse_loss(read[:, KINDS:].float(), codes[:, KINDS:])


class InfoGan:
    """Trains a `Coded` generator, a discriminator, and a `CodeReader` on its features."""

    augmentations: tuple[str, ...] = COLOUR_LEFT_OUT

    def __init__(self, settings: Settings) -> None:
        width, rate = settings.width or WIDTH, settings.rate or RATE
        self.batch = settings.batch or BATCH

        def build() -> tuple[nn.Module, nn.Module, Mapping[str, nn.Module]]:
            judge = FastDiscriminator(settings.size_px, width // 2)
            coded = Coded(KINDS + len(NUMBERS), settings.size_px, width)
            return coded, judge, {"reader": CodeReader(judge.channels)}

        rates = dict.fromkeys(("generator", "discriminator", "reader"), rate)
        self.duel = Duel(build, settings, rates=rates)

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
        return plain_inputs(LATENT, codes=CODES)

    def join(self, crew: Crew, rows: Rows) -> None:
        self.duel.join(crew, rows)

    def step(self, batch: StepBatch, rng: torch.Generator) -> dict[str, Tensor]:
        """The discriminator and the reader, then the generator, which wants to be read."""
        duel, real = self.duel, batch.pixels.to(torch.bfloat16)
        reader = duel.learning["reader"]
        latent = normal(rng, len(real), LATENT, device=duel.device)
        codes = drawn_codes(rng, len(real), duel.device)
        with bfloat16(duel.device):
            made = duel.make(latent, codes)
            seen = diff_augment(torch.cat([real, made.detach()]), rng, COLOUR_LEFT_OUT)
            judgement = duel.judge(seen)
            loss_d = judged_loss(judgement, len(real))
            loss_d = loss_d + redrawn_loss(duel, judgement, seen, len(real))
            learned = loss_d + INFORMATION * read_loss(reader(judgement.pooled[len(real) :]), codes)
        duel.learn(learned, "discriminator", "reader")
        with duel.judged():
            with bfloat16(duel.device):
                judgement = duel.judge(diff_augment(made, rng, COLOUR_LEFT_OUT))
                loss_g = fooled_loss(judgement)
                told = read_loss(reader(judgement.pooled), codes)
            duel.learn(loss_g + INFORMATION * told, "generator")
        duel.average.update(duel.generator)
        return detached(d_loss=loss_d, g_loss=loss_g, code_loss=told)
