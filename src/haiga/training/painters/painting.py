"""Pictures out of a painter while it trains: the same captions and seeds at every look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from haiga.core.seeds import generator
from haiga.training.painters.words import CaptionWords
from haiga.training.pictures.samples import Pictures, Sheet

SHEET_COLUMNS, SHEET_ROWS = 8, 6
BATCH = 16

Indexes = npt.NDArray[np.int64]


class Painting:
    """Paints captions with a painter's sampler.

    A row of the sheet is one caption (`texts`, held-out ones first) with the seeds 1 to 8.
    Samples to be measured are painted from captions of all pictures, drawn by the seed, as
    often as they stand there: also those of the training pictures, whose copies would
    show first.
    """

    def __init__(
        self,
        sampler: nn.Module,
        inputs: Mapping[str, Any],
        words: CaptionWords,
        *,
        held_out: Indexes,
        train: Indexes,
        device: str = "cpu",
    ) -> None:
        self.sampler, self.words, self.device = sampler, words, device
        self.latent = int(inputs["latent"])
        self.all = np.concatenate([held_out, train])
        self.rows = _different(words, self.all, SHEET_ROWS)

    @property
    def texts(self) -> list[str]:
        """The words of each row of the sheet."""
        return [" ".join(self.words.words[int(i)]) for i in self.rows]

    def sheet(self) -> Sheet:
        """The sample sheet: always the same captions and seeds."""
        seeds = list(range(1, SHEET_COLUMNS + 1)) * len(self.rows)
        return Sheet(self.pictures(seeds, np.repeat(self.rows, SHEET_COLUMNS)), SHEET_COLUMNS)

    def sample(self, count: int, seed: int) -> Pictures:
        """(count, S, S, 3) uint8 to be measured; the first of a larger count are the same."""
        seeds = [int(n) for n in generator(seed, "samples").integers(2**62, size=count)]
        places = generator(seed, "captions").integers(len(self.all), size=count)
        return self.pictures(seeds, self.all[places])

    @torch.no_grad()
    def pictures(self, seeds: Sequence[int], captions: Indexes) -> Pictures:
        """One (S, S, 3) uint8 picture a seed and caption, by the caption's picture."""
        was = self.sampler.training
        self.sampler.eval()
        out = []
        for start in range(0, len(seeds), BATCH):
            part = slice(start, start + BATCH)
            noise = [
                generator(s, "noise").standard_normal(self.latent, dtype=np.float32)
                for s in seeds[part]
            ]
            words, present = self.words.whole(captions[part])
            given = (torch.from_numpy(np.stack(noise)), words, present)
            made = self.sampler(*(value.to(self.device) for value in given))
            levels = ((made.float().nan_to_num(-1.0) + 1) * 127.5).clamp(0, 255).round().byte()
            out.append(levels.permute(0, 2, 3, 1).cpu().numpy())
        self.sampler.train(was)
        return np.ascontiguousarray(np.concatenate(out))


def _different(words: CaptionWords, indexes: Indexes, count: int) -> Indexes:
    """The first pictures whose captions say different things; any where too few do."""
    found: dict[frozenset[str], int] = {}
    for index in indexes.tolist():
        text = frozenset(words.words[index])
        if text and len(found) < count:
            found.setdefault(text, index)
    return np.array(list(found.values()) or indexes[:1].tolist(), np.int64)
