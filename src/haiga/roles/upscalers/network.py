"""`subpixel.v1`: enlarging by a network that computes at low resolution (Shi et al. 2016).

Trained by `haiga train upscaler`. Its ×4 and ×2 are followed by one another and by bicubic
reduction for every other size; at the end the result is made to agree with the picture it
came from when it is made small again (back-projection).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from PIL import Image

from haiga.core.errors import BadModel, UserError
from haiga.core.nouns import Picture, check_picture
from haiga.models.session import Session
from haiga.models.store import Model, load_model
from haiga.roles.upscalers.shape import (
    Levels,
    back_projected,
    check_size,
    resampled,
    rounded,
    size_for,
)
from haiga.roles.upscalers.tiles import TILE_PX, enlarged_in_tiles

LAYOUT = "layout.json"


class NetworkUpscaler:
    """Enlarges by a trained network, any size, in tiles that leave no seam.

    `model` is a bundled upscaler's name or the folder of one. `fidelity` in [0, 1]: 1 is as
    near to what was there as can be told, 0 draws strokes and grain anew where they are lost;
    a model that was never trained for texture knows only 1. `fast` leaves what is beyond ×4
    to Lanczos resampling. A result of four times a `tile_px` square is made in one piece.
    """

    def __init__(
        self,
        *,
        model: str = "upscaler",
        fidelity: float = 1.0,
        fast: bool = False,
        threads: int = 2,
        tile_px: int = TILE_PX,
    ) -> None:
        if not 0 <= fidelity <= 1:
            raise UserError(f"upscaler.fidelity: {fidelity:g} is outside 0 to 1")
        if not 1 <= threads <= 64:
            raise UserError(f"upscaler.threads: {threads} is outside 1 to 64")
        if not 16 <= tile_px <= 2_048:
            raise UserError(f"upscaler.tile_px: {tile_px} is outside 16 to 2048")
        self.tile_px = tile_px
        self._fidelity, self._fast, self._threads = fidelity, fast, threads
        self._model: Model = load_model(model, role="upscaler")

    @property
    def models(self) -> Mapping[str, str]:
        """The network's files, each with its sha256."""
        return self._model.digests

    def enlarge(self, pictures: Sequence[Picture], *, size_px: int) -> list[Picture]:
        """Each picture with its longer side at `size_px`; the shape is kept to the nearest pixel.

        Raises UserError when `size_px` is not in [1, 16384].
        """
        check_size(size_px)
        return [self._enlarged(check_picture(p, f"picture {i}"), size_px)
                for i, p in enumerate(pictures)]  # fmt: skip

    def _enlarged(self, picture: Picture, size_px: int) -> Picture:
        size = size_for(picture, size_px)
        longer = max(picture.shape[:2])
        if size_px == longer:
            return picture.copy()
        if size_px < longer:
            return rounded(resampled(picture, size, Image.Resampling.LANCZOS))
        levels: Levels | Picture = picture
        for scale in self._scales(size_px / longer):
            levels = self._times(scale, levels)
        if (levels.shape[1], levels.shape[0]) != size:
            larger = max(levels.shape[:2]) < size_px
            way = Image.Resampling.LANCZOS if larger else Image.Resampling.BICUBIC
            levels = resampled(levels, size, way)
        return rounded(back_projected(np.asarray(levels, np.float32), picture))

    def _scales(self, factor: float) -> list[int]:
        """Which networks, one after the other, bring a picture to `factor` or just beyond."""
        found: list[int] = []
        reached = 1
        while reached < factor:
            fits = [s for s in self._known if reached * s >= factor]
            scale = min(fits) if fits else max(self._known)
            if self._fast and found:
                break
            found.append(scale)
            reached *= scale
        return found

    def _times(self, scale: int, levels: Levels | Picture) -> Levels:
        margin = int(self._layout["margin_px"][str(scale)])
        return enlarged_in_tiles(
            np.asarray(levels, np.float32),
            scale,
            margin,
            lambda piece: self._run(scale, piece),
            self.tile_px,
        )

    def _run(self, scale: int, piece: Levels) -> Levels:
        """(h, w, 3) levels enlarged by one network, and the texture laid over it."""
        picture = np.ascontiguousarray(piece.transpose(2, 0, 1)[None]) / np.float32(255)
        enlarged, features = self._session(f"x{scale}.onnx").run({"picture": picture})
        texture = f"x{scale}-texture.onnx"
        if self._fidelity < 1 and texture in self._files:
            (drawn,) = self._session(texture).run({"features": features})
            enlarged = enlarged + np.float32(1 - self._fidelity) * drawn
        levels: Levels = np.clip(enlarged[0].transpose(1, 2, 0) * np.float32(255), 0, 255)
        return levels

    @cached_property
    def _files(self) -> frozenset[str]:
        return frozenset(file.name for file in self._model.card.files)

    @cached_property
    def _known(self) -> tuple[int, ...]:
        known = tuple(scale for scale in (2, 4) if f"x{scale}.onnx" in self._files)
        if not known:
            raise BadModel(f"{self._model.folder}: is no upscaler: its card lists no x2.onnx or "
                           "x4.onnx")  # fmt: skip
        return known

    @cached_property
    def _layout(self) -> dict[str, Any]:
        layout: dict[str, Any] = self._model.json(LAYOUT)
        return layout

    @cached_property
    def _sessions(self) -> dict[str, Session]:
        return {}

    def _session(self, file: str) -> Session:
        if file not in self._sessions:
            self._sessions[file] = self._model.session(file, threads=self._threads)
        return self._sessions[file]
