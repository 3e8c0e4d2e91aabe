"""A tiny generator of random weights, made as a folder that every command takes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from haiga.models.card import write_card

LATENT = 6
CODES = (
    {"name": "kind", "kind": "category", "size": 3},
    {"name": "tilt", "kind": "number", "size": 1},
)


def make_generator(
    folder: Path,
    *,
    labels: Sequence[str] = (),
    codes: Sequence[dict[str, Any]] = (),
    size_px: int = 16,
) -> Path:
    """A folder with `generator.onnx`, `layout.json` and `card.toml`.

    pixels = tanh(latent @ A [+ row of B for the label] [+ codes @ C]), reshaped.
    """
    folder.mkdir(parents=True, exist_ok=True)
    draw = np.random.default_rng(1)
    values = 3 * size_px * size_px
    width = sum(code["size"] for code in codes)
    arrays = {"A": draw.normal(size=(LATENT, values)) * 0.4}
    inputs = [helper.make_tensor_value_info("latent", TensorProto.FLOAT, ["B", LATENT])]
    nodes = [helper.make_node("MatMul", ["latent", "A"], ["sum0"])]
    last = "sum0"
    if labels:
        arrays["B"] = draw.normal(size=(len(labels), values))
        inputs.append(helper.make_tensor_value_info("label", TensorProto.INT64, ["B"]))
        nodes += [
            helper.make_node("Gather", ["B", "label"], ["named"]),
            helper.make_node("Add", [last, "named"], ["sum1"]),
        ]
        last = "sum1"
    if codes:
        arrays["C"] = draw.normal(size=(width, values))
        inputs.append(helper.make_tensor_value_info("codes", TensorProto.FLOAT, ["B", width]))
        nodes += [
            helper.make_node("MatMul", ["codes", "C"], ["turned"]),
            helper.make_node("Add", [last, "turned"], ["sum2"]),
        ]
        last = "sum2"
    nodes += [
        helper.make_node("Tanh", [last], ["flat"]),
        helper.make_node("Reshape", ["flat", "shape"], ["pixels"]),
    ]
    stored = [numpy_helper.from_array(a.astype(np.float32), name) for name, a in arrays.items()]
    stored.append(numpy_helper.from_array(np.array([-1, 3, size_px, size_px]), "shape"))
    output = helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["B", 3, size_px, size_px])
    graph = helper.make_graph(nodes, "tiny", inputs, [output], initializer=stored)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.save(model, str(folder / "generator.onnx"))
    layout = {
        "kind": "generator",
        "recipe": "tiny",
        "size_px": size_px,
        "latent": LATENT,
        "labels": list(labels),
        "codes": list(codes),
    }
    (folder / "layout.json").write_text(json.dumps(layout), encoding="utf-8")
    write_card(
        folder,
        name=folder.name,
        role="generator",
        title="Tiny generator",
        about="Random weights, for tests.",
        licence="CC0-1.0",
        origin="made by a test",
        recipe="tests/plugins/tiny_generator.py",
        files=["generator.onnx", "layout.json"],
    )
    return folder
