"""Moving pictures in one file: animated WebP, which browsers and most viewers play."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from haiga.core.nouns import Picture
from haiga.media.durable import write_durably
from haiga.media.recipe import XMP

QUALITY = 88


def write_film(path: Path, frames: Sequence[Picture], *, frame_ms: int | Sequence[int]) -> None:
    """Write frames of one size as an endless WebP film, whole or not at all.

    `frame_ms` is how long each frame stands, or how long every one does. The film carries
    the same mark as haiga's PNGs that a trained model made it. Raises UserError when it
    cannot be written.
    """
    images = [Image.fromarray(frame) for frame in frames]
    buffer = io.BytesIO()
    images[0].save(
        buffer,
        "WEBP",
        save_all=True,
        append_images=images[1:],
        duration=frame_ms if isinstance(frame_ms, int) else list(frame_ms),
        loop=0,
        quality=QUALITY,
        method=2,  # half the time of 4, for a file 3 % larger
        xmp=XMP.encode(),
    )
    write_durably(path, buffer.getvalue())
