"""Small networks that make and judge the latents of a frozen autoencoder instead of pixels.

A latent of 16 by 16 places stands for a picture of 128 by 128 pixels, and the decoder, which
has seen many paintings, supplies brush and colour: a generator of latents needs to learn
only what lies where. The idea is that of latent diffusion (Rombach et al. 2022) with an
adversarial generator in place of the diffusion.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from haiga.training.nets.autoencoder import LATENT_CHANNELS
from haiga.training.nets.fastgan import LATENT
from haiga.training.parallel import drawn

SIDE = 16
"""Places along a side of a latent."""
FIRST = 4
"""And along a side of the first map."""


class Modulated(nn.Module):
    """Group norm whose gain and shift the style gives, then SiLU and a 3x3 convolution."""

    def __init__(self, inputs: int, outputs: int, style: int = LATENT) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(8, inputs, affine=False)
        self.style = nn.Linear(style, 2 * inputs)
        self.conv = nn.Conv2d(inputs, outputs, 3, padding=1)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        gain, shift = self.style(style)[:, :, None, None].chunk(2, 1)
        return self.conv(F.silu(self.norm(x) * (1 + gain) + shift))  # type: ignore[no-any-return]


class StyledBlock(nn.Module):
    """Two modulated convolutions beside a short cut: (B, C, h, w) to (B, C', h, w)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.first = Modulated(inputs, outputs)
        self.second = Modulated(outputs, outputs)
        nn.init.zeros_(self.second.conv.weight)
        self.short = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        short: Tensor = self.short(x)
        return short + self.second(self.first(x, style), style)  # type: ignore[no-any-return]


class LatentGenerator(nn.Module):
    """(B, 128) normal numbers to standardised latents (B, 8, 16, 16).

    The numbers are put on a sphere and mapped to a style, which steers every layer (Karras
    et al. 2019, "A Style-Based Generator Architecture for GANs", section 2).
    """

    def __init__(self, widths: tuple[int, int, int] = (160, 128, 96)) -> None:
        super().__init__()
        a, b, c = widths
        self.style = nn.Sequential(nn.Linear(LATENT, LATENT), nn.SiLU(), nn.Linear(LATENT, LATENT))
        self.begin = nn.Linear(LATENT, FIRST * FIRST * a)
        self.channels = a
        self.coarse = StyledBlock(a, a)
        self.middle = nn.ModuleList([StyledBlock(a, b), StyledBlock(b, b)])
        self.fine = nn.ModuleList([StyledBlock(b, c), StyledBlock(c, c)])
        self.norm = nn.GroupNorm(8, c)
        self.out = nn.Conv2d(c, LATENT_CHANNELS, 3, padding=1)

    def forward(self, latent: Tensor) -> Tensor:
        sphere = F.normalize(latent, dim=1) * latent.shape[1] ** 0.5
        style = self.style(sphere)
        x = self.begin(sphere).unflatten(1, (self.channels, FIRST, FIRST))
        x = self.coarse(x, style)
        for blocks in (self.middle, self.fine):
            x = F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
            for block in blocks:
                x = block(x, style)
        return self.out(F.silu(self.norm(x)))  # type: ignore[no-any-return]


class Judging(nn.Module):
    """Two convolutions beside a short cut, then half the side; no norm, as in Huang et al. 2024."""

    def __init__(self, inputs: int, outputs: int, *, halve: bool = True) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, inputs, 3, padding=1)
        self.second = nn.Conv2d(inputs, outputs, 3, padding=1)
        nn.init.zeros_(self.second.weight)
        self.short = nn.Conv2d(inputs, outputs, 1)
        self.halve = halve

    def forward(self, x: Tensor) -> Tensor:
        h = self.first(F.leaky_relu(x, 0.2))
        h = self.second(F.leaky_relu(h, 0.2)) + self.short(x)
        return F.avg_pool2d(h, 2) if self.halve else h


class LatentDiscriminator(nn.Module):
    """Standardised latents (B, 8, 16, 16) to one logit each, (B,)."""

    def __init__(self, widths: tuple[int, int, int] = (64, 128, 192)) -> None:
        super().__init__()
        a, b, c = widths
        self.net = nn.Sequential(
            nn.Conv2d(LATENT_CHANNELS, a, 3, padding=1),
            Judging(a, a, halve=False),
            Judging(a, b),
            Judging(b, c),
            Judging(c, c, halve=False),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            nn.Linear(c * (SIDE // 4) ** 2, 1),
        )

    def forward(self, latents: Tensor) -> Tensor:
        return self.net(latents)[:, 0]  # type: ignore[no-any-return]


def augmented(x: Tensor, rng: torch.Generator) -> Tensor:
    """(B, C, S, S) latents shifted by up to three places, with a square of half the side blank,
    their contrast and each channel's level changed a little, each drawn anew for every latent.

    Differentiable, as Zhao et al. 2020 ask, so that both sides see the same kinds of change.
    """
    batch, channels, side, _ = x.shape
    reach = 3
    down, right = _places(rng, 2 * reach + 1, batch).to(x.device)
    along = torch.arange(side, device=x.device)
    rows, columns = down[:, None] + along, right[:, None] + along  # (B, S) each
    padded = F.pad(x, (reach,) * 4, mode="replicate").permute(0, 2, 3, 1)
    each = torch.arange(batch, device=x.device)[:, None, None]
    x = padded[each, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)
    centre = _places(rng, side + 1, batch).to(x.device)
    near = (along[None, None] - centre[:, :, None]).abs() < side // 4  # (2, B, S)
    kept = ~(near[0][:, :, None] & near[1][:, None, :])
    changes = drawn(
        rng,
        batch,
        lambda n: torch.randn((n, 1 + channels, 1, 1), generator=rng, device=rng.device),
    ).to(x.device, x.dtype)
    return x * kept[:, None].to(x.dtype) * (1 + 0.2 * changes[:, :1]) + 0.3 * changes[:, 1:]


def _places(rng: torch.Generator, below: int, count: int) -> Tensor:
    """(2, B) whole numbers from 0 on."""
    return drawn(
        rng, count, lambda n: torch.randint(0, below, (2, n), generator=rng, device=rng.device),
        dim=1,
    )  # fmt: skip
