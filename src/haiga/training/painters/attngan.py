"""`attngan`: words and pictures are matched first, then a generator learns to paint by them.

Xu et al. 2018, "AttnGAN". A fifth of the budget goes to the text and image encoders
(`nets/damsm.py`), which are frozen after it; the rest to the generator and one
discriminator a stage, each of which judges pictures alone and with their text, and
is shown real pictures with another picture's text as wrong ones (Reed et al. 2016).
Hinge losses (Lim and Ye 2017) and differentiable augmentation (Zhao et al. 2020) stand
where the paper has cross entropy and nothing, for collections of hundreds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from haiga.roles.painters.sight import MAX_WORDS
from haiga.training.diff_augment import POLICY, diff_augment
from haiga.training.generators.average import Average
from haiga.training.generators.precision import bfloat16, normal, placed
from haiga.training.generators.recipe import Settings, StepBatch
from haiga.training.nets.attngan import (
    CONDITION,
    LATENT,
    Discriminator,
    Generator,
    WordPainter,
    condition_divergence,
)
from haiga.training.nets.damsm import ImageEncoder, TextEncoder, alike, damsm_loss

WIDTH, BATCH, RATE = 32, 32, 2e-4
MATCHING_SHARE = 0.2
"""How much of the budget goes to matching words and regions, before the generator begins."""
MATCHING_RATE = 1e-3
MATCHING_WEIGHT = 1.0
"""lambda of equation 3; the paper's 5 belongs to cross entropies that are several times smaller."""
SHIFTED = ("translation",)
"""What is done to pictures before they are matched: without it the generator finds textures
that please the frozen encoder and no eye. Colours and parts must stay, for words name them."""
LOSSES = ("match", "d_loss", "g_loss", "g_match", "kl")


class AttnGan:
    """Trains an AttnGAN on captioned pictures.

    `progress` in [0, 1] is how much of the budget is spent; it is set before each step.
    While it is None, as in a trial that times a few steps, every fifth step is one of the
    matching, so that the mean is that of the whole run.
    """

    augmentations: tuple[str, ...] = POLICY

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.device = settings.device
        self.batch = settings.batch or BATCH
        self.progress: float | None = None
        self._tried = 0
        width, rate = settings.width or WIDTH, settings.rate or RATE
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.seed)  # the weights' start, and nothing else
            self.text = TextEncoder()
            self.image = ImageEncoder(base=width)
            self.generator = Generator(settings.size_px, width)
            self.judges = [Discriminator(size, width) for size in self.generator.sizes]
            self.discriminators = nn.ModuleList(self.judges)
        for net in (self.text, self.image, self.generator, self.discriminators):
            placed(net, self.device)
        self.average = Average(self.generator)
        averaged: Any = self.average.net
        self._sampler = WordPainter(self.text, averaged)
        betas = (0.5, 0.999)
        self.optimizers: Mapping[str, torch.optim.Optimizer] = {
            "matching": torch.optim.Adam(
                [*self.text.parameters(), *self.image.parameters()], MATCHING_RATE, betas=betas
            ),
            "generator": torch.optim.Adam(self.generator.parameters(), rate, betas=betas),
            "discriminator": torch.optim.Adam(
                self.discriminators.parameters(), 2 * rate, betas=betas
            ),
        }

    @property
    def modules(self) -> Mapping[str, nn.Module]:
        return {
            "text": self.text,
            "image": self.image,
            "generator": self.generator,
            "discriminators": self.discriminators,
            "average": self.average,
        }

    @property
    def sampler(self) -> nn.Module:
        """forward(z (B, 100), words (B, 12, 128), present (B, 12)) to (B, 3, S, S)."""
        return self._sampler.eval()

    @property
    def inputs(self) -> Mapping[str, Any]:
        return {"latent": LATENT, "labels": (), "codes": [], "words": MAX_WORDS}

    @property
    def matching(self) -> bool:
        """Whether the encoders are still learning; never again once the generator has begun."""
        if self.progress is None:
            return self._tried % round(1 / MATCHING_SHARE) == 0
        return self.average.steps == 0 and self.progress < MATCHING_SHARE

    def step(self, batch: StepBatch, rng: torch.Generator) -> dict[str, Tensor]:
        """A step of the matching, or one of discriminators, generator and average."""
        if batch.words is None or batch.present is None:
            raise ValueError("an AttnGAN learns from words; the batch has none")
        zero = torch.zeros((), device=self.device)
        losses = dict.fromkeys(LOSSES, zero)
        matching = self.matching
        self._tried += 1
        if matching:
            losses["match"] = self._match(batch.pixels, batch.words, batch.present, rng)
        else:
            losses.update(self._contend(batch.pixels, batch.words, batch.present, rng))
        return losses

    def _match(
        self, pixels: Tensor, words: Tensor, present: Tensor, rng: torch.Generator
    ) -> Tensor:
        for encoder in (self.text, self.image):
            encoder.train().requires_grad_(True)
        with bfloat16(self.device):
            regions, whole = self.image(diff_augment(pixels, rng, SHIFTED))
            tokens = self.text(words, present)
        loss = damsm_loss(regions, whole, tokens, words, present)
        optimizer = self.optimizers["matching"]
        share = (self.progress or 0.0) / MATCHING_SHARE
        for group in optimizer.param_groups:
            group["lr"] = MATCHING_RATE * (1 - 0.9 * share)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_([*self.text.parameters(), *self.image.parameters()], 5.0)
        optimizer.step()
        return loss.detach()

    def _contend(
        self, pixels: Tensor, words: Tensor, present: Tensor, rng: torch.Generator
    ) -> dict[str, Tensor]:
        for encoder in (self.text, self.image):
            encoder.eval().requires_grad_(False)
        size = len(pixels)
        z = normal(rng, size, LATENT, device=self.device)
        chance = normal(rng, size, CONDITION, device=self.device)
        with bfloat16(self.device):
            with torch.no_grad():
                tokens = self.text(words, present)
            made, mean, log_variance = self.generator(z, tokens, present, chance)
        sentences = tokens[:, 0].float()

        loss_d = self._judged(pixels, made, sentences, wrong_texts(words, present), rng)
        self.optimizers["discriminator"].zero_grad()
        loss_d.backward()  # type: ignore[no-untyped-call]
        self.optimizers["discriminator"].step()

        self.discriminators.requires_grad_(False)
        fooled = torch.zeros((), device=self.device)
        with bfloat16(self.device):
            for judge, picture in zip(self.judges, made, strict=True):
                features = judge.features(diff_augment(picture, rng))
                fooled = fooled - judge.verdicts_alone(features).float().mean()
                fooled = fooled - judge.verdicts(features, sentences).float().mean()
        divergence = condition_divergence(mean, log_variance)
        with bfloat16(self.device):
            regions, whole = self.image(diff_augment(made[-1], rng, SHIFTED))
        match = damsm_loss(regions, whole, tokens, words, present)
        loss_g = fooled + divergence + MATCHING_WEIGHT * match
        self.optimizers["generator"].zero_grad()
        loss_g.backward()  # type: ignore[no-untyped-call]
        self.optimizers["generator"].step()
        self.discriminators.requires_grad_(True)
        self.average.update(self.generator)
        return {
            "d_loss": loss_d.detach(),
            "g_loss": fooled.detach(),
            "g_match": match.detach(),
            "kl": divergence.detach(),
        }

    def _judged(
        self,
        pixels: Tensor,
        made: list[Tensor],
        sentences: Tensor,
        wrong: Tensor,
        rng: torch.Generator,
    ) -> Tensor:
        """The hinge loss of every stage's discriminator, alone and with the text, summed."""
        loss = torch.zeros((), device=self.device)
        shown = wrong.sum().clamp(min=1)
        for judge, picture in zip(self.judges, made, strict=True):
            real = pixels
            if real.shape[-1] != picture.shape[-1]:
                real = F.avg_pool2d(pixels, pixels.shape[-1] // picture.shape[-1])
            both = diff_augment(torch.cat([real, picture.detach().float()]), rng)
            with bfloat16(self.device):
                on_real, on_made = judge.features(both).chunk(2)
                alone = judge.verdicts_alone(torch.cat([on_real, on_made])).float()
                told = judge.verdicts(
                    torch.cat([on_real, on_made, on_real]),
                    torch.cat([sentences, sentences, sentences.roll(1, 0)]),
                ).float()
            (real_alone, made_alone), (right, painted, mismatched) = alone.chunk(2), told.chunk(3)
            loss = loss + F.relu(1 - real_alone).mean() + F.relu(1 + made_alone).mean()
            mistaken = (F.relu(1 + mismatched) * wrong).sum() / shown
            loss = loss + F.relu(1 - right).mean()
            loss = loss + 0.5 * (F.relu(1 + painted).mean() + mistaken)
        return loss


def wrong_texts(words: Tensor, present: Tensor) -> Tensor:
    """Which pictures the text of their neighbour in the batch does not describe, (B,) float.

    The neighbour's text comes by `roll(1)`; one that is empty or says the same is not wrong.
    """
    same = alike(words, present)
    size = len(words)
    before = torch.arange(size, device=words.device).roll(1, 0)
    differs = ~same[torch.arange(size, device=words.device), before]
    spoken = present.sum(1).roll(1, 0) > 0
    return (differs & spoken).float()
