"""One step of a word network as an int8 ONNX graph in which no row sees its neighbours.

onnxruntime's own dynamic quantisation takes one scale for a whole batch, so that what
is written beside a poem changes it. Here every row of every product has a scale of its
own (the largest magnitude over 127), products are whole numbers, and the same word
after the same state gives the same bytes in any batch. One int8 matrix, with a scale
for each word, both reads words and writes their log-probabilities (tied embeddings).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import NodeProto, TensorProto, helper, numpy_helper

from haiga.models.session import Session
from haiga.training.nets.lstm import WordLstm

Floats = npt.NDArray[np.float32]
_GATES = (2, 0, 1, 3)  # torch orders input, forget, cell, output; here cell comes first


class _Graph:
    """ONNX nodes and arrays as they are added; names are counted."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.arrays: dict[str, npt.NDArray[np.generic]] = {}
        self.numbers: dict[str, int] = {}

    def node(self, kind: str, *inputs: str, to: str = "", **options: Any) -> str:
        """Adds a node and names its one output; a cast's type is given as `to_`."""
        if "to_" in options:
            options["to"] = options.pop("to_")
        count = self.numbers[kind] = self.numbers.get(kind, 0) + 1
        out = to or f"{kind.lower()}_{count}"
        self.nodes.append(helper.make_node(kind, list(inputs), [out], **options))
        return out

    def array(self, name: str, value: npt.NDArray[np.generic]) -> str:
        self.arrays[name] = np.array(value, order="C")
        return name

    def rows(self, x: str) -> tuple[str, str]:
        """(B, n) float -> its uint8 codes around 128, and each row's scale (B, 1)."""
        top = self.node("ReduceMax", self.node("Abs", x), axes=[1], keepdims=1)
        scale = self.node("Add", self.node("Mul", top, "per_step"), "tiny")
        whole = self.node("Add", self.node("Round", self.node("Div", x, scale)), "middle")
        return self.node("Cast", whole, to_=TensorProto.UINT8), scale

    def product(self, codes: tuple[str, str], weight: str) -> str:
        """What the coded rows (B, n) make of an int8 matrix (n, m), float (B, m)."""
        whole = self.node("MatMulInteger", codes[0], weight, "zero_point")
        scaled = self.node("Mul", self.node("Cast", whole, to_=TensorProto.FLOAT), codes[1])
        return self.node("Mul", scaled, f"{weight}_scale")


def _int8(weight: Floats) -> tuple[npt.NDArray[np.int8], Floats]:
    """(n, m) as int8 with a scale for each of the m columns."""
    scale = np.maximum(np.abs(weight).max(0), 1e-8) / 127
    return np.round(weight / scale).astype(np.int8), scale.astype(np.float32)


def write_step(net: WordLstm, rows: npt.NDArray[np.int64], path: Path) -> None:
    """Writes `net`, with the words `rows` of its vocabulary, as an ONNX step to `path`.

    Inputs: word (B,) int64; hidden and cell (layers, B, H) float32. Outputs: logits
    (B, V) float32, which are log-probabilities over those words; hidden_out, cell_out.
    """
    sizes = net.sizes
    state = {name: value.detach().float().numpy() for name, value in net.state_dict().items()}
    g = _Graph()
    g.array("per_step", np.array(1 / 127, np.float32))
    g.array("tiny", np.array(1e-9, np.float32))
    g.array("middle", np.array(128, np.float32))
    g.array("zero_point", np.array(128, np.uint8))
    g.array("axis_1", np.array([1], np.int64))

    def matrix(name: str, weight: Floats) -> str:
        whole, scale = _int8(weight)
        g.array(f"{name}_scale", scale)
        return g.array(name, whole)

    words = matrix("words", state["embedding.weight"][rows].T)  # (width, V)
    columns = g.node("Cast", g.node("Gather", words, "word", axis=1), to_=TensorProto.FLOAT)
    scales = g.node("Unsqueeze", g.node("Gather", "words_scale", "word", axis=0), "axis_1")
    x = g.node("Mul", g.node("Transpose", columns, perm=[1, 0]), scales)
    hiddens, cells = [], []
    for layer in range(sizes["layers"]):
        at = g.array(f"layer_{layer}", np.array(layer, np.int64))
        hidden = g.node("Gather", "hidden", at, axis=0)
        cell = g.node("Gather", "cell", at, axis=0)
        parts = []
        for name, value in (("ih", x), ("hh", hidden)):
            stacked = state[f"lstm.weight_{name}_l{layer}"].reshape(4, sizes["hidden"], -1)
            weight = stacked[list(_GATES)].reshape(4 * sizes["hidden"], -1).T
            parts.append(g.product(g.rows(value), matrix(f"{name}_{layer}", weight)))
        both = state[f"lstm.bias_ih_l{layer}"] + state[f"lstm.bias_hh_l{layer}"]
        bias = both.reshape(4, -1)[list(_GATES)].reshape(-1)
        total = g.node("Add", g.node("Add", *parts), g.array(f"bias_{layer}", bias))
        split = g.array(f"split_{layer}", np.array([1, 3]) * sizes["hidden"])
        new, gates = f"new_{layer}", f"gates_{layer}"
        g.nodes.append(helper.make_node("Split", [total, split], [new, gates], axis=1))
        opened = g.node("Sigmoid", gates)
        names = [f"{gate}_{layer}" for gate in ("input", "forget", "output")]
        thirds = g.array(f"thirds_{layer}", np.full(3, sizes["hidden"]))
        g.nodes.append(helper.make_node("Split", [opened, thirds], names, axis=1))
        kept = g.node("Mul", names[1], cell)
        fresh = g.node("Mul", names[0], g.node("Tanh", new))
        cell = g.node("Add", kept, fresh)
        x = g.node("Mul", names[2], g.node("Tanh", cell))
        hiddens.append(g.node("Unsqueeze", x, "axis_0"))
        cells.append(g.node("Unsqueeze", cell, "axis_0"))
    g.array("axis_0", np.array([0], np.int64))
    g.node("Concat", *hiddens, to="hidden_out", axis=0)
    g.node("Concat", *cells, to="cell_out", axis=0)
    narrow = g.product(g.rows(x), matrix("narrow", state["narrow.weight"].T))
    x = g.node("Add", narrow, g.array("narrow_bias", state["narrow.bias"]))
    scores = g.node("Add", g.product(g.rows(x), words), g.array("bias", state["bias"][rows]))
    g.node("LogSoftmax", scores, to="logits", axis=1)
    _save(g, sizes, len(rows), path)


def _save(g: _Graph, sizes: dict[str, int], words: int, path: Path) -> None:
    memory: list[Any] = [sizes["layers"], "batch", sizes["hidden"]]

    def info(name: str, shape: list[Any], kind: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, kind, shape)

    graph = helper.make_graph(
        g.nodes,
        "step",
        [info("word", ["batch"], TensorProto.INT64), info("hidden", memory), info("cell", memory)],
        [info("logits", ["batch", words]), info("hidden_out", memory), info("cell_out", memory)],
        [numpy_helper.from_array(value, name) for name, value in g.arrays.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def rows_stand_alone(path: Path, sizes: dict[str, int], words: int) -> bool:
    """Whether a row's log-probabilities are the same bytes alone and in batches of 2 to 65."""
    session = Session(path)
    draw = np.random.Generator(np.random.PCG64(3))
    shape = (sizes["layers"], 65, sizes["hidden"])
    word = draw.integers(0, words, 65)
    hidden = np.tanh(draw.normal(size=shape)).astype(np.float32)
    cell = draw.normal(size=shape).astype(np.float32)
    alone = [
        session.run({"word": word[i : i + 1], "hidden": hidden[:, i : i + 1].copy(),
                     "cell": cell[:, i : i + 1].copy()})
        for i in range(65)
    ]  # fmt: skip
    for count in (2, 3, 5, 8, 16, 33, 64, 65):
        chosen = np.sort(draw.permutation(65)[:count])
        got = session.run({"word": word[chosen], "hidden": hidden[:, chosen].copy(),
                           "cell": cell[:, chosen].copy()})  # fmt: skip
        for place, i in enumerate(chosen):
            same = np.array_equal(got[0][place], alone[i][0][0])
            if not (same and np.array_equal(got[1][:, place], alone[i][1][:, 0])):
                return False
    return True
