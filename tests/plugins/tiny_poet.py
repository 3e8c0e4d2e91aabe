"""A tiny poet of random weights, made as a folder that `lm.v1` and every command take."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from haiga.features.copying import CopyIndex, Source
from haiga.models.card import write_card

SMALL = "the a of in and on with from to is my over under i it was are by".split()
CONTENT = """
    snow crow night light moon june stone alone rain lane sea tree hill still day gray way sky
    high sleep deep wind mind bird word road cloud house window shadow winter summer river garden
    morning evening water flower yellow meadow blackbird butterfly nightingale falling calling
    burning turning cold old gold leaf grief star far sings brings goes blows wakes breaks
    waits bright white green red thee o'er fair thunder wonder under-leaf lantern harvest apple
    mountain candle silver feather weather sparrow tomorrow sorrow narrow willow pillow
""".split()
MARKS = [",", ".", ";", "—", "!", "?"]
HIDDEN = 12


def make_poet(
    folder: Path,
    *,
    level: str = "word",
    words: Sequence[str] = (*SMALL, *CONTENT),
    seed: int = 0,
    memory: float = 0.4,
    context: int | None = None,
    read: Sequence[Source] = (),
) -> Path:
    """Writes a poet into a new folder; `memory` 0 makes it forget all but the last token."""
    folder.mkdir(parents=True)
    marks = MARKS if level == "word" else [" ", ",", "."]
    tokens = ["<unk>", "<end>", "\n", *marks, *words]
    draw = np.random.default_rng(seed)
    size = len(tokens)
    counts = np.full(size, 20)
    counts[3 + len(marks) :] = draw.integers(5, 60, size - 3 - len(marks))
    counts[[2, 3]] = 300
    if level == "word":
        counts[[tokens.index(word) for word in SMALL if word in tokens]] = 200
    embedding = draw.normal(0, 1, (size, HIDDEN)).astype(np.float32)
    out = draw.normal(0, 0.9, (HIDDEN, size)).astype(np.float32)
    bias = np.log(counts / counts.sum()).astype(np.float32)
    _export(folder / "step.onnx", embedding, out, bias, memory)
    files = ["step.onnx", "vocabulary.json"]
    if read:
        CopyIndex.of(read).save(folder / "copies.safetensors")
        files.append("copies.safetensors")
    table = {
        "kind": "lm", "level": level, "tokens": tokens, "counts": counts.tolist(),
        "context": context, "layers": 1, "hidden": HIDDEN,
        "index": "copies.safetensors" if read else "",
    }  # fmt: skip
    (folder / "vocabulary.json").write_text(json.dumps(table), encoding="utf-8")
    write_card(
        folder, name="tiny", role="poet", title="Tiny poet", about="Random weights, for tests.",
        licence="Apache-2.0", origin="made here", recipe="tests", commit="abc",
        created="2026-11-20", files=files, data=[], quality={}, parity={},
    )  # fmt: skip
    return folder


def _export(
    path: Path, embedding: np.ndarray, out: np.ndarray, bias: np.ndarray, memory: float
) -> None:
    size = embedding.shape[0]
    given = {"embedding": embedding, "out": out, "bias": bias, "memory": np.float32(memory)}
    state = ["layers", "batch", HIDDEN]
    inputs = [
        helper.make_tensor_value_info("word", TensorProto.INT64, ["batch"]),
        helper.make_tensor_value_info("hidden", TensorProto.FLOAT, state),
        helper.make_tensor_value_info("cell", TensorProto.FLOAT, state),
    ]
    outputs = [
        helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", size]),
        helper.make_tensor_value_info("hidden_out", TensorProto.FLOAT, state),
        helper.make_tensor_value_info("cell_out", TensorProto.FLOAT, state),
    ]
    nodes = [
        helper.make_node("Gather", ["embedding", "word"], ["read"]),
        helper.make_node("Mul", ["hidden", "memory"], ["kept"]),
        helper.make_node("Add", ["kept", "read"], ["sum"]),
        helper.make_node("Tanh", ["sum"], ["hidden_out"]),
        helper.make_node("ReduceMean", ["hidden_out"], ["top"], axes=[0], keepdims=0),
        helper.make_node("MatMul", ["top", "out"], ["scores"]),
        helper.make_node("Add", ["scores", "bias"], ["raised"]),
        helper.make_node("LogSoftmax", ["raised"], ["logits"], axis=1),
        helper.make_node("Identity", ["cell"], ["cell_out"]),
    ]
    tensors = [numpy_helper.from_array(np.asarray(v), name) for name, v in given.items()]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    onnx.save(model, path)
