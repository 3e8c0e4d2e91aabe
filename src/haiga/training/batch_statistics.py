"""Statistics over a whole batch of which each worker has some rows, with gradients through them."""

from __future__ import annotations

from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn

from haiga.training.parallel import Rows


class _Summed(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, part: Tensor) -> Tensor:
        whole = part.detach().clone()
        dist.all_reduce(whole)
        return whole

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Tensor:
        (grad,) = grads
        grad = grad.contiguous().clone()
        dist.all_reduce(grad)  # every worker's loss depends on what this one gave
        return grad


def summed(part: Tensor) -> Tensor:
    """The sum over the workers, with gradients to what each of them gave."""
    whole: Tensor = _Summed.apply(part)  # type: ignore[no-untyped-call]
    return whole


def spread(x: Tensor, rows: Rows | None) -> Tensor:
    """The standard deviation over the batch at each place of (B, ...), not corrected."""
    if rows is None:
        return x.std(0, correction=0)
    count = len(x) / rows.share
    middle = summed(x.sum(0)) / count
    variance = summed((x - middle).square().sum(0)) / count
    return variance.clamp_min(1e-12).sqrt()  # at 0 a root has no slope


class BatchNormOfRows(nn.BatchNorm2d):
    """Batch normalisation by the statistics of the whole batch (Ioffe and Szegedy 2015, alg. 1)."""

    rows: Rows

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return super().forward(x)
        wide, over = x.float(), (0, 2, 3)
        count = x.numel() / x.shape[1] / self.rows.share
        mean = summed(wide.sum(over)) / count
        apart = wide - mean[:, None, None]
        variance = summed(apart.square().sum(over)) / count
        self._remember(mean.detach(), variance.detach() * count / max(1.0, count - 1))
        scale = self.weight * (variance + self.eps).rsqrt()
        return (apart * scale[:, None, None] + self.bias[:, None, None]).to(x.dtype)

    @torch.no_grad()
    def _remember(self, mean: Tensor, variance: Tensor) -> None:
        share = self.momentum
        assert share is not None
        assert self.running_mean is not None
        assert self.running_var is not None
        self.running_mean.lerp_(mean, share)
        self.running_var.lerp_(variance, share)
        if self.num_batches_tracked is not None:
            self.num_batches_tracked += 1


def join(net: nn.Module, rows: Rows) -> None:
    """Makes a network take its batch's statistics over all workers' rows."""
    for module in net.modules():
        if type(module) is nn.BatchNorm2d:
            module.__class__ = BatchNormOfRows
        if hasattr(module, "rows") or isinstance(module, BatchNormOfRows):
            module.rows = rows  # type: ignore[assignment]
