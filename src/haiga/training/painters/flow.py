"""`flow` on a folder: the bundled painter learns on, or a smaller one begins, in its latents.

Rectified flow (Liu et al. 2022, eq. 1): x_t = (1 - t) x_0 + t x_1 with x_0 noise, and the
network learns x_1 - x_0. Times are logit-normal (Esser et al. 2024, section 3.1). Pictures
are encoded once by the bundled painter's encoder, which does not learn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from haiga.roles.painters.sight import MAX_WORDS
from haiga.training.generators.average import Average
from haiga.training.generators.precision import bfloat16, compiled, normal
from haiga.training.generators.recipe import Settings, StepBatch
from haiga.training.nets.flow import FlowNet, FlowShape
from haiga.training.parallel import ALONE, Crew, Rows

BATCH = 32
RATE, LEARNING_ON_RATE = 6e-4, 1.5e-4
"""From the start, and from weights that can paint already."""
SMALL = FlowShape(width=192, blocks=6, heads=6, words_width=128)
"""What begins from the start: the bundled shape is too slow for hundreds of pictures."""
FADE_FROM = 0.6
"""From this share of the budget on the rate falls, to a fiftieth at its end."""
WARM_STEPS = 50
TEACHER_WEIGHT = 0.5
LOOK_STEPS, GUIDANCE = 8, 3.0
"""How the looks paint while it trains: fewer steps than the painter takes, for time."""

Pixels = npt.NDArray[np.float32]


@dataclass(frozen=True)
class FlowBatch(StepBatch):
    """`pixels` are standardised latents (B, 8, 16, 16), `maps` the teacher's (B, tokens, 64)."""

    maps: Tensor | None = None


class Flow:
    """Trains a flow on standardised latents, which its batches have for pixels.

    `start` is the network to learn on from; without it a small one begins. `decode`
    turns latents (B, 8, 16, 16), not standardised, into pixels. Where a batch has the
    teacher's features, the middle of the network is drawn towards them (Yu et al. 2024,
    "REPA"). `progress` in [0, 1] is how much of the budget is spent.
    """

    augmentations: tuple[str, ...] = ()

    def __init__(
        self,
        settings: Settings,
        decode: Callable[[Pixels], Pixels],
        statistics: Mapping[str, Any],
        *,
        start: FlowNet | None = None,
        shape: FlowShape = SMALL,
    ) -> None:
        self.settings = settings
        self.device = settings.device
        self.batch = settings.batch or BATCH
        self.rate = settings.rate or (RATE if start is None else LEARNING_ON_RATE)
        self.progress: float | None = None
        self.crew, self.rows = ALONE, Rows(0, 1, 1)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.seed)  # the weights' start, and nothing else
            self.net = (start or FlowNet(shape)).to(self.device).train()
        self.average = Average(self.net)
        self._move = compiled(self.net, self.device)
        self.optimizers: Mapping[str, torch.optim.Optimizer] = make_optimizers(self.net, self.rate)
        averaged: Any = self.average.net
        self._sampler = FlowSampler(averaged, decode, statistics)

    @property
    def modules(self) -> Mapping[str, nn.Module]:
        return {"net": self.net, "average": self.average}

    @property
    def sampler(self) -> nn.Module:
        """forward(z (B, 2048), words (B, 12, 128), present (B, 12)) to (B, 3, 128, 128)."""
        return self._sampler

    @property
    def inputs(self) -> Mapping[str, Any]:
        shape = self.net.shape
        side = 2 * shape.grid
        return {"latent": shape.channels * side * side, "labels": (), "codes": [],
                "words": MAX_WORDS}  # fmt: skip

    def join(self, crew: Crew, rows: Rows) -> None:
        """Makes the steps those of a crew, of whose batches this worker has some rows."""
        self.crew, self.rows = crew, rows

    def step(self, batch: StepBatch, rng: torch.Generator) -> dict[str, Tensor]:
        """One step on the velocity between noise and latents, and of the average."""
        x_1 = batch.pixels
        x_0 = normal(rng, *x_1.shape, device=self.device)
        t = torch.sigmoid(normal(rng, len(x_1), device=self.device))
        mix = t.view(-1, 1, 1, 1)
        with bfloat16(self.device):
            velocity, middle = self._move(
                (1 - mix) * x_0 + mix * x_1, t, batch.words, batch.present
            )
        loss = error = (velocity.float() - (x_1 - x_0)).square().mean()
        losses = {"velocity": error.detach()}
        maps = batch.maps if isinstance(batch, FlowBatch) else None
        if maps is not None:
            with bfloat16(self.device):
                told = self.net.teacher_head(middle).float()
            apart = 1 - F.cosine_similarity(told, maps, dim=-1).mean()
            loss = loss + TEACHER_WEIGHT * apart
            losses["teacher"] = apart.detach()
        self._set_rate()
        self.net.zero_grad(set_to_none=True)
        mine = loss * self.rows.share if self.crew.size > 1 else loss
        mine.backward()
        self.crew.average_gradients(self.net.parameters())
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        for optimizer in self.optimizers.values():
            optimizer.step()
        self.average.update(self.net)
        return losses

    def _set_rate(self) -> None:
        done = self.progress or 0.0
        fade = 1.0 if done < FADE_FROM else 1 - 0.98 * (done - FADE_FROM) / (1 - FADE_FROM)
        warm = min(1.0, (self.average.steps + 1) / WARM_STEPS)
        for optimizer in self.optimizers.values():
            for group in optimizer.param_groups:
                group["lr"] = self.rate * warm * fade


class FlowSampler(nn.Module):
    """Paints as the painter does, from latent noise z (B, 2048): every picture by itself."""

    def __init__(
        self, net: FlowNet, decode: Callable[[Pixels], Pixels], statistics: Mapping[str, Any]
    ) -> None:
        super().__init__()
        self.net = net
        self.shape = net.shape
        self.decode = decode
        self.steps, self.guidance = LOOK_STEPS, GUIDANCE
        mean, deviation = (torch.tensor(statistics[name]) for name in ("mean", "deviation"))
        self.register_buffer("mean", mean.float().view(1, -1, 1, 1), persistent=False)
        self.register_buffer("deviation", deviation.float().view(1, -1, 1, 1), persistent=False)

    @torch.no_grad()
    def forward(self, z: Tensor, words: Tensor, present: Tensor) -> Tensor:
        """(B, 3, 128, 128) in [-1, 1], on the processor, where the decoder runs."""
        side = 2 * self.shape.grid
        x = z.view(-1, self.shape.channels, side, side)
        both_words = torch.cat([words, words])
        both_present = torch.cat([present, torch.zeros_like(present)])
        earlier: Tensor | None = None
        for i in range(self.steps):
            t = torch.full((2 * len(x),), i / self.steps, device=x.device)
            with bfloat16(x.device.type):
                velocity, _ = self.net(torch.cat([x, x]), t, both_words, both_present)
            told, untold = velocity.float().chunk(2)
            now = untold + self.guidance * (told - untold)
            slope = now if earlier is None else 1.5 * now - 0.5 * earlier  # Adams and Bashforth
            x = x + slope / self.steps
            earlier = now
        statistics = dict(self.named_buffers(recurse=False))
        latents = (x.cpu() * statistics["deviation"].cpu() + statistics["mean"].cpu()).numpy()
        return torch.from_numpy(self.decode(latents)).clamp(-1, 1)


def make_optimizers(net: FlowNet, rate: float) -> dict[str, torch.optim.Optimizer]:
    """Muon for the blocks' matrices (Jordan et al. 2024), AdamW for all else."""
    matrices = [p for n, p in net.named_parameters() if _is_blocks_matrix(n, p)]
    chosen = {id(p) for p in matrices}
    rest = [p for p in net.parameters() if id(p) not in chosen]
    return {
        "muon": torch.optim.Muon(
            matrices, lr=rate, weight_decay=0.02, adjust_lr_fn="match_rms_adamw"
        ),
        "adamw": torch.optim.AdamW(rest, lr=rate, betas=(0.9, 0.98), weight_decay=0.02),
    }


def _is_blocks_matrix(name: str, parameter: nn.Parameter) -> bool:
    inside = name.startswith("blocks.") and not name.endswith("modulation")
    return inside and parameter.ndim == 2
