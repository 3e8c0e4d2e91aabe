"""A discriminator that judges what a frozen network sees (Sauer et al. 2021, "Projected GANs
Converge Faster").

The features of the eye at three scales are mixed across channels and scales by random
projections that are never trained (section 3.2), and a small head judges each scale. Pictures
are judged by what they show from the first step on, which a network that must learn to see
first does only after many thousands.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

from haiga.training.nets.eye import EyeNet

CHANNELS = 64
"""Channels of every projected scale."""


class Projection(nn.Module):
    """The eye's features at 4, 8 and 16 px to a place, mixed at random: three maps of 64 channels.

    `seen_px` is the side that pictures are brought to first. The mixing weights are buffers,
    never trained; the eye is no part of the state.
    """

    def __init__(self, eye: EyeNet, seed: int, seen_px: int, channels: int = CHANNELS) -> None:
        super().__init__()
        self._eye = [eye.eval().requires_grad_(False)]  # in a list, so that it is no part of us
        self.seen_px = seen_px
        rng = torch.Generator().manual_seed(seed)
        for n, count in enumerate(eye.widths):
            across_channels = torch.randn(channels, count, 1, 1, generator=rng)
            across_scales = torch.randn(channels, channels, 3, 3, generator=rng)
            self.register_buffer(f"channels_{n}", across_channels / count**0.5)
            self.register_buffer(f"scales_{n}", across_scales / (9 * channels) ** 0.5)

    def forward(self, pixels: Tensor) -> list[Tensor]:
        """(B, 3, S, S) in [-1, 1] to three (B, 64, h, h), finest first, each of mean square 1."""
        size = (self.seen_px, self.seen_px)
        if pixels.shape[-2:] != size:
            pixels = F.interpolate(pixels, size, mode="bilinear", align_corners=False)
        mixed: list[Tensor] = []
        above: Tensor | None = None
        for n, seen in reversed(list(enumerate(self._eye[0].scales(pixels)))):
            here = F.conv2d(_levelled(seen), self.get_buffer(f"channels_{n}"))
            if above is not None:
                here = here + F.interpolate(above, scale_factor=2.0, mode="bilinear")
            above = F.conv2d(here, self.get_buffer(f"scales_{n}"), padding=1)
            mixed.insert(0, _levelled(above))
        return mixed


def _levelled(x: Tensor) -> Tensor:
    """The map over its root mean square in the whole batch, so that no scale is louder."""
    return x / x.detach().float().square().mean().sqrt().clamp_min(1e-4).to(x.dtype)


class Head(nn.Sequential):
    """Judges a map of one scale at 4 by 4 places: (B, C, h, h) to (B, 16) logits."""

    def __init__(self, channels: int, side: int) -> None:
        layers: list[nn.Module] = []
        width = channels
        while side > 4:
            conv = nn.Conv2d(channels, width, 4, 2, 1, bias=False)
            layers += [spectral_norm(conv), nn.GroupNorm(8, width), nn.LeakyReLU(0.2)]
            channels, side = width, side // 2
        layers += [spectral_norm(nn.Conv2d(channels, width, 3, padding=1)), nn.LeakyReLU(0.2)]
        super().__init__(*layers, spectral_norm(nn.Conv2d(width, 1, 1)), nn.Flatten())


class ProjectedDiscriminator(nn.Module):
    """One `Head` for each scale of a `Projection`; their logits stand side by side, (B, 48).

    Nothing but the heads is trained.
    """

    def __init__(self, eye: EyeNet, seed: int, seen_px: int, channels: int = CHANNELS) -> None:
        super().__init__()
        self.project = Projection(eye, seed, seen_px, channels)
        self.heads = nn.ModuleList(Head(channels, seen_px // n) for n in (4, 8, 16))

    def forward(self, pixels: Tensor) -> Tensor:
        """The logits of (B, 3, S, S) in [-1, 1]."""
        with torch.set_grad_enabled(pixels.requires_grad):  # no gradient is wanted of the eye
            maps = self.project(pixels)
        return torch.cat([head(x) for head, x in zip(self.heads, maps, strict=True)], 1)
