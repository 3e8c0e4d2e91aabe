"""Small files: what is stored in fewer bits still computes nearly the same."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from haiga.training.export import parity, to_onnx


class Mixed(nn.Module):
    """A convolution down, one up and a matrix, each large enough to be stored in eight bits."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.Conv2d(32, 192, 3, padding=1)
        self.up = nn.ConvTranspose2d(192, 32, 4, stride=2, padding=1)
        self.matrix = nn.Linear(32, 1400)
        with torch.no_grad():  # channels of very different sizes, which one scale would not serve
            self.down.weight *= torch.logspace(-2, 1, 192).view(-1, 1, 1, 1)
            self.up.weight *= torch.logspace(-1, 1, 32).view(1, -1, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        h = self.up(torch.tanh(self.down(x)))
        return self.matrix(h.mean((2, 3)))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def module() -> Mixed:
    torch.manual_seed(1)
    return Mixed()


def test_a_tight_file_is_a_quarter_of_a_plain_one_and_agrees(tmp_path: Path, module: Mixed) -> None:
    x = torch.randn(2, 32, 6, 6, generator=torch.Generator().manual_seed(2))
    to_onnx(module, {"x": x}, ["y"], tmp_path / "plain.onnx", compact=False)
    to_onnx(module, {"x": x}, ["y"], tmp_path / "tight.onnx", tight=True)
    plain, tight = ((tmp_path / f"{n}.onnx").stat().st_size for n in ("plain", "tight"))
    assert tight < 0.3 * plain
    cases = [{"x": torch.randn(n, 32, 6, 6)} for n in (1, 2, 5)]
    spread = float(module(x).detach().std())
    assert parity(module, tmp_path / "plain.onnx", cases) < 1e-4 * spread
    assert parity(module, tmp_path / "tight.onnx", cases) < 0.05 * spread
