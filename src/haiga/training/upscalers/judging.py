"""How well a network enlarges held-out pictures while it trains, and the sheet that shows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from haiga.core.seeds import generator
from haiga.media.picture_folders import FOLDER
from haiga.training.nets.upscaler import UpscalerNet
from haiga.training.pictures.parts import Verdict
from haiga.training.pictures.samples import Pictures, Sheet
from haiga.training.pictures.store import Indexes, PictureStore
from haiga.training.upscalers.degrade import Faults, reduced
from haiga.training.upscalers.learner import psnr

SHOWN, ROWS = 4, 6
MOST_FOLDERS = 12
BATCH = 32


class Judging:
    """Enlarges held-out tiles that were made small, and compares them with what they were.

    `enlarge` takes (B, 3, H, W) in [0, 1] to the same `scale` times larger.
    """

    def __init__(
        self,
        store: PictureStore,
        scale: int,
        faults: Faults,
        enlarge: Callable[[Tensor], Tensor],
        *,
        best: bool = True,
    ) -> None:
        self.store, self.scale, self.faults = store, scale, faults
        self.enlarge, self.best = enlarge, best
        self.bicubic = UpscalerNet(scale, 1, 0).base
        self.side = store.size_px // scale * scale
        self._chosen: Indexes = np.zeros(0, np.int64)

    def sample(self, count: int, seed: int) -> Pictures:
        """`count` held-out tiles at most, always the same, reduced and enlarged again."""
        held = self.store.held_out
        self._chosen = np.sort(generator(seed, "judged").permutation(held)[:count])
        return _levels(self._each(self._chosen, self.enlarge))

    def figures(self, made: Pictures) -> Mapping[str, float]:
        """Decibels of luma PSNR, and what is gained over bicubic, in all and in each folder."""
        wanted, small = self._pairs(self._chosen)
        ours = psnr(_floats(made), wanted, self.scale)
        plain = psnr(self.bicubic(small).clamp(0, 1), wanted, self.scale)
        gain = (ours - plain).numpy()
        row = {"psnr": float(ours.mean()), "gain": float(gain.mean())}
        parts: dict[str, list[float]] = defaultdict(list)
        for index, value in zip(self._chosen, gain, strict=True):
            parts[self.store.items[int(index)].columns.get(FOLDER, "")].append(float(value))
        if 1 < len(parts) <= MOST_FOLDERS:
            row |= {f"gain_{name}": float(np.mean(parts[name])) for name in sorted(parts) if name}
        return row

    def verdict(self, rows: Sequence[Mapping[str, Any]]) -> Verdict:
        """The look with most gain is the best; or the last, where gain is not what is sought."""
        if not self.best:
            return Verdict(len(rows) - 1)
        return Verdict(max(range(len(rows)), key=lambda i: float(rows[i]["gain"])))

    def sheet(self) -> Sheet:
        """Rows of held-out tiles: bicubic, enlarged, and as they were."""
        held = self.store.held_out
        chosen = generator(0, "sheet").permutation(held)[: SHOWN * ROWS]
        wanted, small = self._pairs(chosen)
        kinds = (self.bicubic(small).clamp(0, 1), _floats(_levels(self.enlarge(small))), wanted)
        rows = [_levels(kind) for kind in kinds]
        order = [rows[k][i] for i in range(len(chosen)) for k in range(3)]
        return Sheet(np.stack(order), 3 * SHOWN)

    def _pairs(self, indexes: Indexes) -> tuple[Tensor, Tensor]:
        wanted = _floats(self.store.pixels[indexes][:, : self.side, : self.side])
        rng = torch.Generator().manual_seed(0)  # the same faults at every look
        return wanted, reduced(wanted, self.scale, self.faults, rng)

    def _each(self, indexes: Indexes, enlarge: Callable[[Tensor], Tensor]) -> Tensor:
        _, small = self._pairs(indexes)
        parts = [enlarge(small[i : i + BATCH]) for i in range(0, len(small), BATCH)]
        return torch.cat(parts)


def _floats(pictures: Pictures) -> Tensor:
    """(N, S, S, 3) uint8 as (N, 3, S, S) in [0, 1]."""
    return torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float() / 255


def _levels(pictures: Tensor) -> Pictures:
    levels = (pictures.float().clamp(0, 1) * 255).round().byte()
    return np.ascontiguousarray(levels.permute(0, 2, 3, 1).cpu().numpy())
