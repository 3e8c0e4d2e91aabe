"""Muon for the eye's convolutions, AdamW for all else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from haiga.training.eye.losses import Pupil


class ConvMuon(torch.optim.Muon):
    """Muon (Jordan et al. 2024) over convolution kernels, each taken as one matrix.

    A kernel (O, I, 3, 3) is stepped as a matrix (O, 9 I) that shares its memory.
    """

    def __init__(self, kernels: list[nn.Parameter], **settings: Any) -> None:
        self.kernels = kernels
        super().__init__([nn.Parameter(_matrix(kernel.data)) for kernel in kernels], **settings)

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> Any:
        matrices = self.param_groups[0]["params"]
        for kernel, matrix in zip(self.kernels, matrices, strict=True):
            if matrix.data_ptr() != kernel.data_ptr():
                raise RuntimeError("a kernel moved in memory after its optimizer was made")
            matrix.grad = None if kernel.grad is None else _matrix(kernel.grad)
        return super().step(closure)  # type: ignore[no-untyped-call]


def _matrix(kernel: Tensor) -> Tensor:
    """(O, I, h, w) as (O, h w I): a view where the memory is channels_last."""
    return kernel.permute(0, 2, 3, 1).reshape(len(kernel), -1)


def make_optimizers(
    pupil: Pupil, *, rate: float, decay: float = 0.02
) -> dict[str, torch.optim.Optimizer]:
    """Both optimizers; `pupil` must be in channels_last already and stay where it is."""
    kernels = [
        parameter
        for parameter in pupil.eye.parameters()
        if parameter.ndim == 4 and parameter.shape[1] > 3 and parameter.shape[0] >= 32
    ]
    taken = {id(kernel) for kernel in kernels}
    rest = [p for p in pupil.parameters() if id(p) not in taken]
    matrices = [p for p in rest if p.ndim > 1]
    vectors = [p for p in rest if p.ndim <= 1]
    return {
        "muon": ConvMuon(
            kernels, lr=rate, weight_decay=decay, momentum=0.9, adjust_lr_fn="match_rms_adamw"
        ),
        "adamw": torch.optim.AdamW(
            [{"params": matrices, "weight_decay": decay}, {"params": vectors, "weight_decay": 0.0}],
            lr=rate,
            betas=(0.9, 0.98),
        ),
    }
