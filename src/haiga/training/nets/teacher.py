"""MobileNet v1 features, for perceptual losses and distillation; training only, never shipped.

Howard et al. 2017, "MobileNets"; the weights are read from a local safetensors
file with TensorFlow's tensor names.
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

STRIDE_2 = (2, 4, 6, 12)


class Teacher(nn.Module):
    """Frozen MobileNet v1 1.0 without its classifier; batch norm folded into the kernels."""

    def __init__(self, weights: Path) -> None:
        super().__init__()
        tensors = load_file(str(weights))
        self.blocks = max(int(n.split("_")[2].split(".")[0]) for n in tensors if "conv_pw" in n)

        def fold(kernel: str, norm: str) -> tuple[Tensor, Tensor]:
            k = tensors[kernel].float()
            scale = tensors[f"{norm}.gamma"] * torch.rsqrt(
                tensors[f"{norm}.moving_variance"] + 1e-3
            )
            shift = tensors[f"{norm}.beta"] - tensors[f"{norm}.moving_mean"] * scale
            return k * scale.view(-1, 1, 1, 1), shift

        def keep(name: str, kernel: str, norm: str) -> None:
            weight, bias = fold(kernel, norm)
            self.register_buffer(f"{name}_w", weight.contiguous())
            self.register_buffer(f"{name}_b", bias.contiguous())

        keep("conv1", "conv1.kernel", "conv1_bn")
        for n in range(1, self.blocks + 1):
            keep(f"dw{n}", f"conv_dw_{n}.depthwise_kernel", f"conv_dw_{n}_bn")
            keep(f"pw{n}", f"conv_pw_{n}.kernel", f"conv_pw_{n}_bn")

    def forward(self, x: Tensor, layers: tuple[int, ...]) -> list[Tensor]:
        """Features after the named pointwise layers (0 is conv1) of (B, 3, H, W) in [-1, 1]."""
        found: list[Tensor] = []
        weight, bias = self.get_buffer("conv1_w"), self.get_buffer("conv1_b")
        h = F.conv2d(F.pad(x, (0, 1, 0, 1)), weight, bias, stride=2)
        h = h.clamp(0, 6)
        if 0 in layers:
            found.append(h)
        for n in range(1, max(layers) + 1):
            weight, bias = self.get_buffer(f"dw{n}_w"), self.get_buffer(f"dw{n}_b")
            if n in STRIDE_2:
                h = F.conv2d(F.pad(h, (0, 1, 0, 1)), weight, bias, stride=2, groups=h.shape[1])
            else:
                h = F.conv2d(h, weight, bias, padding=1, groups=h.shape[1])
            h = h.clamp(0, 6)
            h = F.conv2d(h, self.get_buffer(f"pw{n}_w"), self.get_buffer(f"pw{n}_b")).clamp(0, 6)
            if n in layers:
                found.append(h)
        return found
