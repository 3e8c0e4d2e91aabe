"""Every kind of file that people have in a folder of pictures is judged, and none is fatal."""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from picture_files import noise
from PIL import Image

from haiga.core.errors import BadPicture
from haiga.media.picture_judging import judge_picture

Write = Callable[[Path], Path]


def encoded(image: Image.Image, format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def file_of(name: str, data: bytes) -> Write:
    def write(folder: Path) -> Path:
        (folder / name).write_bytes(data)
        return folder / name

    return write


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes that says it is enormous."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 10_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


PICTURE = noise(1, 80, 60)
CLEAR = Image.new("RGBA", (80, 60), (10, 20, 30, 0))


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.jpg", b"", "is empty"),
        ("a.jpg", b"<html>404</html>", "is not a picture haiga reads"),
        ("a.jpg", encoded(PICTURE, "JPEG")[:400], "is damaged or cut short"),
        ("a.png", encoded(PICTURE, "PNG")[:-2000], "is damaged or cut short"),
        ("a.png", encoded(PICTURE, "PNG")[:20], "is damaged or cut short"),
        ("a.webp", encoded(PICTURE, "WEBP")[:300], "is damaged or cut short"),
        ("a.png", encoded(noise(1, 31, 90), "PNG"), "is too small (each side must have 32 px)"),
        ("a.png", encoded(noise(1, 1, 1), "PNG"), "is too small"),
        ("a.png", bomb(60_000, 60_000), "is too large: more than 64,000,000 pixels are not read"),
        ("a.png", bomb(9_000, 9_000), "is too large"),
        ("a.png", encoded(CLEAR, "PNG"), "is wholly transparent"),
        ("a.tif", encoded(Image.fromarray(np.full((60, 60), 1e9, np.float32)), "TIFF"),
         "has 32 bits a channel"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is not a picture haiga reads"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_has_a_reason(
    tmp_path: Path, name: str, data: bytes, reason: str
) -> None:
    path = file_of(name, data)(tmp_path)
    with pytest.raises(BadPicture) as caught:
        judge_picture(path)
    assert str(caught.value).startswith(reason)
    assert str(tmp_path) not in str(caught.value)


def _deep() -> Image.Image:
    return Image.fromarray((np.arange(4800).reshape(60, 80) * 13).astype(np.uint16))


def _frames() -> bytes:
    return encoded(PICTURE, "GIF", save_all=True, append_images=[noise(2, 80, 60)])


def _half_clear() -> Image.Image:
    image = PICTURE.convert("RGBA")
    image.putalpha(128)
    return image


def _turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(PICTURE, "JPEG", exif=exif)


@pytest.mark.parametrize(
    ("name", "data", "remarks"),
    [
        ("a.png", encoded(PICTURE, "PNG"), ()),
        ("a.jpeg", encoded(PICTURE, "JPEG"), ()),
        ("a.png", encoded(PICTURE.convert("L"), "PNG"), ("greyscale",)),
        ("a.png", encoded(PICTURE.convert("1"), "PNG"), ("greyscale",)),
        ("a.jpg", encoded(PICTURE.convert("CMYK"), "JPEG"), ("CMYK",)),
        ("a.png", encoded(_deep(), "PNG"), ("greyscale", "16 bits a channel")),
        ("a.png", encoded(PICTURE.quantize(16), "PNG"), ("palette",)),
        ("a.gif", _frames(), ("palette", "several frames: the first")),
        ("a.png", encoded(_half_clear(), "PNG"), ("transparent: laid on white",)),
        ("a.jpg", encoded(PICTURE, "PNG"), ("named as another format",)),
        ("scan", encoded(PICTURE, "PNG"), ("named as another format",)),
        ("a.jpg", _turned(), ("turned upright",)),
    ],
)
def test_what_is_out_of_the_ordinary_is_used_and_remarked(
    tmp_path: Path, name: str, data: bytes, remarks: tuple[str, ...]
) -> None:
    judged = judge_picture(file_of(name, data)(tmp_path))
    assert judged.remarks == remarks
    assert judged.pixels.dtype == np.uint8
    assert judged.pixels.shape == ((80, 60, 3) if "turned upright" in remarks else (60, 80, 3))


def test_a_large_jpeg_is_drafted_and_looks_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    noise(4, 1600, 1200).save(path, quality=95)
    drafted = judge_picture(path, draft_px=128).pixels
    assert drafted.shape == (150, 200, 3)
    whole = Image.fromarray(judge_picture(path).pixels).resize((200, 150), Image.Resampling.BOX)
    assert np.abs(np.asarray(whole, int) - drafted.astype(int)).mean() < 2


def test_folders_pipes_broken_links_and_links_to_themselves_are_no_pictures(
    tmp_path: Path,
) -> None:
    (tmp_path / "folder.png").mkdir()
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "broken.png").symlink_to(tmp_path / "gone")
    (tmp_path / "self.png").symlink_to(tmp_path / "self.png")
    for name in ("folder", "pipe", "broken", "self"):
        with pytest.raises(BadPicture):
            judge_picture(tmp_path / f"{name}.png")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_a_file_that_may_not_be_read_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    PICTURE.save(path)
    path.chmod(0)
    with pytest.raises(BadPicture, match="may not be read; change its permissions"):
        judge_picture(path)
