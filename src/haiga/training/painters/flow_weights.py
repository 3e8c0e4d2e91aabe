"""The weights of an exported flow, read back into a network that can go on learning."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from haiga.core.errors import BadModel
from haiga.training.nets.flow import FlowNet, FlowShape
from haiga.training.start import read_graph, widened

Array = npt.NDArray[np.float32]
PREFIX = "net."
"""What stands before every parameter's name in an exported flow."""
UNTOLD = ("teacher_head.",)
"""Parts of the network that only its training uses, and that no export holds."""


def read_flow(path: Path, *, heads: int = 6) -> FlowNet:
    """The network behind a `flow.onnx`, with the weights as they were rounded for storing.

    Export keeps the names of biases and transposes the matrices, which lose theirs: each
    is found by the product whose sum its bias joins. How many heads attention has is in
    no weight. Raises BadModel when the file is not the export of such a network.
    """
    graph = read_graph(path)
    stored = widened(graph)
    found = {k.removeprefix(PREFIX): v for k, v in stored.items() if k.startswith(PREFIX)}
    made_by = {out: node for node in graph.node for out in node.output}
    for node in graph.node:
        if node.op_type != "Add":
            continue
        for bias, other in (node.input, reversed(node.input)):
            product = made_by.get(other)
            named = bias.startswith(PREFIX) and bias.endswith(".bias")
            if named and product is not None and product.op_type == "MatMul":
                weight = stored.get(product.input[1])
                if weight is not None:
                    name = bias.removeprefix(PREFIX).removesuffix("bias") + "weight"
                    found[name] = weight.T
    try:
        net = FlowNet(_shape(found, heads))
        wanted = net.state_dict()
        lacking = [n for n in wanted if n not in found and not n.startswith(UNTOLD)]
        if lacking:
            raise BadModel(f"{path}: has no weights for {', '.join(lacking[:3])}")
        tensors = {n: torch.from_numpy(found[n].copy()) for n in wanted if n in found}
        net.load_state_dict(tensors, strict=False)
    except (KeyError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise BadModel(f"{path}: is not an exported flow network: {reason}") from error
    return net


def _shape(found: Mapping[str, Array], heads: int) -> FlowShape:
    tokens, width = found["place"].shape
    blocks = len({name.split(".")[1] for name in found if name.startswith("blocks.")})
    vector = found["word_in.0.weight"].shape[1]
    channels = found["patch_in.weight"].shape[1] // 4
    return FlowShape(
        width=width,
        blocks=blocks,
        heads=heads,
        words_width=len(found["nobody"]),
        vector=vector,
        channels=channels,
        grid=round(tokens**0.5),
    )
