"""The deep convolutional GAN (Radford et al. 2015, "Unsupervised Representation Learning with
Deep Convolutional Generative Adversarial Networks")."""

from __future__ import annotations

from torch import Tensor, nn

LATENT = 100
"""Size of the latent, as in the paper."""


def initial(module: nn.Module) -> None:
    """Weights from N(0, 0.02), batch norm scales from N(1, 0.02), as in the paper."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)


def doublings(size_px: int) -> int:
    """How often 4 px must be doubled to give the side."""
    return (size_px // 4).bit_length() - 1


class DcganGenerator(nn.Module):
    """(B, 100) normal latents to (B, 3, S, S) in [-1, 1]; the last layer takes `width` channels."""

    def __init__(self, size_px: int = 64, width: int = 64, latent: int = LATENT) -> None:
        super().__init__()
        steps = doublings(size_px)
        channels = width << (steps - 1)
        layers: list[nn.Module] = [
            nn.ConvTranspose2d(latent, channels, 4, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
        ]
        for _ in range(steps - 1):
            layers += [
                nn.ConvTranspose2d(channels, channels // 2, 4, 2, 1, bias=False),
                nn.BatchNorm2d(channels // 2),
                nn.ReLU(),
            ]
            channels //= 2
        layers += [nn.ConvTranspose2d(channels, 3, 4, 2, 1, bias=False), nn.Tanh()]
        self.net = nn.Sequential(*layers)
        self.apply(initial)

    def forward(self, latent: Tensor) -> Tensor:
        return self.net(latent[:, :, None, None])  # type: ignore[no-any-return]


class DcganDiscriminator(nn.Module):
    """(B, 3, S, S) to (B,) logits; strided convolutions, batch norm in all but the first layer."""

    def __init__(self, size_px: int = 64, width: int = 64) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(3, width, 4, 2, 1, bias=False), nn.LeakyReLU(0.2)]
        channels = width
        for _ in range(doublings(size_px) - 1):
            layers += [
                nn.Conv2d(channels, 2 * channels, 4, 2, 1, bias=False),
                nn.BatchNorm2d(2 * channels),
                nn.LeakyReLU(0.2),
            ]
            channels *= 2
        self.features = nn.Sequential(*layers)  # (B, C, 4, 4)
        self.score = nn.Conv2d(channels, 1, 4, bias=False)
        self.apply(initial)

    def forward(self, x: Tensor) -> Tensor:
        return self.score(self.features(x)).flatten()  # type: ignore[no-any-return]
