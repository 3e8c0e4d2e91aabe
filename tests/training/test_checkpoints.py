"""A checkpoint gives back the run it was taken from."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from haiga.training import checkpoints


def _train(net: nn.Module, optimizer: torch.optim.Optimizer, steps: range) -> None:
    for step in steps:
        x = torch.randn(8, 4, generator=torch.Generator().manual_seed(step))
        loss = net(x).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def _fresh() -> tuple[nn.Module, torch.optim.Optimizer]:
    torch.manual_seed(1)
    net = nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 1))
    return net, torch.optim.AdamW(net.parameters(), lr=0.01)


def test_a_resumed_run_ends_where_an_unbroken_one_does(tmp_path: Path) -> None:
    whole, optimizer = _fresh()
    _train(whole, optimizer, range(20))

    half, half_optimizer = _fresh()
    _train(half, half_optimizer, range(10))
    file = tmp_path / "last.safetensors"
    checkpoints.save(file, {"net": half}, {"net": half_optimizer}, {"step": 10})
    resumed, resumed_optimizer = _fresh()
    meta = checkpoints.load(file, {"net": resumed}, {"net": resumed_optimizer})
    _train(resumed, resumed_optimizer, range(int(meta["step"]), 20))

    for a, b in zip(whole.parameters(), resumed.parameters(), strict=True):
        assert torch.equal(a, b)


def test_saving_leaves_one_file_and_no_partial_one(tmp_path: Path) -> None:
    net, optimizer = _fresh()
    for step in (1, 2):
        checkpoints.save(
            tmp_path / "last.safetensors", {"net": net}, {"net": optimizer}, {"s": step}
        )
    assert [p.name for p in tmp_path.iterdir()] == ["last.safetensors"]
