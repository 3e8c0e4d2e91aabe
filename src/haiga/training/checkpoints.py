"""Checkpoints that survive being killed: safetensors and JSON, written aside and renamed."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn


def _flat_optimizer(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    state = optimizer.state_dict()["state"]
    return {
        f"{index}.{name}": torch.as_tensor(value).contiguous()
        for index, values in state.items()
        for name, value in values.items()
    }


def save(
    path: Path,
    modules: Mapping[str, nn.Module],
    optimizers: Mapping[str, torch.optim.Optimizer],
    meta: Mapping[str, Any],
    loose: Mapping[str, Tensor] | None = None,
) -> None:
    """Write every parameter, optimizer moment, loose tensor and `meta` (plain JSON) to one file."""
    tensors = {f"loose/{name}": t.contiguous().clone() for name, t in (loose or {}).items()}
    for name, module in modules.items():
        for key, value in module.state_dict().items():
            tensors[f"{name}/{key}"] = value.detach().contiguous().clone()
    for name, optimizer in optimizers.items():
        for key, value in _flat_optimizer(optimizer).items():
            tensors[f"optimizer/{name}/{key}"] = value.detach().clone()
    aside = path.with_suffix(".partial")
    save_file(tensors, str(aside), metadata={"meta": json.dumps(dict(meta))})
    with aside.open("rb") as file:
        os.fsync(file.fileno())
    aside.replace(path)


def load(
    path: Path,
    modules: Mapping[str, nn.Module],
    optimizers: Mapping[str, torch.optim.Optimizer],
) -> dict[str, Any]:
    """Read back what `save` wrote, in place; returns `meta`."""
    tensors = load_file(str(path))
    for name, module in modules.items():
        prefix = f"{name}/"
        module.load_state_dict(
            {k[len(prefix) :]: v for k, v in tensors.items() if k.startswith(prefix)}
        )
    for name, optimizer in optimizers.items():
        prefix = f"optimizer/{name}/"
        state: dict[int, dict[str, Tensor]] = {}
        for key, value in tensors.items():
            if key.startswith(prefix):
                index, field = key[len(prefix) :].split(".", 1)
                state.setdefault(int(index), {})[field] = value
        whole = optimizer.state_dict()
        whole["state"] = state
        optimizer.load_state_dict(whole)
    with safe_open(str(path), "pt") as file:
        return dict(json.loads(file.metadata()["meta"]))


def load_loose(path: Path) -> dict[str, Tensor]:
    """The loose tensors that `save` was given, by name."""
    with safe_open(str(path), "pt") as file:
        names = [name for name in file.keys() if name.startswith("loose/")]  # noqa: SIM118
        return {name.removeprefix("loose/"): file.get_tensor(name) for name in names}
