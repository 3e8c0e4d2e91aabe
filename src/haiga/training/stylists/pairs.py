"""Pictures and styles side by side: a feed of each, and the views that training takes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from haiga.core.seeds import derive_seed
from haiga.training.pictures.feed import Feed
from haiga.training.pictures.store import Indexes, PictureStore
from haiga.training.stylists.gathering import Uses

VIEW_PX = (160, 192, 224)
"""Sides of views; each step draws one."""
SOFT_SHARE, SOFTEST = 0.25, 5.0
"""So many pictures are seen blurred, at most as if enlarged so many times."""


@dataclass(frozen=True)
class PairBatch:
    """Contents and styles, each (B, 3, S, S) in [-1, 1]: content i is to follow style i."""

    contents: Tensor
    styles: Tensor


class Pairs:
    """Two feeds of one store: contents and styles pass at their own pace, each in rounds."""

    def __init__(self, store: PictureStore, uses: Uses, *, batch: int, seed: int, device: str):
        def feed(indexes: Indexes, name: str) -> Feed:
            return Feed(store, indexes, batch=batch, seed=derive_seed(seed, name), device=device)

        self.feeds = {
            "contents": feed(uses.contents, "contents"),
            "styles": feed(uses.styles, "styles"),
        }

    @property
    def epoch(self) -> int:
        """How many rounds over the contents are complete."""
        return self.feeds["contents"].epoch

    @property
    def seen(self) -> Indexes:
        """How often each crop has been given out, as content or style."""
        out: Indexes = self.feeds["contents"].seen + self.feeds["styles"].seen
        return out

    def next(self) -> PairBatch:
        """The next contents and styles."""
        return PairBatch(*(feed.next().pixels for feed in self.feeds.values()))

    def state(self) -> dict[str, Any]:
        """Where both feeds stand."""
        return {
            f"{name} {key}": value
            for name, feed in self.feeds.items()
            for key, value in feed.state().items()
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Goes on where `state()` was taken."""
        for name, feed in self.feeds.items():
            start = f"{name} "
            feed.restore(
                {k.removeprefix(start): v for k, v in state.items() if k.startswith(start)}
            )

    def close(self) -> None:
        """Ends the feeds' threads."""
        for feed in self.feeds.values():
            feed.close()

    def __enter__(self) -> Pairs:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def views(batch: PairBatch, rng: torch.Generator) -> PairBatch:
    """Random squares of both, brought to one of `VIEW_PX`; some contents blurred.

    The first content is its own style: a picture that follows itself stays as it is.
    """
    side = VIEW_PX[int(torch.randint(len(VIEW_PX), (1,), generator=rng))]
    styles = _parts(batch.styles, side, 0.7, rng)
    contents = _parts(batch.contents, side, 0.5, rng)
    for row in torch.nonzero(torch.rand(len(contents), generator=rng) < SOFT_SHARE).flatten():
        times = 1.5 + (SOFTEST - 1.5) * float(torch.rand(1, generator=rng))
        small = resized(contents[row : row + 1], max(8, round(side / times)))
        contents[row] = F.interpolate(small, side, mode="bicubic")[0].clamp(-1, 1)
    contents[0] = styles[0]
    return PairBatch(contents, styles)


def _parts(pictures: Tensor, side: int, least: float, rng: torch.Generator) -> Tensor:
    whole = pictures.shape[-1]
    out = []
    for picture in pictures:
        share = least + (1 - least) * float(torch.rand(1, generator=rng))
        cut = max(16, round(share * whole))
        top, left = torch.randint(whole - cut + 1, (2,), generator=rng).tolist()
        out.append(resized(picture[None, :, top : top + cut, left : left + cut], side))
    return torch.cat(out).contiguous(memory_format=torch.channels_last)


def resized(pictures: Tensor, side: int) -> Tensor:
    """(B, 3, H, W) brought to squares of `side`."""
    if pictures.shape[-1] == side and pictures.shape[-2] == side:
        return pictures
    return F.interpolate(pictures, (side, side), mode="bilinear", antialias=True)
