"""The running average of a network's weights, which draws better than the weights themselves."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn


class Average(nn.Module):
    """An exponential moving average of a generator (Yazici et al. 2019, "The Unusual
    Effectiveness of Averaging in GAN Training").

    The decay grows with the steps, (1 + n) / (10 + n) up to `decay`, so that the first
    samples are not the random start. The count of steps is part of its state.
    """

    def __init__(self, net: nn.Module, decay: float = 0.999) -> None:
        super().__init__()
        self.net = copy.deepcopy(net).eval().requires_grad_(False)
        self.decay = decay
        self.steps = 0

    @torch.no_grad()
    def update(self, source: nn.Module) -> None:
        """Moves towards the weights of `source`; running statistics are taken as they are."""
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        for mine, theirs in zip(self.net.parameters(), source.parameters(), strict=True):
            mine.lerp_(theirs, 1 - decay)
        for kept, now in zip(self.net.buffers(), source.buffers(), strict=True):
            kept.copy_(now)
        self.steps += 1

    def get_extra_state(self) -> Tensor:
        return torch.tensor(self.steps)

    def set_extra_state(self, state: Tensor) -> None:
        self.steps = int(state)

    def forward(self, *inputs: Tensor) -> Tensor:
        return self.net(*inputs)  # type: ignore[no-any-return]
