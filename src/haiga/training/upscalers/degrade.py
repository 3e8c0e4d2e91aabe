"""Small pictures made of large ones, as an enlarging network learns to undo it.

The plain degradation is the one that results are measured with: antialiased bicubic
reduction as Pillow makes it, rounded to 8 bits. Blur, noise and JPEG are declared on top,
for pictures that have those faults.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from haiga.training.generators.precision import normal, uniform, whole
from haiga.training.nets.upscaler import cubic

BLUR_TAPS = 9


@dataclass(frozen=True)
class Faults:
    """What pictures suffer beside being made smaller, each by an even chance from none to this.

    `blur` is the spread of a Gaussian in pixels of the small picture, before it is made small;
    `noise` the spread of white noise in levels of 255; `jpeg` the lowest quality (0: never).
    """

    blur: float = 0.0
    noise: float = 0.0
    jpeg: int = 0

    @property
    def told(self) -> list[str]:
        """Each that is there, in words."""
        return (
            [f"blurred by up to {self.blur:g} px"] * (self.blur > 0)
            + [f"noise of up to {self.noise:g} levels"] * (self.noise > 0)
            + [f"JPEG of quality {self.jpeg} or better"] * (self.jpeg > 0)
        )


def reduction(length: int, scale: int) -> Tensor:
    """(length / scale, length): Pillow's bicubic weights for making a side `scale` times smaller.

    Keys' kernel stretched by `scale`; at the edges the weights inside are made to sum to 1.
    """
    centres = (np.arange(length // scale) + 0.5) * scale - 0.5
    weights = cubic((np.arange(length)[None] - centres[:, None]) / scale)
    weights /= weights.sum(1, keepdims=True)
    return torch.from_numpy(weights).float()


def reduced(
    pictures: Tensor, scale: int, faults: Faults | None = None, rng: torch.Generator | None = None
) -> Tensor:
    """(B, 3, H, W) in [0, 1] made `scale` times smaller, with faults if any, in 8 bits."""
    if faults and rng and faults.blur:
        pictures = _blurred(pictures, faults.blur * scale, rng)
    small = reduced_exactly(pictures, scale)
    if faults and rng and faults.noise:
        each = uniform(rng, len(small), 1, 1, 1, device=small.device) * faults.noise / 255
        white = normal(rng, *small.shape, device=str(small.device))
        small = small + each * white
    small = (small.clamp(0, 1) * 255).round()
    if faults and rng and faults.jpeg:
        small = _jpeg(small, faults.jpeg, rng)
    return small / 255


def reduced_exactly(pictures: Tensor, scale: int) -> Tensor:
    """(B, 3, H, W) made `scale` times smaller by bicubic reduction, neither clipped nor rounded."""
    rows, columns = (reduction(side, scale).to(pictures.device) for side in pictures.shape[2:])
    return torch.einsum("yh,bchw,xw->bcyx", rows, pictures, columns)


def _blurred(pictures: Tensor, most: float, rng: torch.Generator) -> Tensor:
    """Each picture under a Gaussian of its own, of a spread of 0 to `most` pixels."""
    spread = uniform(rng, len(pictures), device=pictures.device) * most + 1e-3
    taps = torch.arange(BLUR_TAPS, device=pictures.device) - BLUR_TAPS // 2
    along = torch.exp(-0.5 * (taps[None] / spread[:, None]) ** 2)  # (B, 9)
    along = (along / along.sum(1, keepdim=True)).repeat_interleave(3, 0)[:, None]
    count, colours, height, width = pictures.shape
    flat = pictures.reshape(1, count * colours, height, width)
    half = BLUR_TAPS // 2
    flat = F.pad(flat, (half,) * 4, mode="replicate")
    flat = F.conv2d(flat, along[:, :, None], groups=count * colours)
    flat = F.conv2d(flat, along[:, :, :, None], groups=count * colours)
    return flat.reshape(pictures.shape)


def _jpeg(levels: Tensor, lowest: int, rng: torch.Generator) -> Tensor:
    """(B, 3, H, W) levels through a JPEG each, of a quality from `lowest` to 100."""
    drawn = lowest + whole(rng, 101 - lowest, len(levels), "cpu")
    out = []
    for picture, quality in zip(levels.permute(0, 2, 3, 1).byte().cpu().numpy(), drawn.tolist(),
                                strict=True):  # fmt: skip
        buffer = io.BytesIO()
        Image.fromarray(picture).save(buffer, "JPEG", quality=int(quality))
        out.append(np.asarray(Image.open(buffer)))
    return torch.from_numpy(np.stack(out)).permute(0, 3, 1, 2).float().to(levels.device)
