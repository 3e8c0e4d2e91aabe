"""What every generator recipe is to the training loop: settings in, training steps out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from haiga.core.errors import UserError
from haiga.core.suggest import hint

SIZES_PX = (64, 128)
"""Sides that every recipe can draw; `fastgan` draws 16, 32 and 256 px as well."""
RECOMMENDED = "fastgan"


@dataclass(frozen=True)
class Settings:
    """What a recipe is made for.

    `labels` are the names of the classes (a label's number is its place among
    them), `pictures` how many there are to learn from. `batch`, `rate` (the
    generator's learning rate) and `width` (channels of the finest layers) are the
    recipe's own choice unless given.
    """

    size_px: int
    labels: tuple[str, ...] = ()
    pictures: int = 0
    seed: int = 0
    device: str = "cpu"
    batch: int | None = None
    rate: float | None = None
    width: int | None = None


@dataclass(frozen=True)
class StepBatch:
    """One batch of real pictures and what is known of them.

    `pixels` (B, 3, S, S) float32 in [-1, 1], `labels` (B,) int64, `words`
    (B, W, D) and `present` (B, W) for recipes that read captions, `indexes` (B,)
    places in the store, `flips` (B,) which of them are mirrored.
    """

    pixels: Tensor
    labels: Tensor | None = None
    words: Tensor | None = None
    present: Tensor | None = None
    indexes: npt.NDArray[np.int64] | None = None
    flips: npt.NDArray[np.bool_] | None = None


class Trainee(Protocol):
    """Networks with their optimizers, and one step of their training.

    Everything that a checkpoint must hold is in `modules` and `optimizers`: averages,
    counters and running statistics are state of the modules.
    """

    @property
    def modules(self) -> Mapping[str, nn.Module]: ...

    @property
    def optimizers(self) -> Mapping[str, torch.optim.Optimizer]: ...

    @property
    def batch(self) -> int:
        """Pictures a step."""
        ...

    @property
    def sampler(self) -> nn.Module:
        """The averaged generator.

        forward(latent (B, L)[, label (B,) int64][, codes (B, K) float32]) gives
        (B, 3, S, S) in [-1, 1]; no picture depends on the others of its batch.
        """
        ...

    @property
    def inputs(self) -> Mapping[str, Any]:
        """`latent`: its size; `labels`: their names; `codes`: name, kind and size of each."""
        ...

    @property
    def augmentations(self) -> tuple[str, ...]:
        """What the discriminator sees done to pictures, in the words of the literature."""
        ...

    def step(self, batch: StepBatch, rng: torch.Generator) -> dict[str, Tensor]:
        """One step of discriminator, generator and average; the losses by name, detached."""
        ...


def recommended_or(name: str | None) -> str:
    """The recipe's name, checked; the recommended one where none is given."""
    if name is None:
        return RECOMMENDED
    if name not in RECIPES:
        raise UserError(f"no generator recipe named '{name}'; {hint(name, RECIPES)}")
    return name


def _dcgan(settings: Settings) -> Trainee:
    from haiga.training.generators.dcgan import Dcgan

    return Dcgan(settings)


def _cgan(settings: Settings) -> Trainee:
    from haiga.training.generators.cgan import Cgan

    return Cgan(settings)


def _infogan(settings: Settings) -> Trainee:
    from haiga.training.generators.infogan import InfoGan

    return InfoGan(settings)


def _vaegan(settings: Settings) -> Trainee:
    from haiga.training.generators.vaegan import VaeGan

    return VaeGan(settings)


def _fastgan(settings: Settings) -> Trainee:
    from haiga.training.generators.fastgan import FastGan

    return FastGan(settings)


def _latentgan(settings: Settings) -> Trainee:
    from haiga.training.generators.latentgan import LatentGan

    return LatentGan(settings)


RECIPES: Mapping[str, Callable[[Settings], Trainee]] = {
    "dcgan": _dcgan,
    "cgan": _cgan,
    "infogan": _infogan,
    "vaegan": _vaegan,
    "fastgan": _fastgan,
    "latentgan": _latentgan,
}
"""Every recipe by name."""
