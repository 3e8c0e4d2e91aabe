"""`attngan.v1`: one pass of a generator that looks at the poem's words before it draws larger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from haiga.core.errors import UserError
from haiga.core.nouns import Picture, Poem
from haiga.core.seeds import generator
from haiga.models.session import Session
from haiga.models.store import load_model
from haiga.roles.painters.sight import ENOUGH_PICTURES, Sight

KIND = "attngan"
"""What `layout.json` says of a painter of this kind."""


class AttnGanPainter:
    """Paints poems as `haiga train painter --recipe attngan` taught it, in one pass of a network.

    Xu et al. 2018, "AttnGAN". `model` is the folder of such a painter; none is bundled.
    `boldness` (0 to 2) scales the noise a picture starts from: less is nearer to
    what all its pictures have in common.
    """

    def __init__(self, *, model: str = "", boldness: float = 1.0, threads: int = 2) -> None:
        if not model:
            raise UserError(
                "painter.model: attngan.v1 needs the folder of a painter that `haiga train "
                "painter --recipe attngan` made; none is bundled"
            )
        if not 0 <= boldness <= 2:
            raise UserError(f"painter.boldness: {boldness} is outside 0 to 2")
        if not 1 <= threads <= 64:
            raise UserError(f"painter.threads: {threads} is outside 1 to 64")
        self._model = load_model(model, role="painter")
        if "painter.onnx" not in {file.name for file in self._model.card.files}:
            raise UserError(
                f"painter.model: {model}: is the model of a {self._model.card.role} of another "
                "kind; attngan.v1 paints with those that `haiga train painter --recipe attngan` "
                "made"
            )
        self._boldness = boldness
        self._threads = threads

    @property
    def model_folder(self) -> Path:
        """The folder of its model, beside which the index of its pictures lies."""
        return self._model.folder

    @property
    def models(self) -> Mapping[str, str]:
        """The painter's files and the word vectors' files, each with its sha256."""
        return {**self._model.digests, **self._sight.vectors.model.digests}

    @property
    def size_px(self) -> int:
        """The side of its pictures."""
        return int(self._layout["size_px"])

    def unseen_words(self, poem: Poem) -> list[str]:
        """The poem's meaning words that no picture had, nor any near relative."""
        return self._sight.look(poem).unseen

    def paint(self, poems: Sequence[Poem], *, seeds: Sequence[int]) -> list[Picture]:
        """One square picture a poem; each is computed alone, whatever the batch."""
        if len(poems) != len(seeds):
            raise UserError(f"paint: {len(poems)} poems and {len(seeds)} seeds do not pair up")
        return [self._paint(poem, seed) for poem, seed in zip(poems, seeds, strict=True)]

    def _paint(self, poem: Poem, seed: int) -> Picture:
        words, present = self._sight.look(poem).tensors()
        latent = int(self._layout["latent"])
        z = generator(seed, "noise").standard_normal((1, latent), dtype=np.float32)
        z *= np.float32(self._boldness)
        (pixels,) = self._network.run({"z": z, "words": words, "present": present})
        levels = np.clip((pixels[0] + 1) * 127.5, 0, 255).round()  # (3, S, S)
        return np.ascontiguousarray(levels.transpose(1, 2, 0)).astype(np.uint8)

    @cached_property
    def _layout(self) -> dict[str, Any]:
        layout: dict[str, Any] = self._model.json("layout.json")
        return layout

    @cached_property
    def _sight(self) -> Sight:
        enough = int(self._layout.get("enough_pictures", ENOUGH_PICTURES))
        return Sight(self._model.json("seen.json"), enough)

    @cached_property
    def _network(self) -> Session:
        return self._model.session("painter.onnx", threads=self._threads)
