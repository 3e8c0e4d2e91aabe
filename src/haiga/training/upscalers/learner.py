"""What both trainings of an upscaler share: settings, patches out of tiles, luma."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from haiga.training.generators.precision import whole
from haiga.training.upscalers.degrade import Faults

TILE_PX = 100
"""Pictures are cut into tiles of this side; a step sees a patch of each."""
PATCH_PX = 24
"""The side of what the network is shown; what it is compared with is `scale` times larger."""
BATCH = 16
CHANNELS = 48
BLOCKS = {2: 4, 4: 8}
"""Residual blocks for each scale: what is added is easier to tell at ×2, and costs four times
as much a pixel of the result."""
LUMA = (0.299, 0.587, 0.114)


@dataclass(frozen=True)
class Settings:
    """What an upscaler is trained for; None leaves a choice to the training."""

    scale: int
    seed: int = 0
    device: str = "cpu"
    batch: int | None = None
    rate: float | None = None
    channels: int = CHANNELS
    blocks: int | None = None
    faults: Faults = field(default_factory=Faults)


def patches(tiles: Tensor, scale: int, rng: torch.Generator) -> Tensor:
    """Patches (B, 3, P, P) in [0, 1], of tiles (B, 3, S, S) in [-1, 1], one each.

    Where each is cut is drawn for itself, the eighth of turns and mirrorings for all together.
    """
    side = PATCH_PX * scale
    room = tiles.shape[-1] - side + 1
    tops, lefts = (whole(rng, room, len(tiles), "cpu").tolist() for _ in range(2))
    cut = torch.stack(
        [tile[:, y : y + side, x : x + side] for tile, y, x in zip(tiles, tops, lefts, strict=True)]
    )
    turn = torch.randint(4, (1,), generator=rng, device=rng.device).item()
    mirror = torch.rand(1, generator=rng, device=rng.device).item() < 0.5
    cut = torch.rot90(cut, int(turn), (2, 3))
    return ((cut.flip(3) if mirror else cut) * 0.5 + 0.5).contiguous()


def luma(pictures: Tensor) -> Tensor:
    """(B, 3, H, W) to (B, H, W): the brightness by ITU-R BT.601."""
    weights = torch.tensor(LUMA, device=pictures.device).view(1, 3, 1, 1)
    return (pictures * weights).sum(1)


def psnr(made: Tensor, wanted: Tensor, border: int) -> Tensor:
    """(B,) decibels between the lumas of pictures in [0, 1], a border left out."""
    inner = slice(border, -border) if border else slice(None)
    error = (luma(made) - luma(wanted))[:, inner, inner] ** 2
    return -10 * torch.log10(error.mean((1, 2)).clamp_min(1e-10))
