"""An Inception network of seeded random weights, with the names that `pytorch-fid` gives."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save_file

Tensors = dict[str, npt.NDArray[np.float32]]


@functools.cache
def _tensors(seed: int) -> Tensors:
    """Weights that neither grow nor fade on the way, and a batch norm that is not idle."""
    from haiga.features.inception import convolutions

    rng = np.random.default_rng(seed)
    out: Tensors = {}
    for name, shape in convolutions():
        spread = np.sqrt(2 / np.prod(shape[1:]))
        out[f"{name}.conv.weight"] = (rng.standard_normal(shape) * spread).astype(np.float32)
        out[f"{name}.bn.weight"] = rng.uniform(0.9, 1.1, shape[0]).astype(np.float32)
        out[f"{name}.bn.bias"] = (0.1 * rng.standard_normal(shape[0])).astype(np.float32)
        out[f"{name}.bn.running_mean"] = (0.1 * rng.standard_normal(shape[0])).astype(np.float32)
        out[f"{name}.bn.running_var"] = rng.uniform(0.9, 1.1, shape[0]).astype(np.float32)
    out["fc.weight"] = np.zeros((1008, 2048), np.float32)
    out["fc.bias"] = np.zeros(1008, np.float32)
    return out


def random_tensors(seed: int = 1) -> Tensors:
    """A table of one's own of such weights; the arrays are shared."""
    return dict(_tensors(seed))


def write_inception(path: Path, change: Callable[[Tensors], object] = lambda _: None) -> Path:
    """Writes the network as a safetensors file, changed as asked."""
    tensors = random_tensors()
    change(tensors)
    save_file(tensors, path)
    return path
