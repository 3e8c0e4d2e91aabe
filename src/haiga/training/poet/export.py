"""A trained poet as one small ONNX step with int8 weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from haiga.training.nets.lstm import WordLstm
from haiga.training.step_int8 import write_step
from haiga.training.text_export import Step, parity


def export_network(net: WordLstm, path: Path) -> dict[str, float]:
    """Writes the step over the whole vocabulary and returns how far it is from torch (`parity`)."""
    net.eval()
    tokens = np.arange(net.sizes["vocabulary"])
    write_step(net, tokens, path)
    return parity(Step(net, torch.from_numpy(tokens)), path, net.sizes)
