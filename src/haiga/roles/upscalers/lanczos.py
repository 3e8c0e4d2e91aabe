"""Enlarging by Lanczos resampling (Duchon 1979), as Pillow does it: plain, exact, no invention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image

from haiga.core.nouns import Picture, check_picture
from haiga.roles.upscalers.shape import check_size, size_for


class LanczosUpscaler:
    """Resamples each picture so that its longer side has `size_px` pixels; uses no model."""

    @property
    def models(self) -> Mapping[str, str]:
        return {}

    def enlarge(self, pictures: Sequence[Picture], *, size_px: int) -> list[Picture]:
        """Each picture with its longer side at `size_px`; the shape is kept to the nearest pixel.

        Raises UserError when `size_px` is not in [1, 16384].
        """
        check_size(size_px)
        return [_resized(check_picture(p, f"picture {i}"), size_px) for i, p in enumerate(pictures)]


def _resized(picture: Picture, size_px: int) -> Picture:
    height, width, _ = picture.shape
    size = size_for(picture, size_px)
    if size == (width, height):
        return picture.copy()
    image = Image.fromarray(np.ascontiguousarray(picture))
    return np.asarray(image.resize(size, Image.Resampling.LANCZOS)).copy()
