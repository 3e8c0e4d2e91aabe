"""Tiny painters of random weights, made as folders that `attngan.v1` and `flow.v1` take."""

from __future__ import annotations

import functools
import shutil
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from haiga.models.card import write_card
from haiga.models.store import load_model
from haiga.training.generators.recipe import Settings
from haiga.training.nets.flow import FlowNet, FlowShape
from haiga.training.painters.attngan import AttnGan
from haiga.training.painters.export import Taught, write_attngan, write_flow

SEEN = {"snow": 40, "apple": 30, "river": 20, "red": 9, "night": 2}
SHAPE = FlowShape(width=24, blocks=2, heads=2, words_width=12)


def fields(name: str) -> dict[str, object]:
    """What a card says beside its files."""
    return {"name": name, "title": name, "about": "Of random weights.", "licence": "CC0-1.0",
            "origin": "a test", "recipe": "none", "data": [], "quality": {}}  # fmt: skip


def make_attngan(folder: Path, *, size_px: int = 16, seen: dict[str, int] = SEEN) -> Path:
    """Writes an AttnGAN painter whose pictures have contrast, though it learned nothing.

    It is exported once a process and then copied.
    """
    kept = _attngan(size_px, tuple(seen.items()))
    shutil.copytree(Path(kept.name) / "tiny", folder, dirs_exist_ok=True)
    return folder


@functools.cache
def _attngan(size_px: int, seen: tuple[tuple[str, int], ...]) -> tempfile.TemporaryDirectory[str]:
    kept = tempfile.TemporaryDirectory(prefix="haiga-tiny-")
    trainee = AttnGan(Settings(size_px=size_px, width=8, seed=3))
    for layer in trainee.average.net.to_pixels:  # type: ignore[union-attr]
        layer.weight.data.mul_(12)
    taught = Taught(dict(seen), 8, fields("tiny"))
    write_attngan(trainee.sampler, Path(kept.name) / "tiny", size_px, taught)
    return kept


def _write(
    path: Path, into: str, channels: int, out: str, made: int, kernel: np.ndarray, kind: str
) -> None:
    """One convolution of 8 by 8 that steps by eight, forward or back."""
    shapes = {3: ["B", 3, 128, 128], 8: ["B", 8, 16, 16]}
    node = helper.make_node(kind, [into, "kernel"], [out], strides=[8, 8])
    graph = helper.make_graph(
        [node],
        "tiny",
        [helper.make_tensor_value_info(into, TensorProto.FLOAT, shapes[channels])],
        [helper.make_tensor_value_info(out, TensorProto.FLOAT, shapes[made])],
        [numpy_helper.from_array(kernel, "kernel")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def make_flow(folder: Path, *, seed: int = 0) -> Path:
    """Writes a flow painter whose encoder and decoder are one convolution each."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = FlowNet(SHAPE)
        for parameter in net.parameters():  # equal weights would be stored as one
            parameter.data.add_(0.02 * torch.randn(parameter.shape))
    parts = folder.with_name(f"{folder.name}-autoencoder")
    parts.mkdir(parents=True)
    draw = np.random.default_rng(seed)
    kernel = draw.normal(0, 0.05, (8, 3, 8, 8)).astype(np.float32)
    _write(parts / "encoder.onnx", "pixels", 3, "latent", 8, kernel, "Conv")
    _write(parts / "decoder.onnx", "latent", 8, "pixels", 3, kernel, "ConvTranspose")
    write_card(parts, role="painter", files=["decoder.onnx", "encoder.onnx"], **fields("ae"))  # type: ignore[arg-type]
    statistics = {"mean": [0.0] * 8, "deviation": [1.0] * 8}
    write_flow(net, folder, load_model(parts), statistics, Taught(SEEN, 8, fields("tiny-flow")))
    return folder
