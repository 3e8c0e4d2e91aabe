"""Where a recipe computes, and how finely: one code path for CPU and GPU."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from haiga.training.parallel import drawn

Net = TypeVar("Net", bound=nn.Module)
_LOG = logging.getLogger(__name__)


def placed(net: Net, device: str) -> Net:
    """The network on its device, with channels last in memory, as its convolutions like best."""
    return net.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def bfloat16(device: str) -> torch.autocast:
    """Arithmetic in bfloat16 where it is safe, weights in float32."""
    return torch.autocast(torch.device(device).type, torch.bfloat16)


def compiled(net: nn.Module, device: str) -> Callable[..., Any]:
    """The network by way of `torch.compile` on a GPU, as it is elsewhere.

    Should the compiler fail, a warning says so and the network runs uncompiled.
    """
    if torch.device(device).type != "cuda":
        return net
    state: dict[str, Callable[..., Any]] = {}

    def run(*inputs: Any, **options: Any) -> Any:
        if "run" not in state:
            try:
                fast = torch.compile(net)
                found = fast(*inputs, **options)
            except Exception as error:  # its backends raise nearly anything
                reason = str(error).strip().splitlines()[:1]
                _LOG.warning("torch.compile failed, going on without it: %s", reason)
                state["run"] = net
                return net(*inputs, **options)
            state["run"] = fast
            return found
        return state["run"](*inputs, **options)

    return run


def normal(rng: torch.Generator, *shape: int, device: str) -> Tensor:
    """Standard normal numbers from the generator of the step, on the device; a row is one's own."""
    count, *rest = shape
    return drawn(
        rng, count, lambda n: torch.randn((n, *rest), generator=rng, device=rng.device)
    ).to(device)


def uniform(rng: torch.Generator, *shape: int, device: str | torch.device) -> Tensor:
    """Numbers in [0, 1) from the generator of the step, on the device; a row is one's own."""
    count, *rest = shape
    return drawn(rng, count, lambda n: torch.rand((n, *rest), generator=rng, device=rng.device)).to(
        device
    )


def whole(rng: torch.Generator, below: int, count: int, device: str | torch.device) -> Tensor:
    """`count` whole numbers in [0, below) from the generator of the step, on the device.

    One is a row's own, not the whole batch's.
    """
    return drawn(
        rng, count, lambda n: torch.randint(below, (n,), generator=rng, device=rng.device)
    ).to(device)
