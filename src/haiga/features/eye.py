"""`eye.v1`: what a picture looks like, as numbers, for all that must see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt
from PIL import Image

from haiga.core.errors import UserError
from haiga.core.nouns import Embedding, Picture, check_picture
from haiga.models.session import Session
from haiga.models.store import Model, load_model

__all__ = ["EARLY", "LATE", "Embedding", "Eye"]

SIDE_PX = 128
EARLY, LATE, GRID = 256, 384, 8
"""Values of the early and the late view, and the places along a side of the late one's map."""
_BATCH = 16  # a larger one is no faster and takes more memory

Values = npt.NDArray[np.float32]


class Eye:
    """Sees pictures with a small network, learned from paintings, watercolours and photographs.

    Any picture is resized whole to 128 by 128 pixels first, whatever its shape.
    `model` is a bundled eye's name or a folder with its card; `threads` (1 to 64) are
    what it computes with. The same picture gives the same numbers in every batch.
    """

    def __init__(self, *, model: str = "eye", threads: int = 2) -> None:
        if not 1 <= threads <= 64:
            raise UserError(f"embedder.threads: {threads} is outside 1 to 64")
        self._threads = threads
        self._model: Model = load_model(model, role="embedder")

    @property
    def models(self) -> Mapping[str, str]:
        """The eye's file with its sha256."""
        return self._model.digests

    @property
    def digests(self) -> Mapping[str, str]:
        """The same as `models`."""
        return self.models

    def embed(self, pictures: Sequence[Picture]) -> Embedding:
        """The early (N, 256) and late (N, 384) view of each picture, raw.

        A picture is (H, W, 3) uint8, or (H, W) where it is grey. Raises BadPicture for
        anything else.
        """
        seen = [(early, late) for early, late, _ in self._looks(pictures)]
        early = [pair[0] for pair in seen] or [np.zeros((0, EARLY), np.float32)]
        late = [pair[1] for pair in seen] or [np.zeros((0, LATE), np.float32)]
        return Embedding(np.concatenate(early), np.concatenate(late))

    def maps(self, pictures: Sequence[Picture]) -> Values:
        """The late view before it is averaged over the picture: (N, 384, 8, 8)."""
        seen = [mapped for _, _, mapped in self._looks(pictures)]
        return np.concatenate(seen or [np.zeros((0, LATE, GRID, GRID), np.float32)])

    def look(self, pictures: Sequence[Picture]) -> tuple[Embedding, Values]:
        """What `embed` and what `maps` give, seen once for both."""
        seen = list(self._looks(pictures))
        early = [early for early, _, _ in seen] or [np.zeros((0, EARLY), np.float32)]
        late = [late for _, late, _ in seen] or [np.zeros((0, LATE), np.float32)]
        maps = [mapped for *_, mapped in seen] or [np.zeros((0, LATE, GRID, GRID), np.float32)]
        return Embedding(np.concatenate(early), np.concatenate(late)), np.concatenate(maps)

    def _looks(self, pictures: Sequence[Picture]) -> Iterator[tuple[Values, Values, Values]]:
        for start in range(0, len(pictures), _BATCH):
            part = pictures[start : start + _BATCH]
            pixels = np.stack([_input(p, f"picture {start + i}") for i, p in enumerate(part)])
            early, late, mapped = self._network.run({"pixels": pixels})
            yield early, late, mapped

    @cached_property
    def _network(self) -> Session:
        return self._model.session("eye.onnx", threads=self._threads)


def _input(picture: Picture, where: str) -> Values:
    """A picture as the network takes it: (3, 128, 128) float32 in [-1, 1]."""
    if isinstance(picture, np.ndarray) and picture.ndim == 2:
        picture = np.repeat(picture[..., None], 3, axis=2)
    image = Image.fromarray(np.ascontiguousarray(check_picture(picture, where)))
    if image.size != (SIDE_PX, SIDE_PX):
        # Pillow's filters widen with the scale, so that what is made smaller is not jagged
        image = image.resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC, reducing_gap=3.0)
    values = np.asarray(image, np.float32) / np.float32(127.5) - np.float32(1)
    return values.transpose(2, 0, 1)
