"""The stylist's two networks: a style picture to its code, a picture and a code to a picture.

Adaptive instance normalisation (Huang & Belongie 2017, eq. 8) at every step of a small
U-Net, its scales and shifts computed from the code as in MicroAST's modulation (Wang et al.
2023). What differs from both: the picture's colours are first brought to the style's means
and deviations in closed form, and the network paints at half size. What is finer comes from
the picture alone, stronger or weaker as the network says, so nothing can show a
checkerboard or grain of one pixel.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

CODE = 96
"""Numbers in a style code. The first six are the style's means and deviations in `opponent`."""
MULTIPLE_PX = 8
"""Sides that the network takes: multiples of this; whoever calls it pads by reflection."""
_EPSILON = 1e-4
_LEAST_DEVIATION = 0.06
"""Of a channel in a picture; flat pictures would otherwise become noise."""
_LEAK = 0.1
_HALF, _QUARTER, _EIGHTH = 24, 48, 96

_OPPONENT = torch.tensor(
    [[3**-0.5, 3**-0.5, 3**-0.5], [2**-0.5, -(2**-0.5), 0.0], [6**-0.5, 6**-0.5, -2 * 6**-0.5]]
)
"""RGB to light, red against green, and yellow against blue: an orthonormal turn."""


def _turned(x: Tensor, matrix: Tensor) -> Tensor:
    return F.conv2d(x, matrix.view(3, 3, 1, 1))


def _moments(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Mean, deviation and the centred map of each channel of (B, C, H, W)."""
    mean = x.mean((2, 3), keepdim=True)
    centred = x - mean
    deviation = (centred.square().mean((2, 3), keepdim=True) + _EPSILON).sqrt()
    return mean, deviation, centred


class _Conv(nn.Module):
    """A 3 × 3 convolution with reflected borders."""

    def __init__(self, given: int, made: int, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(given, made, 3, stride)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.conv(F.pad(x, (1, 1, 1, 1), mode="reflect"))
        return out


class StyleEncoder(nn.Module):
    """A style picture (B, 3, H, W) in [-1, 1], sides multiples of 16, to its code (B, CODE)."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("opponent", _OPPONENT.clone())
        widths = (3, 24, 48, 64, 96)
        self.convs = nn.ModuleList(_Conv(a, b, 2) for a, b in pairwise(widths))
        self.to_code = nn.Linear(2 * sum(widths[1:]), CODE - 6)

    def forward(self, style: Tensor) -> Tensor:
        x = _turned(style, self.get_buffer("opponent"))
        mean, deviation, _ = _moments(x)
        found: list[Tensor] = []
        for conv in self.convs:
            x = F.relu(conv(x))
            level_mean, level_deviation, _ = _moments(x)
            found += [level_mean, level_deviation]
        learned = self.to_code(torch.cat(found, 1).flatten(1))
        return torch.cat([mean.flatten(1), deviation.flatten(1), learned], 1)


class _Modulated(nn.Module):
    """Adaptive instance normalisation: each channel's mean and deviation set by the style."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.affine = nn.Linear(_Modulation.WIDTH, 2 * channels)
        nn.init.normal_(self.affine.weight, std=0.05)
        nn.init.zeros_(self.affine.bias)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        _, deviation, centred = _moments(x)
        scale, shift = self.affine(style)[:, :, None, None].chunk(2, 1)
        out: Tensor = centred * ((1 + scale) / deviation) + shift
        return out


class _Modulation(nn.Module):
    """What all layers read of a code: (B, CODE) to (B, WIDTH)."""

    WIDTH = 96

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(CODE, self.WIDTH)
        self.second = nn.Linear(self.WIDTH, self.WIDTH)

    def forward(self, code: Tensor) -> Tensor:
        out: Tensor = self.second(F.silu(self.first(code)))
        return out


class _Block(nn.Module):
    """Two convolutions, each followed by modulation, around a shortcut."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first, self.second = _Conv(channels, channels), _Conv(channels, channels)
        self.norms = nn.ModuleList([_Modulated(channels), _Modulated(channels)])

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        y = F.relu(self.norms[0](self.first(x), style))
        out: Tensor = x + self.norms[1](self.second(y), style)
        return out


class _Joined(nn.Module):
    """The coarser level enlarged, and what the encoder kept at this one."""

    def __init__(self, coarse: int, fine: int) -> None:
        super().__init__()
        self.coarse = nn.Conv2d(coarse, fine, 1)
        self.skip = nn.Conv2d(fine, fine, 1)
        self.norm = _Modulated(fine)
        self.block = _Block(fine)

    def forward(self, x: Tensor, kept: Tensor, style: Tensor) -> Tensor:
        up = F.interpolate(self.coarse(x), scale_factor=2.0, mode="bilinear")
        x = F.relu(self.norm(up + self.skip(kept), style))
        out: Tensor = self.block(x, style)
        return out


class Restyler(nn.Module):
    """A picture (B, 3, H, W) in [-1, 1] and a code (B, CODE) to a picture of the same size.

    Sides are multiples of `MULTIPLE_PX`; statistics are of the whole picture.
    """

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("opponent", _OPPONENT.clone())
        self.to_2 = _Conv(12, _HALF)
        self.to_4 = _Conv(_HALF, _QUARTER, 2)
        self.to_8 = _Conv(_QUARTER, _EIGHTH, 2)
        self.modulation = _Modulation()
        self.blocks = nn.ModuleList([_Block(_EIGHTH), _Block(_EIGHTH)])
        self.join_4 = _Joined(_EIGHTH, _QUARTER)
        self.join_2 = _Joined(_QUARTER, _HALF)
        self.paint = _Conv(_HALF, 4)
        with torch.no_grad():
            self.paint.conv.weight.mul_(0.1)
            nn.init.zeros_(self.paint.conv.bias)  # type: ignore[arg-type]

    def forward(self, picture: Tensor, code: Tensor) -> Tensor:
        x = _turned(picture, self.get_buffer("opponent"))
        _, deviation, centred = _moments(x)
        x = centred / deviation.clamp_min(_LEAST_DEVIATION)  # (B, 3, H, W), colours of no style
        style = self.modulation(code)
        half = F.relu(self.to_2(F.pixel_unshuffle(x, 2)))  # (B, 24, H/2, W/2)
        quarter = F.relu(self.to_4(half))
        y = F.relu(self.to_8(quarter))
        for block in self.blocks:
            y = block(y, style)
        y = self.join_2(self.join_4(y, quarter, style), half, style)
        painted = self.paint(F.relu(y))  # (B, 4, H/2, W/2)
        coloured = x * code[:, 3:6, None, None] + code[:, :3, None, None]
        broad = F.avg_pool2d(coloured, 2)
        sharper = torch.cat([broad + painted[:, :3], broad, painted[:, 3:]], 1)
        wide = F.interpolate(sharper, scale_factor=2.0, mode="bilinear")  # (B, 7, H, W)
        fine = (coloured - wide[:, 3:6]) * (1 + wide[:, 6:])
        made = _turned(wide[:, :3] + fine, self.get_buffer("opponent").T)
        inside = made.clamp(-1, 1)
        # a little of what lies outside is left in training, or nothing would pull it back
        return torch.lerp(inside, made, _LEAK) if self.training else inside
