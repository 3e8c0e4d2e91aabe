"""Pictures by their layers: what a file has is what is read, and what is written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from haiga.core.errors import BadPicture
from haiga.media.layers import Layers, encode_layers, filled, read_layers
from haiga.media.pictures import read_picture

NOISE = np.random.default_rng(6).integers(0, 256, (6, 9, 4)).astype(np.uint8)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_what_is_written_is_what_was_read(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "in.png"
    image = Image.fromarray(NOISE).convert(mode)
    image.save(path)
    layers = read_layers(path)
    assert layers.grey == mode.startswith("L")
    assert (layers.alpha is not None) == mode.endswith("A")
    (tmp_path / "out.png").write_bytes(encode_layers(layers))
    with Image.open(tmp_path / "out.png") as written:
        assert written.mode == mode
        assert np.array_equal(np.asarray(written), np.asarray(image))
    assert np.array_equal(layers.seen(), read_picture(path))


def test_a_fitting_profile_is_kept_and_one_of_another_space_is_not(tmp_path: Path) -> None:
    Image.fromarray(NOISE).convert("RGB").save(tmp_path / "a.png", icc_profile=SRGB)
    Image.fromarray(NOISE).convert("L").save(tmp_path / "b.png", icc_profile=SRGB)
    assert read_layers(tmp_path / "a.png").profile == SRGB
    assert read_layers(tmp_path / "b.png").profile is None


@pytest.mark.parametrize("mode", ["CMYK", "P", "1", "I;16", "YCbCr"])
def test_every_other_kind_is_read_as_read_picture_reads_it(tmp_path: Path, mode: str) -> None:
    path = tmp_path / ("in.tif" if mode in ("CMYK", "YCbCr") else "in.png")
    image = Image.fromarray(NOISE[:, :, :3])
    if mode == "I;16":
        image = Image.fromarray(NOISE[:, :, 0].astype(np.uint16) * 257)
    else:
        image = image.convert(mode)
    image.save(path)
    layers = read_layers(path)
    assert np.array_equal(layers.seen(), read_picture(path))
    assert layers.grey == (mode in ("1", "I;16"))


def test_alpha_that_hides_nothing_is_left_out(tmp_path: Path) -> None:
    whole = NOISE.copy()
    whole[:, :, 3] = 255
    Image.fromarray(whole).save(tmp_path / "a.png")
    assert read_layers(tmp_path / "a.png").alpha is None


@pytest.mark.parametrize("data", [b"", b"text", None])
def test_what_is_no_picture_is_told(tmp_path: Path, data: bytes | None) -> None:
    if data is not None:
        (tmp_path / "a.png").write_bytes(data)
    with pytest.raises(BadPicture, match=r"a\.png"):
        read_layers(tmp_path / "a.png")


def test_hidden_colours_are_taken_from_what_is_shown_nearby() -> None:
    colours = np.zeros((16, 16, 3), np.uint8)
    alpha = np.zeros((16, 16), np.uint8)
    colours[:, :4], alpha[:, :4] = (200, 10, 10), 255
    colours[:, 12:], alpha[:, 12:] = (10, 10, 200), 255
    made = filled(colours, alpha)
    assert np.array_equal(made[alpha > 0], colours[alpha > 0])
    assert (made[:, 5] == (200, 10, 10)).all()
    assert (made[:, 10] == (10, 10, 200)).all()
    nothing = filled(colours, np.zeros_like(alpha))
    assert nothing.shape == colours.shape


def test_layers_of_one_pixel_are_a_picture() -> None:
    one = Layers(np.array([[[1, 2, 3]]], np.uint8), np.array([[0]], np.uint8))
    assert one.seen().tolist() == [[[255, 255, 255]]]
