"""The network that enlarges: convolutions at low resolution, a sub-pixel output over bicubic.

Sub-pixel convolution: Shi et al. 2016, "Real-Time Single Image and Video Super-Resolution
Using an Efficient Sub-Pixel Convolutional Neural Network", eq. 3-4. Residual blocks without
batch norm and a long skip: Lim et al. 2017, "Enhanced Deep Residual Networks for Single
Image Super-Resolution". What is learned is only what bicubic resampling lacks, so that an
untrained network already enlarges.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

SLOPE = 0.1
CUBIC = -0.5
"""Keys' parameter (1981), the one Pillow resamples with."""
BASE_TAPS = 5


class Block(nn.Module):
    """Two convolutions beside the identity; the second begins at nothing."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.kaiming_normal_(self.first.weight, SLOPE)
        _nothing(self.second)

    def forward(self, h: Tensor) -> Tensor:
        return h + self.second(F.leaky_relu(self.first(h), SLOPE))  # type: ignore[no-any-return]


class Trunk(nn.Module):
    """(B, 3, H, W) pictures in [0, 1] to (B, C, H, W) features of the same size."""

    def __init__(self, channels: int, blocks: int) -> None:
        super().__init__()
        self.head = nn.Conv2d(3, channels, 3, padding=1)
        self.blocks = nn.ModuleList(Block(channels) for _ in range(blocks))

    @property
    def reach_px(self) -> int:
        """How far a feature sees, in pixels."""
        return 1 + 2 * len(self.blocks)

    def forward(self, x: Tensor) -> Tensor:
        first: Tensor = self.head(x - 0.5)
        h = first
        for block in self.blocks:
            h = block(h)
        return h + first


class UpscalerNet(nn.Module):
    """Enlarges (B, 3, H, W) in [0, 1] to (B, 3, scale H, scale W), not clipped."""

    def __init__(self, scale: int, channels: int = 48, blocks: int = 8) -> None:
        super().__init__()
        self.scale = scale
        self.trunk = Trunk(channels, blocks)
        self.out = nn.Conv2d(channels, 3 * scale**2, 3, padding=1)
        _nothing(self.out)
        self.register_buffer("cubic", cubic_kernels(scale), persistent=False)

    def base(self, x: Tensor) -> Tensor:
        """Bicubic enlargement, as Pillow makes it away from the edges."""
        padded = F.pad(x, (BASE_TAPS // 2,) * 4, mode="replicate")
        return F.pixel_shuffle(F.conv2d(padded, self.get_buffer("cubic")), self.scale)

    def drawn(self, features: Tensor) -> Tensor:
        """What is added to the bicubic enlargement, from the trunk's features."""
        return F.pixel_shuffle(self.out(features), self.scale)

    def residual(self, x: Tensor) -> Tensor:
        """What is added to the bicubic enlargement of a picture."""
        return self.drawn(self.trunk(x))

    def forward(self, x: Tensor) -> Tensor:
        return self.base(x) + self.residual(x)


def _nothing(layer: nn.Conv2d) -> None:
    """Makes a layer give nothing, until it has learned."""
    for parameter in layer.parameters():
        nn.init.zeros_(parameter)


def cubic_kernels(scale: int) -> Tensor:
    """(3 scale², 3, 5, 5): for each colour and place within a pixel, its weights on the 5 × 5
    around it, in the order of a pixel shuffle.
    """
    taps = np.arange(BASE_TAPS) - BASE_TAPS // 2
    places = (np.arange(scale) + 0.5) / scale - 0.5  # of the new pixels' centres within the old
    along = cubic(taps[None] - places[:, None])  # (scale, 5)
    along /= along.sum(1, keepdims=True)
    both = np.einsum("ya,xb->yxab", along, along).reshape(scale**2, BASE_TAPS, BASE_TAPS)
    kernels = np.zeros((3, scale**2, 3, BASE_TAPS, BASE_TAPS))
    for colour in range(3):
        kernels[colour, :, colour] = both
    return torch.from_numpy(kernels.reshape(-1, 3, BASE_TAPS, BASE_TAPS)).float()


def cubic(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Keys' cubic convolution kernel: weights by distance in pixels."""
    x = np.abs(x)
    near = ((CUBIC + 2) * x - (CUBIC + 3)) * x**2 + 1
    far = CUBIC * (((x - 5) * x + 8) * x - 4)
    return np.where(x <= 1, near, np.where(x < 2, far, 0.0))


class TextureNet(nn.Module):
    """Draws what cannot be told any more: (B, C, H, W) features of a trunk to
    (B, 3, scale H, scale W), to be added to what an `UpscalerNet` makes.
    """

    def __init__(self, scale: int, channels: int = 48, blocks: int = 2) -> None:
        super().__init__()
        self.scale = scale
        self.blocks = nn.Sequential(*(Block(channels) for _ in range(blocks)))
        self.out = nn.Conv2d(channels, 3 * scale**2, 3, padding=1)
        _nothing(self.out)

    @property
    def reach_px(self) -> int:
        """How far beyond its features a pixel of the result sees, in small pixels."""
        return 2 * len(self.blocks) + 1

    def forward(self, features: Tensor) -> Tensor:
        return F.pixel_shuffle(self.out(self.blocks(features)), self.scale)
