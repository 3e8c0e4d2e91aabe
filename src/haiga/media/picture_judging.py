"""Pictures judged as they are decoded: what is wrong with one, and what was done to it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from haiga.core.errors import BadPicture
from haiga.core.nouns import Picture
from haiga.media.pictures import open_header, upright_srgb

LEAST_PX = 32
MOST_PIXELS = 64_000_000

GREYSCALE, CMYK, DEEP, PALETTE = "greyscale", "CMYK", "16 bits a channel", "palette"
ANIMATED = "several frames: the first"
TRANSPARENT = "transparent: laid on white"
MISNAMED = "named as another format"
TURNED = "turned upright"

_SUFFIXES = {
    "PNG": (".png",), "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"), "WEBP": (".webp",),
    "MPO": (".jpg", ".jpeg", ".mpo"), "TIFF": (".tif", ".tiff"), "GIF": (".gif",),
    "BMP": (".bmp",), "PPM": (".ppm", ".pgm", ".pbm", ".pnm"), "AVIF": (".avif",),
    "JPEG2000": (".jp2", ".j2k", ".jpx", ".jpf"),
}  # fmt: skip
_ORIENTATION = 0x0112  # the EXIF tag


@dataclass(frozen=True)
class JudgedPicture:
    """A picture that serves: its pixels, and what is out of the ordinary, a word or two each."""

    pixels: Picture
    remarks: tuple[str, ...] = ()


def judge_picture(
    path: Path, *, draft_px: int = 0, least_px: int = LEAST_PX, most_pixels: int = MOST_PIXELS
) -> JudgedPicture:
    """The picture in a file as (H, W, 3) uint8 sRGB, read as `read_picture` does.

    With `draft_px` a large JPEG is decoded at a half, quarter or eighth of its size, its
    shorter side no less than this: several times faster. Raises `BadPicture` whose message
    is the bare reason ("is damaged or cut short"), the same for each fault of a kind: not a
    file or picture, empty, damaged, a side under `least_px`, over `most_pixels`, wholly
    transparent, not to be read.
    """
    try:
        if not path.is_file():
            if path.is_dir():
                raise BadPicture("is a folder")
            raise BadPicture("is not a file" if path.exists() else "is not there, or a broken link")
        with open_header(path, most_pixels) as image:
            return _judged(image, path, draft_px, least_px)
    except BadPicture as error:
        reason = str(error).removeprefix(f"{path}: ")
        for detail in (", and it has", ": PNG, "):
            reason = reason.partition(detail)[0]
        raise BadPicture(reason) from error
    except PermissionError as error:
        raise BadPicture("may not be read; change its permissions") from error
    except MemoryError as error:
        raise BadPicture("takes more memory than there is") from error
    except Exception as error:  # Pillow's decoders raise nearly anything on a damaged file
        raise BadPicture("is damaged or cut short") from error


def _judged(image: Image.Image, path: Path, draft_px: int, least_px: int) -> JudgedPicture:
    width, height = image.size
    if min(width, height) < least_px:
        raise BadPicture(f"is too small (each side must have {least_px} px)")
    remarks = list(remarks_on(image, path))
    if draft_px and image.format in ("JPEG", "MPO"):
        image.draft(None, (draft_px, draft_px))
    transparent = has_alpha(image)
    if transparent:
        image.load()
        low, high = _alpha_range(image)
        if high == 0:
            raise BadPicture("is wholly transparent")
        if low < 255:
            remarks.append(TRANSPARENT)
    return JudgedPicture(upright_srgb(image, path), tuple(remarks))


def remarks_on(image: Image.Image, path: Path) -> list[str]:
    """What is out of the ordinary in an opened file, a word or two each."""
    found = []
    if image.mode in ("1", "L", "LA", "La") or image.mode.startswith("I"):
        found.append(GREYSCALE)
    if image.mode == "CMYK":
        found.append(CMYK)
    if image.mode.startswith("I") or image.mode == "F":
        found.append(DEEP)
    if image.mode in ("P", "PA"):
        found.append(PALETTE)
    if getattr(image, "n_frames", 1) > 1 and image.format != "MPO":
        found.append(ANIMATED)
    suffixes = _SUFFIXES.get(image.format or "", ())
    if suffixes and path.suffix.lower() not in suffixes:
        found.append(MISNAMED)
    with contextlib.suppress(Exception):  # damaged EXIF is passed over: nothing is turned then
        if image.getexif().get(_ORIENTATION, 1) in range(2, 9):
            found.append(TURNED)
    return found


def has_alpha(image: Image.Image) -> bool:
    """Whether an opened file may hold transparency."""
    return image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info


def _alpha_range(image: Image.Image) -> tuple[int, int]:
    low, high = image.convert("RGBA").getchannel("A").getextrema()
    return int(low), int(high)  # type: ignore[arg-type]  # one channel: two numbers
