"""Cross-entropy of a tied output layer, computed in chunks that stay in the cache.

The logits of 2,000 tokens over 8,000 words are 64 MB in float32 and are walked
several times by the plain loss; on two cores that is as slow as the LSTM itself.
Here each chunk's logits are turned into its gradient at once (as in Liger Kernel's
fused linear cross-entropy, Hsu et al. 2024), in bfloat16 products.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

CHUNK = 256


class _TiedCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, target: Tensor) -> Tensor:
        # x (N, width), weight (V, width), bias (V,), target (N,) -> mean loss ()
        total = torch.zeros(())
        small = weight.to(torch.bfloat16)
        small_t = small.t().contiguous()
        grad_x = torch.empty_like(x, dtype=torch.float32)
        grad_weight = torch.zeros_like(weight)
        grad_bias = torch.zeros_like(bias)
        n = x.shape[0]
        for start in range(0, n, CHUNK):
            part = x[start : start + CHUNK].to(torch.bfloat16)
            wanted = target[start : start + CHUNK, None]
            logits = (part @ small_t).float() + bias  # (C, V)
            norm = torch.logsumexp(logits, 1, keepdim=True)
            total += (norm - logits.gather(1, wanted)).sum()
            logits.sub_(norm).exp_()  # the softmax
            logits.scatter_add_(1, wanted, torch.full_like(norm, -1.0))
            grad_bias += logits.sum(0)
            error = logits.to(torch.bfloat16)
            grad_x[start : start + CHUNK] = (error @ small).float()
            grad_weight += (error.t() @ part).float()
        ctx.save_for_backward(grad_x / n, grad_weight / n, grad_bias / n)
        ctx.kind = x.dtype
        return total / n

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        (scale,) = grads
        grad_x, grad_weight, grad_bias = ctx.saved_tensors
        return (grad_x * scale).to(ctx.kind), grad_weight * scale, grad_bias * scale, None


def sampled_words(
    target: Tensor, vocabulary: int, *, common: int, sampled: int
) -> tuple[Tensor, Tensor, Tensor]:
    """A part of the vocabulary that stands for all of it in one step's softmax.

    The first `common` words, the targets, and `sampled` of the others drawn evenly,
    whose logits are raised by log(others / sampled) so that the partition function
    is estimated without bias (Bengio and Senecal 2003). Draws from torch's
    generator. Returns the chosen words (S,), what to add to their logits (S,), and
    the targets as positions among them.
    """
    fixed = torch.zeros(vocabulary, dtype=torch.bool)
    fixed[:common] = True
    fixed[target] = True
    others = (~fixed).nonzero().flatten()
    drawn = others[torch.randperm(len(others))[:sampled]]
    inside = fixed.nonzero().flatten()
    chosen = torch.cat([inside, drawn])
    raised = torch.zeros(len(chosen))
    if len(drawn):
        raised[len(inside) :] = math.log(len(others) / len(drawn))
    place = torch.zeros(vocabulary, dtype=torch.int64)
    place[chosen] = torch.arange(len(chosen))
    return chosen, raised, place[target]


def tied_cross_entropy(x: Tensor, weight: Tensor, bias: Tensor, target: Tensor) -> Tensor:
    """Mean negative log-likelihood of `target` (N,) int64 under softmax(x @ weight.T + bias).

    In nats.
    x (N, width), weight (vocabulary, width), bias (vocabulary,). Differentiable in
    the first three; the products are bfloat16, sums and softmax float32.
    """
    loss: Tensor = _TiedCrossEntropy.apply(x, weight, bias, target)  # type: ignore[no-untyped-call]
    return loss
