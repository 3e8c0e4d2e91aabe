"""From a torch module to one small ONNX file, checked against it."""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

SMALL = 2048
"""Initializers of fewer values stay float32."""
LARGE = 300_000
"""Matrices of at least so many values become int8."""
LARGE_WHEN_TIGHT = 40_000
"""So do matrices and convolutions of so many, when an export is asked to be tight."""


def to_onnx(
    module: nn.Module,
    inputs: Mapping[str, Tensor],
    outputs: Sequence[str],
    path: Path,
    *,
    compact: bool = True,
    tight: bool = False,
) -> None:
    """Write `module` with a free batch dimension; `compact` stores large weights in fewer bits.

    `tight` stores nearly all of them in eight: measure what that costs before it ships.
    The graph computes in float32 all the same: what widens the weights again
    stands behind each, and ONNX Runtime folds it away when it opens the file.
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
    if compact:
        store_compactly(model, tight=tight)
    onnx.save(model, str(path))


def store_compactly(
    model: onnx.ModelProto, *, tight: bool = False, tight_from: int = LARGE_WHEN_TIGHT
) -> None:
    """Store large float32 initializers as float16, and the largest matrices as int8, in place.

    An int8 matrix has one scale for each column (its largest absolute value
    over 127); an int8 convolution, which only `tight` makes of those of `tight_from`
    values and more, one for each channel it gives.
    """
    gives = _output_axes(model)
    kept, widened = [], []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.size < SMALL:
            kept.append(tensor)
            continue
        name = tensor.name
        axis = 1 if values.ndim == 2 else gives.get(name) if tight else None
        if axis is not None and values.size >= (tight_from if tight else LARGE):
            others = tuple(i for i in range(values.ndim) if i != axis)
            scale = np.maximum(np.abs(values).max(others, keepdims=True), 1e-8) / np.float32(127)
            whole = np.round(values / scale).astype(np.int8)
            kept.append(numpy_helper.from_array(whole, f"{name}_int8"))
            kept.append(numpy_helper.from_array(scale.astype(np.float32), f"{name}_scale"))
            widened += [
                helper.make_node("Cast", [f"{name}_int8"], [f"{name}_wide"], to=TensorProto.FLOAT),
                helper.make_node("Mul", [f"{name}_wide", f"{name}_scale"], [name]),
            ]
        else:
            kept.append(numpy_helper.from_array(values.astype(np.float16), f"{name}_half"))
            widened.append(helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT))
    nodes = list(model.graph.node)
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend([*widened, *nodes])


def _output_axes(model: onnx.ModelProto) -> dict[str, int]:
    """Which axis of each convolution's kernel counts the channels it gives, by its name."""
    axes = {"Conv": 0, "ConvTranspose": 1}
    return {node.input[1]: axes[node.op_type] for node in model.graph.node if node.op_type in axes}


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
            worst = float(np.maximum(worst, np.abs(_array(a) - b).max()))  # keeps what is no number
    return worst


def _array(value: Tensor) -> npt.NDArray[Any]:
    value = value.detach()
    return np.asarray((value.float() if value.is_floating_point() else value).numpy())


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Without what torch's exporter warns of: packages it could use and its own old calls."""
    log = logging.getLogger("torch.onnx")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            yield
    finally:
        log.setLevel(before)
