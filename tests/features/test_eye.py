"""`eye.v1` over a network of random weights, written here node by node."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from haiga.core.errors import BadModel, NoModel, UserError
from haiga.features.eye import EARLY, LATE, Eye
from haiga.models.card import write_card


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of one convolution with the inputs and outputs of the real one."""
    out = tmp_path_factory.mktemp("eye")
    rng = np.random.default_rng(0)
    kernel = rng.standard_normal((LATE, 3, 16, 16)).astype(np.float32) / 16
    nodes = [
        helper.make_node("Conv", ["pixels", "kernel"], ["map"], strides=[16, 16]),
        helper.make_node("ReduceMean", ["map", "places"], ["late"], keepdims=0),
        helper.make_node("Slice", ["map", "begin", "end", "axis"], ["some"]),
        helper.make_node("AveragePool", ["some"], ["cells"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Flatten", ["cells"], ["early"]),
    ]
    constants = {
        "kernel": kernel,
        "places": np.array([2, 3]),
        "begin": np.array([0]),
        "end": np.array([EARLY // 16]),
        "axis": np.array([1]),
    }
    graph = helper.make_graph(
        nodes,
        "eye",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["n", 3, 128, 128])],
        [
            helper.make_tensor_value_info("early", TensorProto.FLOAT, ["n", EARLY]),
            helper.make_tensor_value_info("late", TensorProto.FLOAT, ["n", LATE]),
            helper.make_tensor_value_info("map", TensorProto.FLOAT, ["n", LATE, 8, 8]),
        ],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.save(model, str(out / "eye.onnx"))
    card = {"title": "a", "about": "b", "licence": "c", "origin": "d", "recipe": "e"}
    write_card(out, name="eye", role="embedder", files=["eye.onnx"], **card)
    return out


def noise(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_any_size_and_shape_of_picture_is_seen(folder: Path) -> None:
    sizes = [(1, 1), (3, 400), (128, 128), (700, 90), (1000, 1500)]
    pictures = [noise(*size) for size in sizes]
    seen = Eye(model=str(folder)).embed(pictures)
    assert seen.early.shape == (5, EARLY)
    assert seen.late.shape == (5, LATE)
    assert Eye(model=str(folder)).maps(pictures).shape == (5, LATE, 8, 8)


def test_a_large_picture_is_made_smaller_without_jags(folder: Path) -> None:
    """A fine chequerboard is grey from afar; sampled bare it would be black or white."""
    board = np.indices((1024, 1024)).sum(0)[..., None] % 2 * np.full(3, 255)
    eye = Eye(model=str(folder))
    grey = eye.embed([np.full((128, 128, 3), 128, np.uint8)]).late
    fine = eye.embed([board.astype(np.uint8)]).late
    assert np.abs(fine - grey).max() < 0.1


def test_values_are_between_minus_one_and_one_for_the_network(folder: Path) -> None:
    eye = Eye(model=str(folder))
    black, white = (eye.embed([np.full((128, 128, 3), v, np.uint8)]).late for v in (0, 255))
    assert black == pytest.approx(-white, abs=1e-4)


def test_the_whole_picture_is_squeezed_not_cut(folder: Path) -> None:
    wide = noise(128, 512)
    square = np.asarray(Image.fromarray(wide).resize((128, 128), Image.Resampling.BICUBIC))
    eye = Eye(model=str(folder))
    assert eye.embed([wide]).late == pytest.approx(eye.embed([square]).late, abs=0.05)


def test_its_digest_is_that_of_the_file(folder: Path) -> None:
    digest = hashlib.sha256((folder / "eye.onnx").read_bytes()).hexdigest()
    eye = Eye(model=str(folder))
    assert eye.models == eye.digests == {"eye/eye.onnx": digest}


def test_a_changed_file_is_refused(folder: Path, tmp_path: Path) -> None:
    for name in ("card.toml", "eye.onnx"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    (tmp_path / "eye.onnx").write_bytes(b"not the file")
    with pytest.raises(BadModel, match="is not the file its card describes"):
        Eye(model=str(tmp_path)).embed([noise(8, 8)])


def test_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(UserError, match="threads"):
        Eye(threads=0)
    with pytest.raises(NoModel, match="no embedder named 'eey'"):
        Eye(model="eey")
