"""Pictures as they stand in a file: their own colours, transparency, grey and profile.

`read_picture` brings everything to opaque sRGB, the one currency between rooms. What gives
a file back in the shape it came in reads it by its layers instead.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from haiga.core.errors import BadPicture
from haiga.core.nouns import Picture
from haiga.media.picture_judging import MOST_PIXELS, remarks_on
from haiga.media.pictures import (
    COMPRESSION,
    colour_space,
    eight_bit,
    in_srgb,
    open_header,
    upright_srgb,
)
from haiga.media.recipe import recipe_chunks

Floats = npt.NDArray[np.float32]
KEPT_SPACES = {"RGB": "RGB ", "L": "GRAY"}


@dataclass(frozen=True, eq=False)
class Layers:
    """A picture's layers.

    `colours` (H, W, 3) uint8 in the space of `profile` (an ICC profile's bytes; sRGB where
    there is none), all three alike where `grey`; `alpha` (H, W) uint8, or None where all is
    opaque. `remarks` say what was out of the ordinary in the file, a word or two each.
    """

    colours: Picture
    alpha: npt.NDArray[np.uint8] | None = None
    grey: bool = False
    profile: bytes | None = None
    remarks: tuple[str, ...] = ()

    def image(self) -> Image.Image:
        """The layers as Pillow holds them: L, LA, RGB or RGBA."""
        colours = self.colours[:, :, 0] if self.grey else self.colours
        image = Image.fromarray(np.ascontiguousarray(colours))
        if self.alpha is not None:
            image.putalpha(Image.fromarray(np.ascontiguousarray(self.alpha)))
        return image

    def seen(self) -> Picture:
        """The picture as `read_picture` gives it of a file of these layers."""
        image = self.image()
        if self.profile:
            image.info["icc_profile"] = self.profile
        return upright_srgb(image, Path("layers.png"))


def read_layers(path: Path, *, max_pixels: int = MOST_PIXELS) -> Layers:
    """The layers of a picture file; BadPicture, as `read_picture` raises it, where it is none.

    Turned upright, 16 bits brought to 8, the first frame of an animation. Grey stays grey and
    RGB in the space of its profile; every other kind (CMYK, Lab) is brought to sRGB. Alpha
    that hides nothing is left out.
    """
    path = Path(path)
    if not path.is_file():
        what = "is a folder, not a picture" if path.is_dir() else "there is no such file"
        raise BadPicture(f"{path}: {what}")
    try:
        with open_header(path, max_pixels) as image:
            remarks = tuple(remarks_on(image, path))
            return _layers(image, path, remarks)
    except BadPicture:
        raise
    except Exception as error:  # Pillow's decoders raise nearly anything on a damaged file
        raise BadPicture(f"{path}: is damaged or cut short ({error})") from error


def _layers(image: Image.Image, path: Path, remarks: tuple[str, ...]) -> Layers:
    image.seek(0)
    image.load()
    profile: bytes | None = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I") or upright.mode == "F":
        upright = eight_bit(upright, path)
    if upright.mode == "1":
        upright = upright.convert("L")
    elif upright.mode in ("P", "PA") or "transparency" in upright.info:
        has_alpha = upright.mode == "PA" or "transparency" in upright.info
        upright = upright.convert("RGBA" if has_alpha else "RGB")
    elif upright.mode in ("RGBa", "La"):
        upright = upright.convert(upright.mode.upper())
    alpha = None
    if upright.mode in ("RGBA", "LA"):
        alpha = np.asarray(upright.getchannel("A")).copy()
        upright = upright.convert(upright.mode[:-1])
    if alpha is not None and alpha.min() == 255:
        alpha = None
    if upright.mode not in KEPT_SPACES:
        upright, profile = in_srgb(upright, profile), None
    if profile and colour_space(profile) != KEPT_SPACES[upright.mode]:
        profile = None
    grey = upright.mode == "L"
    return Layers(np.asarray(upright.convert("RGB")).copy(), alpha, grey, profile, remarks)


def encode_layers(layers: Layers, *, recipe: Mapping[str, Any] | None = None) -> bytes:
    """The bytes of a PNG of these layers, with profile and recipe inside."""
    buffer = io.BytesIO()
    options: dict[str, Any] = {"icc_profile": layers.profile} if layers.profile else {}
    layers.image().save(
        buffer,
        "PNG",
        pnginfo=recipe_chunks(recipe),
        compress_level=COMPRESSION,
        compress_type=zlib.Z_RLE,
        **options,
    )
    return buffer.getvalue()


def filled(colours: Picture, alpha: npt.NDArray[np.uint8]) -> Picture:
    """Colours with what is hidden taken from what is shown nearby, so that no hidden colour
    bleeds over an edge when the picture is resampled.

    Pull and push (Gortler et al. 1996, "The Lumigraph", section 3.4): ever smaller copies,
    each place weighed by its alpha; what has none takes the next smaller copy's colour.
    """
    steps = [(colours.astype(np.float32), alpha.astype(np.float32) / np.float32(255))]
    while max(steps[-1][1].shape) > 1:
        steps.append(_half(*steps[-1]))
    whole = steps[-1][0]
    for levels, weights in reversed(steps[:-1]):
        size = weights.shape[::-1]
        under = np.stack([_boxed(whole[:, :, c], size) for c in range(3)], -1)
        whole = np.where(weights[:, :, None] > 0, levels, under).astype(np.float32)
    return np.clip(np.rint(whole), 0, 255).astype(np.uint8)


def _half(levels: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Levels (H, W, 3) and weights (H, W) at half the size, each mean weighed."""
    size = tuple(max(1, -(-side // 2)) for side in weights.shape[::-1])
    less = _boxed(weights, size)
    sums = np.stack([_boxed(levels[:, :, c] * weights, size) for c in range(3)], -1)
    return (sums / np.maximum(less, 1e-6)[:, :, None]).astype(np.float32), less


def _boxed(plane: Floats, size: tuple[int, ...]) -> Floats:
    image = Image.fromarray(np.ascontiguousarray(plane, np.float32))
    return np.asarray(image.resize((size[0], size[1]), Image.Resampling.BOX))
