"""A generator against a discriminator: what every adversarial recipe keeps and does alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from haiga.training import batch_statistics
from haiga.training.generators.average import Average
from haiga.training.generators.precision import compiled, placed
from haiga.training.generators.recipe import Settings
from haiga.training.parallel import ALONE, Crew, Rows

BETAS = (0.5, 0.999)
"""Adam's moments, as Radford et al. (2015) chose them."""


class Duel:
    """Two networks on their device, an optimizer each, and the generator's running average.

    `others` are further networks that a recipe trains (an encoder, a code reader); their
    optimizers have their names. Each rate is of one network's Adam.
    """

    def __init__(
        self,
        build: Callable[[], tuple[nn.Module, nn.Module, Mapping[str, nn.Module]]],
        settings: Settings,
        *,
        rates: Mapping[str, float],
        betas: tuple[float, float] = BETAS,
    ) -> None:
        self.device = settings.device
        self.crew, self.rows = ALONE, Rows(0, 1, 1)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.seed)  # the weights' start, and nothing else
            self.generator, self.discriminator, others = build()
        self.learning: dict[str, nn.Module] = {
            "generator": self.generator,
            "discriminator": self.discriminator,
            **others,
        }
        for net in self.learning.values():
            placed(net, self.device)
        self.average = Average(self.generator)
        self.make = compiled(self.generator, self.device)
        self.judge = compiled(self.discriminator, self.device)
        self.optimizers: Mapping[str, torch.optim.Optimizer] = {
            name: torch.optim.Adam(net.parameters(), rates[name], betas=betas, fused=True)
            for name, net in self.learning.items()
        }

    @property
    def modules(self) -> Mapping[str, nn.Module]:
        """Everything that a checkpoint holds but the optimizers."""
        return {**self.learning, "average": self.average}

    def learn(self, loss: Tensor, *names: str) -> None:
        """Moves the named networks down the gradient of a loss."""
        for name in names:
            self.optimizers[name].zero_grad()
        if self.crew.size > 1:
            loss = loss * self.rows.share
        loss.backward()  # type: ignore[no-untyped-call]
        self.crew.average_gradients(p for name in names for p in self.learning[name].parameters())
        for name in names:
            self.optimizers[name].step()

    def join(self, crew: Crew, rows: Rows) -> None:
        """Makes the steps those of a crew, of whose batches this worker has some rows."""
        self.crew, self.rows = crew, rows
        for net in self.learning.values():
            batch_statistics.join(net, rows)

    def mean(self, value: Tensor) -> Tensor:
        """A mean over this worker's rows as that over the whole batch; carries no gradient."""
        return self.crew.total(value * self.rows.share)

    def whole(self, part: Tensor) -> Tensor:
        """The whole batch, of which each worker has some rows."""
        return self.crew.joined(part, self.rows)

    @contextmanager
    def judged(self) -> Iterator[None]:
        """The discriminator only judges: gradients pass through it and stay off its weights."""
        self.discriminator.requires_grad_(False)
        try:
            yield
        finally:
            self.discriminator.requires_grad_(True)


def hinge(real: Tensor, made: Tensor) -> Tensor:
    """The discriminator's hinge loss (Lim and Ye 2017, "Geometric GAN")."""
    return F.relu(1 - real.float()).mean() + F.relu(1 + made.float()).mean()


def detached(**losses: Tensor) -> dict[str, Tensor]:
    """Losses by name, without their graphs."""
    return {name: loss.detach() for name, loss in losses.items()}


def plain_inputs(latent: int, labels: tuple[str, ...] = (), codes: Any = ()) -> dict[str, Any]:
    """What a sampler takes, as `Trainee.inputs` has it."""
    return {"latent": latent, "labels": labels, "codes": list(codes)}
