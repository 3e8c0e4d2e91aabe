"""The network papers measure with: the same numbers as the reference, or one clear sentence."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from random_inception import Tensors, write_inception

from haiga.core.errors import BadPicture, UserError
from haiga.core.nouns import Picture
from haiga.features.inception import Inception, convolutions

pytestmark = pytest.mark.slow


def noise(seed: int, height: int, width: int) -> Picture:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Inception:
    return Inception(write_inception(tmp_path_factory.mktemp("weights") / "random.safetensors"))


def test_it_is_the_network_of_fid_to_the_fifth_digit(network: Inception) -> None:
    """The expected values are those of torchvision's Inception3 with the poolings that
    pytorch-fid puts in their place, over these very weights and pixels."""
    (found,) = network.embed([noise(5, 48, 64)])
    assert found.mean() == pytest.approx(0.4596548, rel=1e-4)
    assert found.std() == pytest.approx(0.6211927, rel=1e-4)
    at = [0, 319, 320, 1087, 1088, 1855, 1856, 2047]
    expected = [0.7177119, 1.1287198, 0.8686227, 0.4226166, 0.9438553, 0.0070999, 0, 0]
    assert found[at] == pytest.approx(np.array(expected), abs=2e-5)


def test_a_picture_has_the_same_features_in_any_company_and_at_any_size(
    network: Inception,
) -> None:
    pictures = [noise(1, 32, 32), noise(2, 60, 40)]
    together = network.embed(pictures)
    assert together.shape == (2, 2048)
    assert together.dtype == np.float32
    assert np.array_equal(network.embed(pictures[1:])[0], together[1])
    assert not np.array_equal(together[0], together[1])
    assert network.embed([]).shape == (0, 2048)


def test_what_is_no_picture_is_refused(network: Inception) -> None:
    with pytest.raises(BadPicture, match="picture 1"):
        network.embed([noise(1, 32, 32), np.zeros((4, 4), np.uint8)])


def test_every_convolution_of_it_is_named_once() -> None:
    names = [name for name, _ in convolutions()]
    assert len(names) == len(set(names)) == 94
    weights = sum(math.prod(shape) + 2 * shape[0] for _, shape in convolutions())
    assert weights == 21_785_568  # torchvision's own count, without its classes


def test_the_weights_of_torchvision_are_said_to_be_another_networks(
    network: Inception, tmp_path: Path
) -> None:
    assert network.name == "random.safetensors"
    assert not network.remark

    def other(tensors: Tensors) -> None:
        tensors["fc.weight"] = np.zeros((1000, 2048), np.float32)

    found = Inception(write_inception(tmp_path / "other.safetensors", other))
    assert "1,000 classes" in found.remark
    assert "another network" in found.remark


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda t: t.pop("Mixed_6b.branch7x7_2.conv.weight"),
            "Mixed_6b.branch7x7_2.conv.weight is missing where 128 × 128 × 1 × 7 is needed",
        ),
        (
            lambda t: t.update({"Conv2d_1a_3x3.bn.bias": np.zeros(7, np.float32)}),
            "Conv2d_1a_3x3.bn.bias is 7 where 32 is needed",
        ),
        (
            lambda t: t.update({"Mixed_5b.branch_pool.bn.bias": np.full(32, np.nan, np.float32)}),
            "Mixed_5b.branch_pool holds values that are no numbers",
        ),
    ],
)
def test_a_file_of_another_network_is_refused_with_what_is_wrong(
    tmp_path: Path, change: Callable[[Tensors], object], said: str
) -> None:
    file = write_inception(tmp_path / "w.safetensors", change)
    with pytest.raises(UserError) as refused:
        Inception(file)
    assert str(refused.value).startswith(str(file))
    assert said in str(refused.value)


def test_what_is_no_safetensors_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "weights.pth").write_bytes(b"PK\x03\x04" + bytes(range(256)) * 40)
    (tmp_path / "empty").write_bytes(b"")
    for name, said in (
        ("weights.pth", r"weights\.pth: is no safetensors file"),
        ("empty", "empty: is no safetensors file"),
        ("nowhere.safetensors", "there is no such file"),
        (".", "cannot be read|is no safetensors file"),
    ):
        with pytest.raises(UserError, match=said):
            Inception(tmp_path / name)
