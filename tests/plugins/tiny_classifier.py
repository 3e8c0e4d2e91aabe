"""A tiny classifier of red, green and blue, made as a folder that every command takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from haiga.inspection.seen_pictures import SEEN, Outward, SeenPictures
from haiga.media.pictures import read_picture
from haiga.models.card import sha256, write_card

CLASSES = ("blue", "green", "red")
SIZE_PX = 32


def make_classifier(
    folder: Path, *, learned: Mapping[str, Path] | None = None, reject: float = 0.1
) -> Path:
    """A folder whose network calls a picture by its strongest mean colour.

    What spans less than its whole range of levels is the less known for it; one tone is not
    known at all. `learned` are pictures, by key, that it says it was trained on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {
        "W": np.array([[0, 0, 6], [0, 6, 0], [6, 0, 0]], np.float32),
        "K": np.array([[0, 0, 6], [0, 6, 0], [6, 0, 0]], np.float32).T.reshape(3, 3, 1, 1),
        "none": np.array(0, np.float32),
        "one": np.array(1, np.float32),
        "places": np.array([1, 2, 3], np.int64),
        "sides": np.array([2, 3], np.int64),
    }
    nodes = [
        helper.make_node("ReduceMean", ["pixels", "sides"], ["mean"], keepdims=0),
        helper.make_node("MatMul", ["mean", "W"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
        helper.make_node("ReduceMax", ["pixels", "places"], ["most"], keepdims=0),
        helper.make_node("ReduceMin", ["pixels", "places"], ["least"], keepdims=0),
        helper.make_node("ReduceMax", ["pixels", "sides"], ["tops"], keepdims=0),
        helper.make_node("ReduceMin", ["pixels", "sides"], ["lows"], keepdims=0),
        helper.make_node("Sub", ["tops", "lows"], ["spans"]),
        helper.make_node("ReduceMax", ["spans", "across"], ["span"], keepdims=0),
        helper.make_node("Clip", ["span", "none", "one"], ["known"]),
        helper.make_node(
            "AveragePool", ["pixels"], ["mapped"], kernel_shape=[4, 4], strides=[4, 4]
        ),
        helper.make_node("Conv", ["mapped", "K"], ["evidence"]),
    ]
    arrays["across"] = np.array([1], np.int64)
    stored = [numpy_helper.from_array(a, name) for name, a in arrays.items()]
    info = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes,
        "tiny",
        [info("pixels", TensorProto.FLOAT, ["B", 3, SIZE_PX, SIZE_PX])],
        [
            info("probabilities", TensorProto.FLOAT, ["B", 3]),
            info("known", TensorProto.FLOAT, ["B"]),
            info("evidence", TensorProto.FLOAT, ["B", 3, 8, 8]),
        ],
        initializer=stored,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.save(model, str(folder / "classifier.onnx"))
    layout = {
        "classes": list(CLASSES),
        "size_px": SIZE_PX,
        "reject": reject,
        "net": "tiny",
        "neither": "span",
    }
    (folder / "layout.json").write_text(json.dumps(layout), encoding="utf-8")
    found = learned or {}
    looks = tuple(Outward.of(read_picture(path), sha256(path)) for path in found.values())
    seen = SeenPictures(tuple(found), looks)
    (folder / SEEN).write_bytes(seen.save())
    (folder / "training.json").write_text('{"curve": [[0.1, 0.5], [0.5, 0.9]]}')
    write_card(
        folder,
        name=folder.name,
        role="classifier",
        title="Tiny classifier",
        about="By the strongest colour, for tests.",
        licence="CC0-1.0",
        origin="Made by a test.",
        recipe="tests/plugins/tiny_classifier.py",
        files=["classifier.onnx", "layout.json", SEEN, "training.json"],
        quality={"pictures learned from": len(found)},
    )
    return folder
