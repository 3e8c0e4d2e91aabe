"""From a trained upscaler to a model folder that `haiga enlarge` and `haiga create` can use."""

from __future__ import annotations

import contextlib
import copy
import logging
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from haiga.core.errors import JobError
from haiga.training.export import parity, store_compactly
from haiga.training.nets.upscaler import UpscalerNet

TOLERANCE = 0.25
"""The largest difference between torch and ONNX Runtime let pass, on white noise in [0, 1], where
it is several times what it is on pictures, and on features, which are some ten times larger."""
TIGHT_FROM = 5_000
SIDES = ((9, 13), (24, 24), (1, 1))


class WithFeatures(nn.Module):
    """An `UpscalerNet` that gives its features too, for a texture network to go on from."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        assert isinstance(net, UpscalerNet)
        self.net = net

    def forward(self, small: Tensor) -> tuple[Tensor, Tensor]:
        features = self.net.trunk(small)
        return self.net.base(small) + self.net.drawn(features), features


def write_network(
    net: nn.Module, path: Path, inputs: Mapping[str, Tensor], outputs: list[str]
) -> float:
    """Writes an ONNX file for pictures of any size; returns its largest difference from torch.

    Convolutions are stored in 8 bits, with a scale for each channel, which costs 0.001 dB.
    JobError when it differs by more than `TOLERANCE`.
    """
    plain = copy.deepcopy(net).cpu().float().eval().to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    free = torch.export.Dim.AUTO
    with _quietly(), torch.no_grad(), torch.random.fork_rng(devices=[]):
        program = torch.onnx.export(
            plain,
            tuple(inputs.values()),
            input_names=list(inputs),
            output_names=outputs,
            dynamic_shapes=[{0: free, 2: free, 3: free} for _ in inputs],
            opset_version=18,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    if program is None:
        raise RuntimeError("torch.onnx.export gave no program")
    model = program.model_proto
    for node in model.graph.node:  # where in the code each came from: a tenth of the file
        del node.metadata_props[:]
        node.doc_string = ""
    del model.graph.value_info[:]
    store_compactly(model, tight=True, tight_from=TIGHT_FROM)
    onnx.save(model, str(path))
    channels = [value.shape[1] for value in inputs.values()]
    rng = torch.Generator().manual_seed(1)
    cases = [
        {
            name: torch.rand((count, c, *side), generator=rng)
            for name, c in zip(inputs, channels, strict=True)
        }
        for count, side in zip((1, 2, 5), SIDES, strict=True)
    ]
    worst = parity(plain, path, cases)
    if not worst <= TOLERANCE:
        raise JobError(
            f"{path}: differs from the trained network by {worst:.2g}, more than {TOLERANCE}; its "
            "weights are no numbers, or its training went astray"
        )
    return worst


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Without what torch's exporter warns of: packages it could use and its own old calls."""
    log = logging.getLogger("torch.onnx")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(before)
