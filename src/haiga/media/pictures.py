"""Pictures from files and back: whatever comes in becomes (H, W, 3) uint8 sRGB."""

from __future__ import annotations

import hashlib
import io
import warnings
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from haiga.core.errors import BadPicture, UserError
from haiga.core.nouns import Picture, check_picture
from haiga.media.durable import write_durably
from haiga.media.recipe import read_recipe, recipe_chunks

__all__ = ["encode_png", "picture_digest", "read_picture", "read_recipe", "write_png"]

FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP", "PPM", "AVIF", "JPEG2000")
"""What may be read. Formats that run other programs (EPS) are left out on purpose."""

COMPRESSION = 4  # zlib level: level 6 makes files 2 % smaller and takes twice the time


def read_picture(path: str | Path, *, max_pixels: int = 64_000_000) -> Picture:
    """The picture in a file, as (H, W, 3) uint8 sRGB.

    Turns it upright (EXIF), converts its colours to sRGB (ICC), lays
    transparency over white, brings 16 bits to 8, and takes the first frame of
    an animation. The size is read from the header and checked before any pixel
    is decoded. Raises BadPicture, which names the file and what is wrong.
    """
    path = Path(path)
    if path.is_dir():
        raise BadPicture(f"{path}: is a folder, not a picture")
    if not path.exists():
        raise BadPicture(f"{path}: there is no such file")
    if not path.is_file():
        raise BadPicture(f"{path}: is not a file")
    try:
        with open_header(path, max_pixels) as image:
            return upright_srgb(image, path)
    except BadPicture:
        raise
    except Exception as error:  # Pillow's decoders raise nearly anything on a damaged file
        if "truncated" in str(error):
            raise BadPicture(f"{path}: is damaged or cut short: its end is missing") from error
        raise BadPicture(f"{path}: is damaged or cut short ({error})") from error


def encode_png(picture: Picture, *, recipe: Mapping[str, Any] | None = None) -> bytes:
    """The bytes of a PNG with its recipe inside; the same picture and recipe, the same bytes."""
    buffer = io.BytesIO()
    image = Image.fromarray(np.ascontiguousarray(check_picture(picture)))
    image.save(
        buffer,
        "PNG",
        pnginfo=recipe_chunks(recipe),
        compress_level=COMPRESSION,
        compress_type=zlib.Z_RLE,  # on paintings: the same size in half the time
    )
    return buffer.getvalue()


def write_png(
    path: str | Path, picture: Picture, *, recipe: Mapping[str, Any] | None = None
) -> None:
    """Write a PNG, whole or not at all, with its recipe inside.

    Raises UserError when it cannot be written; a file that was there before is
    then left as it was.
    """
    path = Path(path)
    if path.suffix.lower() != ".png":
        raise UserError(f"{path}: haiga writes PNG files; end the name in .png")
    write_durably(path, encode_png(picture, recipe=recipe))


def picture_digest(picture: Picture) -> str:
    """The sha256 of a picture's size and pixels, in hexadecimal; independent of any file format."""
    height, width, _ = check_picture(picture).shape
    digest = hashlib.sha256(f"{height}x{width}:".encode())
    digest.update(np.ascontiguousarray(picture).tobytes())
    return digest.hexdigest()


def open_header(path: Path, max_pixels: int) -> Image.Image:
    """The file's header read and judged; no pixel is decoded yet. Raises BadPicture."""
    too_large = "is too large: more than {:,} pixels are not read, so make it smaller"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(path, formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise BadPicture(f"{path}: {too_large.format(max_pixels)}") from error
    except UnidentifiedImageError as error:
        kinds = ", ".join(FORMATS)
        reason = (
            "is empty" if path.stat().st_size == 0 else f"is not a picture haiga reads: {kinds}"
        )
        raise BadPicture(f"{path}: {reason}") from error
    except PermissionError as error:
        raise BadPicture(f"{path}: may not be read; change its permissions") from error
    width, height = image.size
    if width * height > max_pixels:
        image.close()
        raise BadPicture(f"{path}: {too_large.format(max_pixels)}; it has {width}×{height}")
    return image


def upright_srgb(image: Image.Image, path: Path) -> Picture:
    """The first frame of an opened picture, as `read_picture` gives it."""
    image.seek(0)
    image.load()
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I;16") or upright.mode in ("I", "F"):
        upright = eight_bit(upright, path)
    if upright.mode in ("P", "PA", "1") or (
        "transparency" in upright.info and upright.mode in ("L", "RGB")
    ):
        has_alpha = upright.mode == "PA" or "transparency" in upright.info
        upright = upright.convert("RGBA" if has_alpha else "RGB")
        if profile and colour_space(profile) != "RGB ":
            profile = None
    if upright.mode in ("LA", "La", "RGBA", "RGBa"):
        upright = upright.convert("RGBA") if upright.mode != "LA" else upright
        alpha = upright.getchannel("A")
        colours = in_srgb(upright.convert("L" if upright.mode == "LA" else "RGB"), profile)
        page = Image.new("RGB", colours.size, (255, 255, 255))
        page.paste(colours, mask=alpha)
        return np.asarray(page).copy()
    return np.asarray(in_srgb(upright, profile)).copy()


def eight_bit(image: Image.Image, path: Path) -> Image.Image:
    """A picture of 16 bits a channel in 8; BadPicture when it has more."""
    values = np.asarray(image)  # (H, W) of 16 bits, or 32 bits that hold 16
    if values.dtype.kind == "f" or values.min() < 0 or values.max() > 65535:
        raise BadPicture(f"{path}: has 32 bits a channel; save it with 8 or 16")
    return Image.fromarray(((values.astype(np.uint32) + 128) // 257).astype(np.uint8))


def in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture in sRGB; a profile that is damaged or of another kind is passed over."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB")


def colour_space(profile: bytes) -> str:
    """The colour space an ICC profile names in its header: `RGB `, `CMYK`, `GRAY`."""
    return profile[16:20].decode("ascii", "replace")
