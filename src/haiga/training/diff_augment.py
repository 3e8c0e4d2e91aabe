"""Differentiable augmentation: what is done to pictures before the discriminator sees them.

Zhao et al. 2020, "Differentiable Augmentation for Data-Efficient GAN Training": the
same kinds of change to real and made pictures, with gradients through them, so that a
small collection is not learned by heart and the changes do not leak into what is made.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from haiga.training.parallel import drawn

POLICY = ("color", "translation", "cutout")
"""The paper's three, in its order."""


def diff_augment(x: Tensor, rng: torch.Generator, policy: tuple[str, ...] = POLICY) -> Tensor:
    """(B, 3, S, S) in [-1, 1] with each change of the policy, drawn anew for every picture."""
    for name in policy:
        x = _CHANGES[name](x, rng)
    return x


def _draw(rng: torch.Generator, x: Tensor) -> Tensor:
    """(B, 1, 1, 1) numbers in [0, 1)."""
    return drawn(
        rng, len(x), lambda n: torch.rand((n, 1, 1, 1), generator=rng, device=rng.device)
    ).to(x.device, x.dtype)


def _places(rng: torch.Generator, low: int, high: int, count: int) -> Tensor:
    """(2, B) whole numbers from low to high, which is left out."""
    return drawn(
        rng,
        count,
        lambda n: torch.randint(low, high, (2, n), generator=rng, device=rng.device),
        dim=1,
    )


def _color(x: Tensor, rng: torch.Generator) -> Tensor:
    """Brightness by up to ±0.5, saturation by 0 to 2, contrast by 0.5 to 1.5, in this order."""
    bright, vivid, contrast = _draw(rng, x) - 0.5, 2 * _draw(rng, x), _draw(rng, x) + 0.5
    grey = x.mean(1, keepdim=True)
    middle = grey.mean((2, 3), keepdim=True) + bright
    # ((x - grey) vivid + grey + bright - middle) contrast + middle, with fewer passes over x
    shift = bright * contrast + middle * (1 - contrast)
    return torch.addcmul(grey * (contrast * (1 - vivid)) + shift, x, vivid * contrast)


def _translation(x: Tensor, rng: torch.Generator, share: float = 0.125) -> Tensor:
    """A shift by up to an eighth of the side, zeros where nothing is."""
    batch, _, height, width = x.shape
    reach = int(height * share + 0.5)
    down, right = _places(rng, -reach, reach + 1, batch).to(x.device)
    rows = torch.arange(height, device=x.device)[None, :, None] + down[:, None, None]
    columns = torch.arange(width, device=x.device)[None, None, :] + right[:, None, None]
    # one pixel of padding is enough: whatever lies outside is clamped onto it
    rows = (rows + 1).clamp(0, height + 1)
    columns = (columns + 1).clamp(0, width + 1)
    padded = F.pad(x, (1, 1, 1, 1)).permute(0, 2, 3, 1)  # (B, S + 2, S + 2, 3)
    places = torch.arange(batch, device=x.device)[:, None, None]
    moved: Tensor = padded[places, rows, columns]  # (B, S, S, 3)
    return moved.permute(0, 3, 1, 2)


def _cutout(x: Tensor, rng: torch.Generator, share: float = 0.5) -> Tensor:
    """A square of half the side set to grey, its centre anywhere."""
    batch, _, height, width = x.shape
    side = int(height * share + 0.5)
    corner = _places(rng, 0, height + (1 - side % 2), batch)
    top, left = (corner - side // 2).to(x.device)
    rows = torch.arange(height, device=x.device)[None, :, None]
    columns = torch.arange(width, device=x.device)[None, None, :]
    inside_rows = (rows >= top[:, None, None]) & (rows < top[:, None, None] + side)
    inside_columns = (columns >= left[:, None, None]) & (columns < left[:, None, None] + side)
    outside = ~(inside_rows & inside_columns)  # (B, S, S)
    kept: Tensor = x * outside[:, None].to(x.dtype)
    return kept


_CHANGES = {"color": _color, "translation": _translation, "cutout": _cutout}
