"""Begin a training at a finished model's weights, read from the ONNX file that haiga wrote."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import numpy_helper
from torch import nn

from haiga.core.errors import BadModel

Array = npt.NDArray[np.float32]


def start_from(network: nn.Module, path: Path) -> None:
    """Fills a network's parameters from the export of one like it.

    What was rounded for storing stays rounded. Raises BadModel when the file is no ONNX
    model, or its weights are those of another design; the network is then as it was.
    """
    stored = widened(read_graph(path))
    wanted = dict(network.named_parameters())
    for name, parameter in wanted.items():
        if name not in stored or stored[name].shape != tuple(parameter.shape):
            raise BadModel(f"{path}: {name} is missing or of another shape: begin at another model")
    with torch.no_grad():
        for name, parameter in wanted.items():
            parameter.copy_(torch.from_numpy(stored[name].copy()))


def read_graph(path: Path) -> onnx.GraphProto:
    """The graph of an ONNX file; BadModel where it is none."""
    try:
        return onnx.load(str(path)).graph
    except Exception as error:  # protobuf's errors share no ancestor of their own
        raise BadModel(f"{path}: is no ONNX file: {error}") from error


def widened(graph: onnx.GraphProto) -> dict[str, Array]:
    """Every stored array in float32, under the name the graph computes with.

    The way back from `export.store_compactly`.
    """
    raw = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    out: dict[str, Array] = {}
    for name, values in raw.items():
        if name.endswith("_half"):
            out[name.removesuffix("_half")] = values.astype(np.float32)
        elif name.endswith("_int8"):
            base = name.removesuffix("_int8")
            out[base] = values.astype(np.float32) * raw[f"{base}_scale"]
        elif values.dtype == np.float32:
            out[name] = values
    return out
