"""From a torch module to one small ONNX file, checked against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

SMALL = 2048
"""Initializers of fewer values stay float32."""


def to_onnx(
    module: nn.Module,
    inputs: Mapping[str, Tensor],
    outputs: Sequence[str],
    path: Path,
    *,
    half: bool = True,
) -> None:
    """Write `module` with a free batch dimension; `half` stores large weights as float16.

    The graph computes in float32 all the same: a Cast stands behind each stored
    weight, which ONNX Runtime folds away when it opens the file.
    """
    batch = torch.export.Dim.AUTO
    with torch.no_grad():
        program = torch.onnx.export(
            module.eval(),
            tuple(inputs.values()),
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_shapes=[{0: batch} for _ in inputs],
            opset_version=18,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    if program is None:
        raise RuntimeError("torch.onnx.export gave no program")
    model = program.model_proto
    if half:
        store_as_float16(model)
    onnx.save(model, str(path))


def store_as_float16(model: onnx.ModelProto) -> None:
    """Replace each large float32 initializer by a float16 one and a Cast to float32, in place."""
    kept, casts = [], []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.size < SMALL:
            kept.append(tensor)
            continue
        kept.append(numpy_helper.from_array(values.astype(np.float16), tensor.name + "_f16"))
        casts.append(
            helper.make_node("Cast", [tensor.name + "_f16"], [tensor.name], to=TensorProto.FLOAT)
        )
    nodes = list(model.graph.node)
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend([*casts, *nodes])


def parity(module: nn.Module, path: Path, cases: Sequence[Mapping[str, Tensor]]) -> float:
    """The largest absolute difference between torch and ONNX Runtime over the cases."""
    from haiga.models.session import Session

    session = Session(path, threads=2)
    worst = 0.0
    for case in cases:
        with torch.no_grad():
            expected = module.eval()(*case.values())
        wanted = expected if isinstance(expected, tuple) else (expected,)
        found = session.run({name: _array(value) for name, value in case.items()})
        for a, b in zip(wanted, found, strict=True):
            worst = max(worst, float(np.abs(_array(a) - b).max()))
    return worst


def _array(value: Tensor) -> npt.NDArray[np.float32]:
    return np.asarray(value.detach().float().numpy())
