"""The eye: a small residual network that turns a picture into an early, a late and a mapped view.

After He et al. 2016, "Deep Residual Learning", basic blocks with batch norm; widths chosen
so that a 128 px picture costs about 0.25 G multiply-adds.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

SIDE_PX = 128
EARLY, LATE = 256, 384
"""Values of the early view (16 channels on a 4 by 4 grid) and of the late one."""
GRID = 4


class Unit(nn.Sequential):
    """A convolution and its batch norm."""

    def __init__(self, into: int, out: int, kernel: int, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(into, out, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(out)
        )


class Residual(nn.Module):
    """Two 3x3 convolutions around which the input passes unchanged."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = Unit(width, width, 3)
        self.second = Unit(width, width, 3)
        nn.init.zeros_(self.second[1].weight)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.second(F.relu(self.first(x))))


class EyeNet(nn.Module):
    """Pictures (B, 3, 128, 128) in [-1, 1] to early (B, 256), late (B, 384), map (B, 384, 8, 8).

    The early view keeps the layout: 16 channels of an 8 px lattice, averaged on
    a 4 by 4 grid. The late view is the mean of the map over its 64 places.
    `widths` are the channels at 4, 8 and 16 px to a place, `depths` the blocks there.
    """

    def __init__(
        self,
        widths: tuple[int, int, int] = (32, 96, 240),
        depths: tuple[int, int, int] = (1, 1, 2),
    ) -> None:
        super().__init__()
        low, middle, high = widths
        self.stem = nn.ModuleList([Unit(3, 24, 3, 2), Unit(24, low, 3, 2)])
        self.low = nn.Sequential(*[Residual(low) for _ in range(depths[0])])
        self.to_middle = Unit(low, middle, 3, 2)
        self.middle = nn.Sequential(*[Residual(middle) for _ in range(depths[1])])
        self.early = nn.Conv2d(middle, EARLY // GRID**2, 1)
        self.to_high = Unit(middle, high, 3, 2)
        self.high = nn.Sequential(*[Residual(high) for _ in range(depths[2])])
        self.out = Unit(high, LATE, 1)

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        middle = self.lattice(pixels)
        early = F.avg_pool2d(self.early(middle), middle.shape[-1] // GRID).flatten(1)
        high = self.high(F.relu(self.to_high(middle)))
        mapped = F.relu(self.out(high))
        return early, mapped.mean((2, 3)), mapped

    def lattice(self, pixels: Tensor) -> Tensor:
        """The features at 8 px to a place, (B, C, 16, 16), which the early view is made of."""
        x = pixels
        for unit in self.stem:
            x = F.relu(unit(x))
        return self.middle(F.relu(self.to_middle(self.low(x))))  # type: ignore[no-any-return]
