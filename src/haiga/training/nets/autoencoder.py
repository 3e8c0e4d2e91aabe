"""A compact convolutional autoencoder: 8 times down, 8 channels.

The latent is the mean of a diagonal Gaussian with a small KL weight
(Rombach et al. 2022, "High-Resolution Image Synthesis with Latent Diffusion
Models", section 3.1); the wide layers sit at low resolution, so that it trains
on two CPU cores.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

LATENT_CHANNELS = 8
DOWN = 8


class ResidualBlock(nn.Module):
    """GroupNorm, two 3x3 convolutions with SiLU between, around a skip."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(8, channels)
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.conv2.weight)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv2(F.silu(self.conv1(self.norm(x))))  # type: ignore[no-any-return]


class Encoder(nn.Module):
    """(B, 3, H, W) in [-1, 1] to the mean and log-variance, each (B, 8, H/8, W/8)."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.PixelUnshuffle(2),  # H/2
            nn.Conv2d(12, 48, 3, padding=1),
            nn.SiLU(),
            nn.Conv2d(48, 96, 4, stride=2, padding=1),  # H/4
            ResidualBlock(96),
            nn.SiLU(),
            nn.Conv2d(96, 192, 4, stride=2, padding=1),  # H/8
            ResidualBlock(192),
            ResidualBlock(192),
            nn.GroupNorm(8, 192),
            nn.SiLU(),
            nn.Conv2d(192, 2 * LATENT_CHANNELS, 3, padding=1),
        )

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        mean, log_variance = self.net(x).float().chunk(2, dim=1)
        return mean, log_variance.clamp(-14.0, 4.0)


class Decoder(nn.Module):
    """(B, 8, h, w) latents to (B, 3, 8h, 8w) in about [-1, 1]."""

    def __init__(self, widths: tuple[int, int, int] = (224, 128, 48)) -> None:
        super().__init__()
        a, b, c = widths
        self.net = nn.Sequential(
            nn.Conv2d(LATENT_CHANNELS, a, 3, padding=1),
            ResidualBlock(a),
            ResidualBlock(a),
            nn.SiLU(),
            nn.Conv2d(a, 4 * b, 1),
            nn.PixelShuffle(2),  # H/4
            ResidualBlock(b),
            ResidualBlock(b),
            nn.SiLU(),
            nn.Conv2d(b, 4 * c, 1),
            nn.PixelShuffle(2),  # H/2
            ResidualBlock(c),
            nn.SiLU(),
            nn.Conv2d(c, 4 * 16, 3, padding=1),
            nn.PixelShuffle(2),  # H
            nn.SiLU(),
            nn.Conv2d(16, 3, 3, padding=1),
        )

    def forward(self, z: Tensor) -> Tensor:
        return self.net(z)  # type: ignore[no-any-return]


def sample_latent(mean: Tensor, log_variance: Tensor, noise: Tensor) -> Tensor:
    """z = mean + sigma * noise, the reparameterised draw (Kingma & Welling 2014, eq. 10)."""
    return mean + torch.exp(0.5 * log_variance) * noise


def kl_divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(q || N(0, 1)) in nats a latent value (Kingma & Welling 2014, appendix B)."""
    return 0.5 * (mean.square() + log_variance.exp() - 1.0 - log_variance).mean()
