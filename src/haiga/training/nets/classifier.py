"""Classifiers of pictures: what sees (three kinds of network), and what is told from it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from haiga.training.nets.eye import EyeNet, Unit
from haiga.training.nets.teacher import Teacher
from haiga.training.start import read_graph, widened

FLAT = 12 / 127.5
"""A picture none of whose channels spans more than 12 levels shows nothing."""
NEIGHBOURS, TURNED_NEIGHBOURS = 5, 10
"""So many of the nearest pictures it learned from are asked how like a picture is: as they are,
and turned so that what varies within classes counts little."""

Floats = npt.NDArray[np.float32]


class SmallNet(nn.Module):
    """Learned from nothing: pictures (B, 3, S, S) in [-1, 1] to a map (B, 256, S / 16, S / 16).

    Five convolutions of 3 by 3, batch norm and ReLU, each but the last of stride 2.
    """

    features = 256

    def __init__(self, widths: tuple[int, int, int, int] = (32, 64, 128, 192)) -> None:
        super().__init__()
        a, b, c, d = widths
        self.units = nn.ModuleList(
            [Unit(3, a, 3, 2), Unit(a, b, 3, 2), Unit(b, c, 3, 2), Unit(c, d, 3, 2),
             Unit(d, self.features, 3)]
        )  # fmt: skip

    def forward(self, pixels: Tensor) -> Tensor:
        x = pixels
        for unit in self.units:
            x = F.relu(unit(x))
        return x


class EyeMap(nn.Module):
    """The eye's late map (B, 384, 8, 8), its weights read from its ONNX file.

    `last_blocks` are its layers at 16 px to a place: what fine-tuning changes.
    """

    features = 384

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.net = EyeNet()
        stored = widened(read_graph(path))
        with torch.no_grad():
            for name, module in self.net.named_modules():
                if isinstance(module, Unit):  # the file has each batch norm inside its kernel
                    old = module[0]
                    assert isinstance(old, nn.Conv2d)
                    new = nn.Conv2d(
                        old.in_channels, old.out_channels, old.kernel_size,  # type: ignore[arg-type]
                        old.stride, old.padding,  # type: ignore[arg-type]
                    )  # fmt: skip
                    kernel = stored[f"{name}.0.weight"]
                    new.weight.copy_(torch.from_numpy(kernel.copy()))
                    assert new.bias is not None
                    new.bias.copy_(torch.from_numpy(stored[f"{name}.0.weight_bias"].copy()))
                    module[0], module[1] = new, nn.Identity()

    def forward(self, pixels: Tensor) -> Tensor:
        return self.late(self.net.lattice(pixels))

    def late(self, lattice: Tensor) -> Tensor:
        """The map from the features at 8 px to a place."""
        high = self.net.high(F.relu(self.net.to_high(lattice)))
        return F.relu(self.net.out(high))

    @property
    def last_blocks(self) -> list[nn.Module]:
        return [self.net.to_high, self.net.high, self.net.out]


class MobileMap(nn.Module):
    """The last map of MobileNet v1 (B, 1024, S / 32, S / 32), read from a local file."""

    features = 1024

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.net = Teacher(path)

    def forward(self, pixels: Tensor) -> Tensor:
        return self.net(pixels, (self.net.blocks,))[0]  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Told:
    """What was learned of N pictures' features (N, C) of K classes.

    `weight` (C, K) and `bias` (K,) give the logits, divided by `temperature`; `mean` and
    `spread` (C,) make features even; `axes` (C, C) turn even features into what counts alike
    whatever way they spread within classes; `centres` (K, C) are the classes' there;
    `near` (M, C) are even features of length 1. `units` (4, 2) are mean and spread of the
    likenesses of pictures held out, and `held` (H,) their scores, rising.
    """

    weight: Floats
    bias: Floats
    temperature: float
    mean: Floats
    spread: Floats
    axes: Floats
    centres: Floats
    near: Floats
    units: Floats
    held: Floats


class Classifying(nn.Module):
    """Pictures (B, 3, S, S) in [-1, 1] to probabilities (B, K), known (B,), evidence (B, K, h, w).

    Probabilities are a softmax of logits over a temperature (Guo et al., "On Calibration of
    Modern Neural Networks", ICML 2017). `known` is the share of held-out pictures of the
    classes that are no more like what was learned (a conformal p-value), by the sum of four
    likenesses, each in its own spread: minus the Mahalanobis distance from the nearest class
    (Lee et al., "A Simple Unified Framework for Detecting Out-of-Distribution Samples", NeurIPS
    2018), the cosine with the nearest pictures (Sun et al., "Out-of-Distribution Detection with
    Deep Nearest Neighbors", ICML 2022), the same where what varies within classes counts little,
    and the largest probability (Hendrycks and Gimpel, "A Baseline for Detecting Misclassified
    and Out-of-Distribution Examples", ICLR 2017); 0 for a picture of one tone. Evidence are
    class activation maps (Zhou et al., "Learning Deep Features for Discriminative
    Localization", CVPR 2016): their mean over places is how far a class is ahead of the others
    by what is seen, beside a picture of usual features.
    """

    def __init__(self, sees: nn.Module, told: Told) -> None:
        super().__init__()
        self.sees = sees
        lead = (told.weight - told.weight.mean(1, keepdims=True)) / told.temperature

        def keep(name: str, values: npt.ArrayLike) -> None:
            self.register_buffer(name, torch.as_tensor(np.asarray(values, np.float32)))

        keep("weight", told.weight / np.float32(told.temperature))
        keep("bias", told.bias / np.float32(told.temperature))
        keep("lead", lead.T[:, :, None, None])  # (K, C, 1, 1), a convolution
        keep("usual", -(told.mean @ lead))  # so that the usual picture speaks for no class
        keep("mean", told.mean)
        keep("even", 1 / told.spread)
        # of three dimensions, so that they are stored in sixteen bits and not in eight
        keep("axes", told.axes[None])
        keep("centres", (told.centres @ told.axes)[None])
        keep("near", told.near.T[None])
        keep("units", told.units)
        keep("held", told.held)

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        mapped = self.sees(pixels)  # (B, C, h, w)
        late = mapped.mean((2, 3))
        weight, bias, lead = (self.get_buffer(n) for n in ("weight", "bias", "lead"))
        probabilities = torch.softmax(late @ weight + bias, 1)
        evidence = F.conv2d(mapped, lead, self.get_buffer("usual"))
        score = self.score(late, probabilities)
        held = self.get_buffer("held")
        below = (held[None, :] <= score[:, None]).float().sum(1)
        known = (1 + below) / (1 + held.shape[0])
        spans = pixels.amax((2, 3)) - pixels.amin((2, 3))  # (B, 3)
        shown = (spans.amax(1) > FLAT).float()
        return probabilities, known * shown, evidence

    def score(self, late: Tensor, probabilities: Tensor) -> Tensor:
        """How like what was learned, (B,): the sum of the likenesses in their own spread."""
        units = self.get_buffer("units")
        likes = torch.cat([self.likenesses(late), probabilities.amax(1, keepdim=True)], 1)
        return ((likes - units[:, 0]) / units[:, 1]).sum(1)

    def likenesses(self, late: Tensor) -> Tensor:
        """Minus the distance from the nearest class, and both cosines: (B, 3)."""
        mean, even, axes, centres, near = (
            self.get_buffer(n) for n in ("mean", "even", "axes", "centres", "near")
        )
        z = (late - mean) * even
        turned = (z[None] @ axes)[0]  # (B, C)
        apart = (turned[:, None] - centres).square().sum(2).amin(1).sqrt()  # of (B, K)
        like = _nearest(z, near, NEIGHBOURS)
        within = _nearest(turned, axes.mT @ near, TURNED_NEIGHBOURS)
        return torch.stack([-apart, like, within], 1)


def _nearest(values: Tensor, near: Tensor, count: int) -> Tensor:
    """The mean cosine (B,) of (B, C) with the `count` nearest of (1, C, M)."""
    own = values.square().sum(1, keepdim=True).sqrt().clamp(min=1e-6)
    lengths = near.square().sum(1, keepdim=True).sqrt().clamp(min=1e-6)
    like = ((values / own)[None] @ (near / lengths))[0]  # (B, M)
    return torch.topk(like, min(count, near.shape[2]), dim=1).values.mean(1)
