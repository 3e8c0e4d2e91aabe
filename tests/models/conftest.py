"""A small real model: an ONNX graph, a table of arrays and a JSON file, with their card."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from safetensors.numpy import save_file

from haiga.models.card import write_card


@pytest.fixture
def model_folder(tmp_path: Path) -> Path:
    """`twice.onnx` doubles `x` and counts nothing; `table.safetensors` holds `w`."""
    folder = tmp_path / "model"
    folder.mkdir()
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n"])
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n"]) for name in ("y", "z")]
    nodes = [helper.make_node("Add", ["x", "x"], ["y"]), helper.make_node("Neg", ["x"], ["z"])]
    graph = helper.make_graph(nodes, "twice", [x], outputs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    onnx.save(model, folder / "twice.onnx")
    save_file({"w": np.arange(6, dtype=np.float32).reshape(2, 3)}, folder / "table.safetensors")
    (folder / "words.json").write_text('["moon", "雪"]', encoding="utf-8")
    write_card(
        folder,
        name="twice",
        role="poet",
        title='A "small" model \\ for tests',
        about="Doubles what it gets.\nAnd no more.",
        licence="Apache-2.0",
        origin="made here",
        recipe="haiga train twice --seed 1",
        commit="abc",
        created="2026-11-20",
        files=["twice.onnx", "table.safetensors", "words.json"],
        data=[{"name": "poems", "items": 12, "licence": "CC0-1.0", "credit": "Bashō"}],
        quality={"perplexity": 150.25, "5-7-5": 1.0, "a figure": 1e-7},
        parity={"largest difference": 3e-06},
    )
    return folder
