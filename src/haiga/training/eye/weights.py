"""The weights of an exported eye, read back into a network that gradients pass through."""

from __future__ import annotations

from pathlib import Path

import onnx
import torch
from torch import nn

from haiga.core.errors import BadModel
from haiga.models.store import load_model
from haiga.training.export import stored_weights
from haiga.training.nets.eye import EyeNet, Unit

FILE = "eye.onnx"


def bundled_eye() -> EyeNet:
    """The eye that comes along, its file checked against its card. Raises BadModel."""
    return read_eye(load_model("eye", role="embedder").path(FILE))


def read_eye(path: Path) -> EyeNet:
    """The frozen network behind an `eye.onnx`, with the weights as they were rounded for storing.

    Export folds every norm into the convolution before it, so each norm here is the
    identity but for a shift. Raises BadModel when the file is not the export of an eye of
    the usual widths.
    """
    try:
        graph = onnx.load(str(path)).graph
    except Exception as error:  # protobuf's errors share no ancestor of their own
        raise BadModel(f"{path}: is no ONNX file: {error}") from error
    stored = stored_weights(graph)
    net = EyeNet()
    try:
        with torch.no_grad():
            for name, module in net.named_modules():
                if isinstance(module, Unit):
                    conv, norm = module[0], module[1]
                    assert isinstance(conv, nn.Conv2d)
                    assert isinstance(norm, nn.BatchNorm2d)
                    conv.weight.copy_(torch.from_numpy(stored[f"{name}.0.weight"].copy()))
                    norm.weight.fill_((1 + norm.eps) ** 0.5)  # variance 1, so this is no change
                    norm.bias.copy_(torch.from_numpy(stored[f"{name}.0.weight_bias"].copy()))
            net.early.weight.copy_(torch.from_numpy(stored["early.weight"].copy()))
            assert net.early.bias is not None
            net.early.bias.copy_(torch.from_numpy(stored["early.bias"].copy()))
    except (KeyError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise BadModel(f"{path}: is not an exported eye: {reason}") from error
    return net.eval().requires_grad_(False)
