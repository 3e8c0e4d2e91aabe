"""A light generator for small collections (Liu et al. 2021, "Towards Faster and Stabilized GAN
Training for High-fidelity Few-shot Image Synthesis"), cut down to what one CPU core trains.

Kept: skip-layer excitation, gated linear units, a discriminator that must also redraw what
it saw. Changed: every convolution works at the lower of its two resolutions (the paper's
upsample first, four times the arithmetic), no noise is injected (one latent, one
picture), and the discriminator has a second, finer head.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

from haiga.training.batch_statistics import spread
from haiga.training.nets.dcgan import doublings
from haiga.training.parallel import Rows

LATENT = 128
LABEL = 64
"""Size of a label's vector."""


def channels_at(side: int, size_px: int, width: int) -> int:
    """Channels at one resolution: `width` at half the picture's side, more where it is coarser."""
    return min(width * max(size_px // 2 // side, 1), 6 * width)


def doubled(x: Tensor) -> Tensor:
    """Twice the side, between the pixels in straight lines: repeated ones leave plaid patterns."""
    return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)


class Excitation(nn.Module):
    """Scales the channels of a fine map by what a coarse one holds (skip-layer excitation)."""

    def __init__(self, coarse: int, fine: int) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.AdaptiveAvgPool2d(4),
            nn.Conv2d(coarse, fine, 4),
            nn.SiLU(),
            nn.Conv2d(fine, fine, 1),
            nn.Sigmoid(),
        )

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        return fine * self.net(coarse)  # type: ignore[no-any-return]


class Grow(nn.Module):
    """(B, C, H, W) to (B, C', 2H, 2W): convolution, norm, gate, then twice the side."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, 2 * outputs, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(2 * outputs)

    def forward(self, x: Tensor) -> Tensor:
        return doubled(F.glu(self.norm(self.conv(x)), 1))


class FastGenerator(nn.Module):
    """(B, 128) normal latents to (B, 3, S, S) in [-1, 1]."""

    def __init__(self, size_px: int = 64, width: int = 32, latent: int = LATENT) -> None:
        super().__init__()
        first = channels_at(4, size_px, width)
        self.first = nn.Sequential(
            nn.ConvTranspose2d(latent, 2 * first, 4, bias=False), nn.BatchNorm2d(2 * first)
        )
        sides = [4 << n for n in range(doublings(size_px))]  # 4 … S / 2
        counts = [channels_at(side, size_px, width) for side in sides]
        self.grow = nn.ModuleList(Grow(a, b) for a, b in pairwise(counts))
        # each map three doublings finer is told what the coarse one holds
        self.excite = nn.ModuleDict(
            {str(n): Excitation(counts[n - 3], counts[n]) for n in range(3, len(counts))}
        )
        self.last = nn.Sequential(
            nn.Conv2d(counts[-1], 2 * counts[-1], 3, padding=1, bias=False),
            nn.BatchNorm2d(2 * counts[-1]),
            nn.GLU(1),
        )
        self.colour = nn.Conv2d(counts[-1], 3, 3, padding=1)

    def forward(self, latent: Tensor) -> Tensor:
        x = F.glu(self.first(latent[:, :, None, None]), 1)  # (B, C, 4, 4)
        maps = [x]
        for n, grow in enumerate(self.grow, 1):
            x = grow(x)
            if str(n) in self.excite:
                x = self.excite[str(n)](maps[n - 3], x)
            maps.append(x)
        return torch.tanh(self.colour(doubled(self.last(x))))


class Shrink(nn.Module):
    """(B, C, H, W) to (B, C', H/2, W/2) by a strided convolution beside a pooled short cut."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.main = spectral_norm(nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False))
        self.short = spectral_norm(nn.Conv2d(inputs, outputs, 1, bias=False))

    def forward(self, x: Tensor) -> Tensor:
        return F.leaky_relu(self.main(x) + self.short(F.avg_pool2d(x, 2)), 0.2)


class Judgement(NamedTuple):
    """What a discriminator says of B pictures, and what it saw.

    Logits `fine` (B, 64) and `coarse` (B, 1); `features` (B, C, 8, 8); `pooled` (B, C').
    """

    fine: Tensor
    coarse: Tensor
    features: Tensor
    pooled: Tensor


class FastDiscriminator(nn.Module):
    """Judges (B, 3, S, S) at 8 x 8 places and as a whole.

    `redraw` makes a (B, 3, 32, 32) picture of the features; the loss on real pictures keeps
    them from forgetting what the pictures hold (section 3.2). With `labels`, the
    whole is judged as a picture of its label: the inner product of the label's vector and
    the pooled features is added (Miyato and Koyama 2018, "cGANs with Projection
    Discriminator", figure 1d).
    """

    def __init__(self, size_px: int = 64, width: int = 16, labels: int = 0) -> None:
        super().__init__()
        self.rows: Rows | None = None
        """Which rows of a larger batch it judges, where other workers judge the others."""
        halvings = doublings(size_px)
        counts = [min(width << n, 8 * width) for n in range(halvings)]
        self.stem = spectral_norm(nn.Conv2d(3, width, 4, 2, 1))
        self.shrink = nn.ModuleList(Shrink(a, b) for a, b in pairwise(counts))
        self.fine = spectral_norm(nn.Conv2d(counts[-2], 1, 1))
        self.channels = counts[-1]
        self.mixed = spectral_norm(nn.Conv2d(counts[-1] + 1, counts[-1], 3, padding=1, bias=False))
        self.coarse = spectral_norm(nn.Conv2d(counts[-1], 1, 4))
        self.label = spectral_norm(nn.Embedding(labels, counts[-1])) if labels else None
        half = max(counts[-2] // 4, 1) * 2
        self.redraw = nn.Sequential(
            nn.Conv2d(counts[-2], 2 * half, 3, padding=1, bias=False),
            nn.GLU(1),
            nn.Upsample(scale_factor=2.0),
            nn.Conv2d(half, half, 3, padding=1, bias=False),
            nn.GLU(1),
            nn.Upsample(scale_factor=2.0),
            nn.Conv2d(half // 2, 3, 3, padding=1),
            nn.Tanh(),
        )

    def forward(self, x: Tensor, label: Tensor | None = None) -> Judgement:
        h = F.leaky_relu(self.stem(x), 0.2)
        for shrink in self.shrink[:-1]:
            h = shrink(h)
        features = h  # (B, C, 8, 8)
        h = self.shrink[-1](features)  # (B, C', 4, 4)
        apart = spread(h.float(), self.rows).mean().to(h.dtype)  # Karras et al. 2018, section 3
        h = torch.cat([h, apart.expand(len(h), 1, *h.shape[2:])], 1)
        h = F.leaky_relu(self.mixed(h), 0.2)
        pooled = h.mean((2, 3))
        coarse = self.coarse(h).flatten(1)
        if self.label is not None and label is not None:
            coarse = coarse + (self.label(label) * pooled).sum(1, keepdim=True)
        return Judgement(self.fine(features).flatten(1), coarse, features, pooled)


class Labelled(nn.Module):
    """A generator told a label: its learned vector stands beside the latent."""

    def __init__(self, labels: int, size_px: int, width: int, latent: int = LATENT) -> None:
        super().__init__()
        self.label = nn.Embedding(labels, LABEL)
        self.net = FastGenerator(size_px, width, latent + LABEL)

    def forward(self, latent: Tensor, label: Tensor) -> Tensor:
        """(B, L) latents and (B,) int64 labels to (B, 3, S, S) in [-1, 1]."""
        return self.net(torch.cat([latent, self.label(label)], 1))  # type: ignore[no-any-return]


class Coded(nn.Module):
    """A generator told codes, which stand beside the latent."""

    def __init__(self, codes: int, size_px: int, width: int, latent: int = LATENT) -> None:
        super().__init__()
        self.net = FastGenerator(size_px, width, latent + codes)

    def forward(self, latent: Tensor, codes: Tensor) -> Tensor:
        """(B, L) latents and (B, K) codes to (B, 3, S, S) in [-1, 1]."""
        return self.net(torch.cat([latent, codes], 1))  # type: ignore[no-any-return]


class FastEncoder(nn.Module):
    """(B, 3, S, S) to the mean and log variance of its latent, (B, L) each."""

    def __init__(self, size_px: int = 64, width: int = 16, latent: int = LATENT) -> None:
        super().__init__()
        counts = [3, *(min(width << n, 8 * width) for n in range(doublings(size_px)))]
        layers: list[nn.Module] = []
        for a, b in pairwise(counts):
            layers += [nn.Conv2d(a, b, 4, 2, 1, bias=False), nn.BatchNorm2d(b), nn.LeakyReLU(0.2)]
        self.net = nn.Sequential(*layers, nn.Flatten(), nn.Linear(16 * counts[-1], 2 * latent))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        mean, log_variance = self.net(x).float().chunk(2, 1)
        return mean, log_variance.clamp(-8, 4)
