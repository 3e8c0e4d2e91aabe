"""A trained poet as one small ONNX step: int8 matrices, one of them for reading and writing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from haiga.training.nets.lstm import WordLstm
from haiga.training.text_export import Step, export_step, parity, quantize


def export_network(net: WordLstm, path: Path) -> dict[str, float]:
    """Writes the step to `path` and returns how far it is from torch (`parity`).

    The network's input and output embeddings are tied; in the file they are one int8
    matrix with a scale for each token, a third of the float16 and int8 pair.
    """
    net.eval()
    step = Step(net, torch.arange(net.sizes["vocabulary"]))
    plain = path.with_name("step_fp32.onnx")
    try:
        export_step(step, plain, net.sizes)
        quantize(plain, path)
    finally:
        plain.unlink(missing_ok=True)
    tie(path)
    return parity(step, path, net.sizes)


def tie(path: Path) -> None:
    """Lets the reading of tokens take its rows from the int8 matrix that writes them."""
    model = onnx.load(str(path))
    graph = model.graph
    arrays = {item.name: item for item in graph.initializer}
    gather = next(
        node
        for node in graph.node
        if node.op_type == "Gather"
        and node.input[0] in arrays
        and arrays[node.input[0]].data_type == TensorProto.FLOAT16
    )
    cast = next(n for n in graph.node if n.op_type == "Cast" and n.input[0] == gather.output[0])
    vocabulary = arrays[gather.input[0]].dims[0]
    product = next(
        node
        for node in graph.node
        if node.op_type == "MatMulInteger" and arrays[node.input[1]].dims[1] == vocabulary
    )
    weight = product.input[1]  # (width, V) int8
    scale = weight.removesuffix("_quantized") + "_scale"  # (V,) float32
    zero = numpy_helper.to_array(arrays[product.input[3]]) if len(product.input) > 3 else 0
    if np.any(zero) or scale not in arrays:
        raise RuntimeError(f"{path}: the output weights are not symmetric int8")
    word = gather.input[1]
    fresh = [
        helper.make_node("Gather", [weight, word], ["tied_columns"], axis=1),  # (width, B) int8
        helper.make_node("Cast", ["tied_columns"], ["tied_float"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["tied_float"], ["tied_rows"], perm=[1, 0]),  # (B, width)
        helper.make_node("Gather", [scale, word], ["tied_scales"], axis=0),  # (B,)
        helper.make_node("Unsqueeze", ["tied_scales", "tied_axis"], ["tied_column"]),
        helper.make_node("Mul", ["tied_rows", "tied_column"], [cast.output[0]]),
    ]
    graph.initializer.append(numpy_helper.from_array(np.array([1], np.int64), "tied_axis"))
    place = list(graph.node).index(gather)
    kept = [node for node in graph.node if node not in (gather, cast)]
    del graph.node[:]
    graph.node.extend([*kept[:place], *fresh, *kept[place:]])
    graph.initializer.remove(arrays[gather.input[0]])
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
