"""Tiny networks of the ESRGAN family with random weights, as their files hold them."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save_file

Weights = dict[str, npt.NDArray[np.float32]]
FEATURES, GROWTH = 6, 4


def _conv(out: int, into: int, name: str, share: float = 0.3) -> Weights:
    draw = np.random.default_rng(sum(map(ord, name)))
    weight = draw.normal(size=(out, into, 3, 3)) * share / (9 * into) ** 0.5
    return {f"{name}.weight": weight.astype(np.float32), f"{name}.bias": np.zeros(out, np.float32)}


def rrdb(scale: int, blocks: int = 2) -> Weights:
    """An RRDBNet; ×2 takes its picture in quarters, as Real-ESRGAN's does."""
    weights = _conv(FEATURES, 3 * (4 // scale) ** 2, "conv_first", 1.0)
    for block in range(blocks):
        for dense in (1, 2, 3):
            for k in range(1, 6):
                name = f"body.{block}.rdb{dense}.conv{k}"
                out = FEATURES if k == 5 else GROWTH
                weights |= _conv(out, FEATURES + (k - 1) * GROWTH, name)
    for name in ("conv_body", "conv_up1", "conv_up2", "conv_hr"):
        weights |= _conv(FEATURES, FEATURES, name, 1.0)
    return weights | _conv(3, FEATURES, "conv_last")


def compact(scale: int) -> Weights:
    """An SRVGGNetCompact of two convolutions inside."""
    weights = _conv(FEATURES, 3, "body.0", 1.0)
    weights["body.1.weight"] = np.full(FEATURES, 0.1, np.float32)
    weights |= _conv(FEATURES, FEATURES, "body.2", 1.0)
    weights["body.3.weight"] = np.full(FEATURES, 0.1, np.float32)
    return weights | _conv(3 * scale**2, FEATURES, "body.4")


def old_names(weights: Weights) -> Weights:
    """An RRDBNet's weights under the names of the first ESRGAN files."""
    blocks = 1 + max(int(n.split(".")[1]) for n in weights if n.startswith("body."))
    renamed = (
        (r"^conv_first\.", "model.0."),
        (r"^body\.(\d+)\.rdb(\d)\.conv(\d)\.", r"model.1.sub.\1.RDB\2.conv\3.0."),
        (r"^conv_body\.", f"model.1.sub.{blocks}."),
        (r"^conv_up1\.", "model.3."),
        (r"^conv_up2\.", "model.6."),
        (r"^conv_hr\.", "model.8."),
        (r"^conv_last\.", "model.10."),
    )
    out = {}
    for name, value in weights.items():
        for new, old in renamed:
            name = re.sub(new, old, name)
        out[name] = value
    return out


def save(weights: Weights, path: Path) -> Path:
    """Writes the weights as a .safetensors file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({k: np.ascontiguousarray(v) for k, v in weights.items()}, path)
    return path
