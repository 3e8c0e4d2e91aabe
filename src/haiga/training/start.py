"""Begin a training at a finished model's weights, read from the ONNX file that haiga wrote."""

from __future__ import annotations

from pathlib import Path

import onnx
import torch
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from onnx import numpy_helper
from torch import nn

from haiga.core.errors import UserError


def start_from(module: nn.Module, path: Path) -> None:
    """Fill a network's parameters from `path`, which `export.store_compactly` may have packed.

    Eight bits and halves are widened again: what was rounded at export stays rounded. Raises
    UserError when the file is no ONNX model or its weights are of another design.
    """
    try:
        stored = {t.name: numpy_helper.to_array(t) for t in onnx.load(str(path)).graph.initializer}
    except (OSError, DecodeError) as error:
        raise UserError(f"{path}: cannot be read as an ONNX model ({error})") from None
    found = {}
    for name, parameter in module.named_parameters():
        if f"{name}_int8" in stored:
            values = stored[f"{name}_int8"].astype("float32") * stored[f"{name}_scale"]
        else:
            values = stored.get(f"{name}_half", stored.get(name))
        if values is None or values.shape != tuple(parameter.shape):
            raise UserError(
                f"{path}: {name} is missing or of another shape, so nothing starts here"
            )
        found[name] = torch.tensor(values, dtype=parameter.dtype)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter.copy_(found[name])
