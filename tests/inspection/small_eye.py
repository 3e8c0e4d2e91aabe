"""An eye for tests, made by hand, and small pictures of one kind that are all different."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from haiga.core.nouns import Embedding, Picture

SIDE_PX = 24


class SmallEye:
    """Early: colours on a 4 × 4 grid. Late: random sums of a finer grid, above zero only."""

    models: dict[str, str] = {}  # noqa: RUF012

    def __init__(self) -> None:
        self._weights = np.random.default_rng(7).normal(0, 1, (8 * 8 * 3, 32)).astype(np.float32)

    def embed(self, pictures: Sequence[Picture]) -> Embedding:
        early = np.stack([_grid(picture, 4) for picture in pictures])
        fine = np.stack([_grid(picture, 8) for picture in pictures])
        return Embedding(early, np.maximum(fine @ self._weights, 0))


def _grid(picture: Picture, side: int) -> npt.NDArray[np.float32]:
    small = Image.fromarray(picture).resize((side, side), Image.Resampling.BOX)
    return np.asarray(small, np.float32).reshape(-1) / 127.5 - 1


def paintings(count: int, seed: int) -> list[Picture]:
    """Pictures of three to five soft discs of colour on a pale page, no two alike."""
    rng = np.random.default_rng(seed)
    down, across = np.mgrid[:SIDE_PX, :SIDE_PX] / SIDE_PX
    found = []
    for _ in range(count):
        page = np.tile(rng.uniform(215, 245, 3), (SIDE_PX, SIDE_PX, 1))
        for _ in range(rng.integers(3, 6)):
            x, y, size = rng.uniform(0.1, 0.9), rng.uniform(0.1, 0.9), rng.uniform(0.08, 0.3)
            inside = np.exp(-((((down - y) ** 2 + (across - x) ** 2) / size**2) ** 2))[..., None]
            page = (1 - inside) * page + inside * rng.uniform(20, 230, 3)
        found.append(page.round().astype(np.uint8))
    return found


def noisy(pictures: Sequence[Picture], seed: int, levels: float = 6) -> list[Picture]:
    """The same pictures with a little noise on every pixel."""
    rng = np.random.default_rng(seed)
    return [
        np.clip(p + rng.normal(0, levels, p.shape), 0, 255).round().astype(np.uint8)
        for p in pictures
    ]
