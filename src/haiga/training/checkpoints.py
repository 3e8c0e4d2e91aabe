"""Checkpoints that survive being killed: safetensors and JSON, written aside and renamed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from safetensors.torch import save as encoded
from torch import Tensor, nn

from haiga.media.durable import write_durably


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
    """Write every parameter, optimizer moment, loose tensor and `meta` (plain JSON) to one file.

    Raises UserError when it cannot be written (a full disk); the file that was there before
    is then as it was.
    """
    tensors = {f"loose/{name}": t.contiguous().clone() for name, t in (loose or {}).items()}
    for name, module in modules.items():
        for key, value in module.state_dict().items():
            tensors[f"{name}/{key}"] = value.detach().contiguous().clone()
    for name, optimizer in optimizers.items():
        for key, value in _flat_optimizer(optimizer).items():
            tensors[f"optimizer/{name}/{key}"] = value.detach().clone()
    write_durably(path, encoded(tensors, metadata={"meta": json.dumps(dict(meta))}))


def _laid_out(
    state: dict[int, dict[str, Tensor]], optimizer: torch.optim.Optimizer
) -> dict[int, dict[str, Tensor]]:
    """Moments in memory as their parameters are.

    A fused step goes over both by one index, and a file keeps no order of memory: moments in
    another one than channels last would belong to other weights.
    """
    weights = [weight for group in optimizer.param_groups for weight in group["params"]]
    return {
        index: {
            name: torch.empty_like(weights[index], dtype=value.dtype, device="cpu").copy_(value)
            if value.shape == weights[index].shape
            else value
            for name, value in values.items()
        }
        for index, values in state.items()
    }


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
        whole["state"] = _laid_out(state, optimizer)
        optimizer.load_state_dict(whole)
    with safe_open(str(path), "pt") as file:
        return dict(json.loads(file.metadata()["meta"]))


def load_loose(path: Path) -> dict[str, Tensor]:
    """The loose tensors that `save` was given, by name."""
    with safe_open(str(path), "pt") as file:
        names = [name for name in file.keys() if name.startswith("loose/")]  # noqa: SIM118
        return {name.removeprefix("loose/"): file.get_tensor(name) for name in names}
