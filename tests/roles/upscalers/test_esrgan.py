"""Networks of the ESRGAN family from a file, tiny ones of random weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_esrgan import compact, old_names, rrdb, save

from haiga.core.errors import BadModel, UserError
from haiga.core.nouns import Picture
from haiga.roles.upscalers.esrgan import EsrganUpscaler


@pytest.fixture
def picture() -> Picture:
    smooth = np.random.default_rng(0).integers(0, 256, (5, 7, 3)).astype(np.uint8)
    return np.asarray(Image.fromarray(smooth).resize((28, 20), Image.Resampling.BICUBIC)).copy()


@pytest.mark.parametrize("scale", [2, 4])
def test_both_architectures_and_scales_load_and_enlarge(
    picture: Picture, tmp_path: Path, scale: int
) -> None:
    for name, weights in (("rrdb", rrdb(scale)), ("compact", compact(scale))):
        file = save(weights, tmp_path / f"{name}.safetensors")
        (large,) = EsrganUpscaler(model=str(file)).enlarge([picture], size_px=28 * scale)
        assert large.shape == (20 * scale, 28 * scale, 3)
        back = Image.fromarray(large).resize((28, 20), Image.Resampling.BICUBIC)
        error = ((np.asarray(back).astype(float) - picture) ** 2).mean()
        assert 10 * np.log10(255**2 / error) > 40


def test_what_the_network_draws_is_in_the_picture(picture: Picture, tmp_path: Path) -> None:
    weights = compact(2)
    (one,) = EsrganUpscaler(
        model=str(save(weights, tmp_path / "a.safetensors")), back_projection=False
    ).enlarge([picture], size_px=56)
    last = max(n for n in weights if n.endswith("bias"))
    weights[last] = weights[last] + 0.2
    (other,) = EsrganUpscaler(
        model=str(save(weights, tmp_path / "b.safetensors")), back_projection=False
    ).enlarge([picture], size_px=56)
    inside = (one > 5) & (one < 200)
    assert np.abs(other.astype(int) - one - 51)[inside].max() <= 1


def test_the_names_of_the_first_files_and_prefixes_are_read_as_the_newer(
    picture: Picture, tmp_path: Path
) -> None:
    weights = rrdb(4)
    results = []
    for number, named in enumerate(
        (weights, old_names(weights), {f"params_ema.{k}": v for k, v in weights.items()})
    ):
        file = save(named, tmp_path / f"{number}.safetensors")
        results += EsrganUpscaler(model=str(file)).enlarge([picture], size_px=112)
    assert np.array_equal(results[0], results[1])
    assert np.array_equal(results[0], results[2])


def test_the_file_is_named_with_its_digest(tmp_path: Path) -> None:
    file = save(compact(2), tmp_path / "a.safetensors")
    ((name, digest),) = EsrganUpscaler(model=str(file)).models.items()
    assert name == "a/a.safetensors"
    assert len(digest) == 64


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    file = tmp_path / "net.pth"
    file.write_bytes(b"\x80\x04")
    with pytest.raises(UserError, match="never"):
        EsrganUpscaler(model=str(file))


def test_weights_of_another_kind_and_damaged_files_are_told(
    picture: Picture, tmp_path: Path
) -> None:
    lacking = rrdb(4)
    del lacking["conv_up2.weight"]
    files = [
        save({"linear.weight": np.zeros((3, 3), np.float32)}, tmp_path / "linear.safetensors"),
        save(lacking, tmp_path / "lacking.safetensors"),
        tmp_path / "damaged.safetensors",
    ]
    files[2].write_bytes(b"\x00" * 40)
    for file in files:
        with pytest.raises(BadModel, match=file.name):
            EsrganUpscaler(model=str(file)).enlarge([picture], size_px=56)
