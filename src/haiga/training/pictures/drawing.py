"""Pictures out of a generator while it trains: the same inputs at every look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from haiga.core.seeds import generator
from haiga.roles.generators.layout import Code
from haiga.training.pictures.samples import Pictures, Sheet

SHEET_COLUMNS, SHEET_ROWS = 8, 6
BATCH = 32

Inputs = tuple[Tensor, ...]


class Drawing:
    """Draws from a generator's sampler by seeds.

    Picture i of the sheet is what `haiga generate --seed i` makes of the exported model (with
    labels, a row for each of the six commonest). Samples to be measured have other seeds,
    and labels as often as the training pictures have them: `labels` holds those, (N,).
    """

    def __init__(
        self,
        sampler: nn.Module,
        inputs: Mapping[str, Any],
        *,
        labels: npt.NDArray[np.int64] | None = None,
        device: str = "cpu",
    ) -> None:
        self.sampler, self.device, self.labels = sampler, device, labels
        self.latent = int(inputs["latent"])
        self.names: Sequence[str] = tuple(inputs["labels"])
        self.codes = [Code(**code) for code in inputs["codes"]]

    def sheet(self) -> Sheet:
        """The sample sheet: always the same seeds."""
        if self.names and self.labels is not None:
            counts = np.bincount(self.labels, minlength=len(self.names))
            rows = np.argsort(-counts, kind="stable")[:SHEET_ROWS]
            seeds = list(range(1, SHEET_COLUMNS + 1)) * len(rows)
            return Sheet(self.pictures(seeds, np.repeat(rows, SHEET_COLUMNS)), SHEET_COLUMNS)
        seeds = list(range(1, SHEET_COLUMNS * SHEET_ROWS + 1))
        return Sheet(self.pictures(seeds), SHEET_COLUMNS)

    def sample(self, count: int, seed: int) -> Pictures:
        """(count, S, S, 3) uint8 to be measured; the first of a larger count are the same."""
        draw = generator(seed, "samples")
        seeds = [int(n) for n in draw.integers(2**62, size=count)]
        labels = None
        if self.names and self.labels is not None:
            labels = generator(seed, "labels").choice(self.labels, count)
        return self.pictures(seeds, labels)

    @torch.no_grad()
    def pictures(
        self, seeds: Sequence[int], labels: npt.NDArray[np.int64] | None = None
    ) -> Pictures:
        """One (S, S, 3) uint8 picture a seed."""
        was = self.sampler.training
        self.sampler.eval()
        out = []
        for start in range(0, len(seeds), BATCH):
            part = slice(start, start + BATCH)
            given = self._inputs(seeds[part], None if labels is None else labels[part])
            out.append(_pixels(self.sampler(*given)))
        self.sampler.train(was)
        return np.concatenate(out)

    def _inputs(self, seeds: Sequence[int], labels: npt.NDArray[np.int64] | None) -> Inputs:
        latents = [
            generator(s, "latent").standard_normal(self.latent, dtype=np.float32) for s in seeds
        ]
        given = [torch.from_numpy(np.stack(latents))]
        if self.names:
            if labels is None:
                drawn = [int(generator(s, "label").integers(len(self.names))) for s in seeds]
                labels = np.array(drawn, np.int64)
            given.append(torch.from_numpy(np.asarray(labels, np.int64).copy()))
        if self.codes:
            rows = [
                np.concatenate(
                    [
                        code.values(code.drawn(generator(s, "code", code.name)))
                        for code in self.codes
                    ]
                )
                for s in seeds
            ]
            given.append(torch.from_numpy(np.stack(rows)))
        return tuple(value.to(self.device) for value in given)


def _pixels(values: Tensor) -> Pictures:
    """(B, 3, S, S) in [-1, 1] as (B, S, S, 3) uint8; what is no number as black."""
    levels = ((values.float().nan_to_num(-1.0) + 1) * 127.5).clamp(0, 255).round().byte()
    return np.ascontiguousarray(levels.permute(0, 2, 3, 1).cpu().numpy())
