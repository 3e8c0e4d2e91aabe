import io
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from haiga.core.errors import BadPicture
from haiga.core.nouns import Picture
from haiga.media.pictures import read_picture

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def picture(height: int = 40, width: int = 60) -> Picture:
    return np.random.default_rng(3).integers(0, 256, (height, width, 3), dtype=np.uint8)


def saved(path: Path, image: Image.Image, **options: Any) -> Path:
    image.save(path, **options)
    return path


@pytest.mark.parametrize("suffix", ["png", "bmp", "tiff", "ppm"])
def test_a_picture_saved_without_loss_comes_back_the_same(tmp_path: Path, suffix: str) -> None:
    path = saved(tmp_path / f"p.{suffix}", Image.fromarray(picture()))
    read = read_picture(path)
    assert read.dtype == np.uint8
    assert np.array_equal(read, picture())


@pytest.mark.parametrize("suffix", ["jpg", "webp"])
def test_a_compressed_picture_comes_back_nearly_the_same(tmp_path: Path, suffix: str) -> None:
    flat = np.full((32, 32, 3), (40, 120, 200), np.uint8)
    read = read_picture(saved(tmp_path / f"p.{suffix}", Image.fromarray(flat), quality=95))
    assert np.abs(read.astype(int) - flat).max() <= 3


def test_a_photograph_on_its_side_is_turned_upright(tmp_path: Path) -> None:
    image = Image.new("RGB", (60, 40), RED)
    image.paste(BLUE, (0, 0, 60, 10))  # the sky, on top of what the camera stored
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by a quarter, clockwise, to show
    read = read_picture(saved(tmp_path / "p.png", image, exif=exif))
    assert read.shape == (60, 40, 3)
    assert tuple(read[30, 39]) == BLUE
    assert tuple(read[30, 0]) == RED


def test_transparency_is_laid_over_white(tmp_path: Path) -> None:
    image = Image.new("RGBA", (2, 1), (255, 0, 0, 0))
    image.putpixel((1, 0), (0, 0, 0, 128))
    read = read_picture(saved(tmp_path / "p.png", image))
    assert tuple(read[0, 0]) == WHITE
    assert tuple(read[0, 1]) == (127, 127, 127)


def test_a_transparent_colour_of_a_palette_is_laid_over_white(tmp_path: Path) -> None:
    image = Image.new("P", (2, 1), 0)
    image.putpalette([*RED, *GREEN])
    image.putpixel((1, 0), 1)
    read = read_picture(saved(tmp_path / "p.png", image, transparency=0))
    assert tuple(read[0, 0]) == WHITE
    assert tuple(read[0, 1]) == GREEN


def test_grey_becomes_three_equal_channels(tmp_path: Path) -> None:
    read = read_picture(saved(tmp_path / "p.png", Image.new("L", (3, 2), 77)))
    assert read.shape == (2, 3, 3)
    assert set(read.ravel().tolist()) == {77}


def test_grey_with_transparency_is_laid_over_white(tmp_path: Path) -> None:
    read = read_picture(saved(tmp_path / "p.png", Image.new("LA", (1, 1), (0, 0))))
    assert tuple(read[0, 0]) == WHITE


def test_black_and_white_is_read(tmp_path: Path) -> None:
    read = read_picture(saved(tmp_path / "p.png", Image.new("1", (2, 2), 1)))
    assert set(read.ravel().tolist()) == {255}


@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_sixteen_bits_become_eight(tmp_path: Path, suffix: str) -> None:
    values = np.array([[0, 257 * 100, 65535]], dtype=np.uint16)
    read = read_picture(saved(tmp_path / f"p.{suffix}", Image.fromarray(values)))
    assert read[0, :, 0].tolist() == [0, 100, 255]


def test_a_picture_of_floats_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "p.tiff", Image.fromarray(np.zeros((2, 2), np.float32)))
    with pytest.raises(BadPicture, match="32 bits a channel"):
        read_picture(path)


def test_cmyk_becomes_rgb(tmp_path: Path) -> None:
    read = read_picture(saved(tmp_path / "p.tiff", Image.new("CMYK", (2, 2), (0, 255, 255, 0))))
    assert read[0, 0, 0] > 200
    assert read[0, 0, 1] < 60


def test_another_colour_space_is_converted_to_srgb(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    lab = Image.new("LAB", (2, 2), (255, 128, 128))
    path = saved(tmp_path / "p.tiff", lab, icc_profile=profile.tobytes())
    assert read_picture(path).min() > 250  # the lightest Lab is white


def test_a_damaged_profile_is_passed_over(tmp_path: Path) -> None:
    path = saved(tmp_path / "p.png", Image.fromarray(picture()), icc_profile=b"nonsense" * 20)
    assert np.array_equal(read_picture(path), picture())


def test_the_first_frame_of_an_animation_is_taken(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (4, 4), colour) for colour in (RED, BLUE)]
    path = saved(tmp_path / "p.gif", frames[0], save_all=True, append_images=frames[1:])
    assert tuple(read_picture(path)[0, 0]) == RED


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadPicture, match=r"none.png: there is no such file"):
        read_picture(tmp_path / "none.png")


def test_a_folder_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(BadPicture, match="is a folder"):
        read_picture(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names on this system")
def test_a_pipe_is_refused_without_waiting_on_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "p.png")
    with pytest.raises(BadPicture, match="is not a file"):
        read_picture(tmp_path / "p.png")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "p.png").touch()
    with pytest.raises(BadPicture, match=r"p.png: is empty"):
        read_picture(tmp_path / "p.png")


def test_a_text_is_no_picture(tmp_path: Path) -> None:
    (tmp_path / "p.png").write_text("an old pond")
    with pytest.raises(BadPicture, match=r"p.png: is not a picture haiga reads"):
        read_picture(tmp_path / "p.png")


def test_postscript_is_not_run(tmp_path: Path) -> None:
    (tmp_path / "p.eps").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EOF\n")
    with pytest.raises(BadPicture, match="is not a picture haiga reads"):
        read_picture(tmp_path / "p.eps")


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "gif", "bmp", "tiff"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9])
def test_a_truncated_picture_is_refused_with_its_path(
    tmp_path: Path, suffix: str, kept: float
) -> None:
    path = saved(tmp_path / f"p.{suffix}", Image.fromarray(picture(200, 200)))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])
    with pytest.raises(BadPicture, match=rf"p.{suffix}: "):
        read_picture(path)


def test_a_png_with_flipped_bits_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "p.png", Image.fromarray(picture(200, 200)))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(BadPicture, match="damaged"):
        read_picture(path)


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header promises an enormous picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(9000, 9000), (12000, 12000), (50000, 50000)])
def test_a_decompression_bomb_is_refused_from_its_header(
    tmp_path: Path, width: int, height: int
) -> None:
    path = tmp_path / "p.png"
    path.write_bytes(bomb(width, height))
    with pytest.raises(BadPicture, match="too large: more than 64,000,000 pixels"):
        read_picture(path)


def test_the_limit_of_pixels_can_be_lowered(tmp_path: Path) -> None:
    path = saved(tmp_path / "p.png", Image.fromarray(picture(40, 60)))
    assert read_picture(path, max_pixels=2400).shape == (40, 60, 3)
    with pytest.raises(BadPicture, match="60×40"):
        read_picture(path, max_pixels=2399)


def test_a_file_with_a_wrong_suffix_is_read_by_what_it_is(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.fromarray(picture()).save(buffer, "PNG")
    (tmp_path / "p.jpg").write_bytes(buffer.getvalue())
    assert np.array_equal(read_picture(tmp_path / "p.jpg"), picture())
