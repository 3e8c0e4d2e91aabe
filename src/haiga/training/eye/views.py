"""Random views of cached crops: what teacher and eye both see, and what the eye alone sees."""

from __future__ import annotations

import io
import math

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from haiga.training.nets.eye import SIDE_PX

_YIQ = torch.tensor([[0.299, 0.587, 0.114], [0.5959, -0.2746, -0.3213], [0.2115, -0.5227, 0.3112]])
"""From RGB to brightness and two axes of colour (NTSC); hue is an angle in the last two."""


def as_tensor(crops: npt.NDArray[np.uint8]) -> Tensor:
    """(B, H, W, 3) uint8 as (B, 3, H, W) float32 in [-1, 1]."""
    return torch.from_numpy(crops).permute(0, 3, 1, 2).float().div_(127.5).sub_(1)


def framed(
    crops: Tensor, rng: torch.Generator, *, smallest: float = 0.3, side_px: int = SIDE_PX
) -> Tensor:
    """A random part of each crop, `smallest` to all of its area, mirrored half the time.

    The sides' ratio varies by a third, since a picture is squeezed whole to a square.
    """
    count = len(crops)
    area = torch.empty(count).uniform_(smallest, 1, generator=rng)
    ratio = torch.empty(count).uniform_(-math.log(4 / 3), math.log(4 / 3), generator=rng).exp()
    wide = (area * ratio).sqrt().clamp_(max=1)
    tall = (area / ratio).sqrt().clamp_(max=1)
    theta = torch.zeros(count, 2, 3)
    mirror = torch.where(torch.rand(count, generator=rng) < 0.5, -1.0, 1.0)
    theta[:, 0, 0], theta[:, 1, 1] = wide * mirror, tall
    theta[:, 0, 2] = (2 * torch.rand(count, generator=rng) - 1) * (1 - wide)
    theta[:, 1, 2] = (2 * torch.rand(count, generator=rng) - 1) * (1 - tall)
    grid = F.affine_grid(theta, [count, 3, side_px, side_px], align_corners=False)
    seen = F.grid_sample(crops, grid, padding_mode="border", align_corners=False)
    return seen.contiguous(memory_format=torch.channels_last)


def whole(crops: Tensor, *, side_px: int = SIDE_PX) -> Tensor:
    """Each crop resized to `side_px`, as the eye sees a picture when it is used."""
    seen = F.interpolate(crops, side_px, mode="bilinear", antialias=True)
    return seen.contiguous(memory_format=torch.channels_last)


def disturbed(view: Tensor, rng: torch.Generator) -> Tensor:
    """The same view recoloured, and some blurred, coarsened, noisy or pressed as JPEG."""
    count, seen = len(view), (view + 1) / 2

    def chosen(share: float) -> Tensor:
        return torch.rand(count, generator=rng) < share

    mixing, offset = _recolouring(count, rng)
    flat = seen.permute(0, 2, 3, 1).reshape(count, -1, 3)  # (B, H W, 3)
    flat = torch.baddbmm(offset[:, None], flat, mixing.transpose(1, 2)).clamp_(0, 1)
    seen = flat.view(count, *view.shape[2:], 3).permute(0, 3, 1, 2)
    pick = chosen(0.25)
    if pick.any():
        power = torch.empty(count, 1, 1, 1).uniform_(-0.5, 0.5, generator=rng).exp()[pick]
        seen[pick] = seen[pick].clamp_min(1e-4) ** power
    pick = chosen(0.15)
    if pick.any():
        seen[pick] = _blurred(seen[pick], 0.5 + float(torch.rand(1, generator=rng)))
    pick = chosen(0.15)
    if pick.any():
        side = int(view.shape[-1] * (0.4 + 0.5 * float(torch.rand(1, generator=rng))))
        small = F.interpolate(seen[pick], side, mode="bilinear", antialias=True)
        seen[pick] = F.interpolate(small, view.shape[-1], mode="bilinear")
    pick = chosen(0.15)
    if pick.any():
        noise = torch.randn(seen[pick].shape, generator=rng)
        seen[pick] += noise * 0.08 * float(torch.rand(1, generator=rng))
    for row in torch.nonzero(chosen(0.15)).flatten().tolist():
        quality = int(torch.randint(25, 80, (1,), generator=rng))
        seen[row] = pressed(seen[row], quality)
    return (seen.clamp(0, 1) * 2 - 1).contiguous(memory_format=torch.channels_last)


def pressed(seen: Tensor, quality: int) -> Tensor:
    """A picture (3, H, W) in [0, 1] written and read again as JPEG."""
    pixels = (seen.clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy()
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, "JPEG", quality=quality)
    with Image.open(buffer) as read:
        again = np.array(read.convert("RGB"))
    return torch.from_numpy(again).permute(2, 0, 1).float() / 255


def _blurred(seen: Tensor, sigma: float) -> Tensor:
    reach = torch.arange(-3, 4, dtype=torch.float32)
    line = torch.exp(-(reach**2) / (2 * sigma**2))
    line = line / line.sum()
    padded = F.pad(seen, (3, 3, 3, 3), mode="reflect")
    rows = F.conv2d(padded, line.view(1, 1, 1, 7).expand(3, 1, 1, 7), groups=3)
    return F.conv2d(rows, line.view(1, 1, 7, 1).expand(3, 1, 7, 1), groups=3)


def _recolouring(count: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """A colour matrix (B, 3, 3) and offset (B, 3): four in five recoloured, one in eight grey."""

    def drawn(low: float, high: float) -> Tensor:
        return torch.empty(count).uniform_(low, high, generator=rng)

    contrast, brightness = drawn(0.6, 1.4), drawn(-0.15, 0.15)
    saturation = torch.where(torch.rand(count, generator=rng) < 0.15, 0.0, drawn(0.4, 1.7))
    wild = torch.rand(count, generator=rng) < 0.2
    angle = torch.where(wild, drawn(-math.pi, math.pi), drawn(-0.35, 0.35))
    turn = torch.zeros(count, 3, 3)
    turn[:, 0, 0] = 1
    turn[:, 1, 1] = turn[:, 2, 2] = saturation * angle.cos()
    turn[:, 1, 2], turn[:, 2, 1] = -saturation * angle.sin(), saturation * angle.sin()
    gains = torch.empty(count, 3).uniform_(0.8, 1.2, generator=rng)
    mixing = torch.diag_embed(gains) @ (torch.linalg.inv(_YIQ) @ turn @ _YIQ)
    mixing = mixing * contrast.view(-1, 1, 1)
    offset = (0.5 * (1 - contrast) + brightness)[:, None].expand(count, 3)
    plain = torch.rand(count, generator=rng) < 0.2
    mixing[plain] = torch.eye(3)
    return mixing, torch.where(plain[:, None], torch.zeros(3), offset)
