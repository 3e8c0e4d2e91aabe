"""Networks that are themselves trained: a small one from nothing, and the eye's last blocks."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from haiga.training.classifiers.heads import Head, class_weights
from haiga.training.classifiers.material import Material
from haiga.training.classifiers.views import batch_cut_out
from haiga.training.nets.classifier import EyeMap, SmallNet

Indexes = npt.NDArray[np.int64]
Tell = Callable[[str], object]

BATCH = 32
RATES = {"small": 2e-3, "eye": 2e-5}
"""At 3e-4 the eye forgot what it knew: 35 % right after the first epoch, of 95 %."""


def as_inputs(small: npt.NDArray[np.uint8]) -> Tensor:
    """Squeezed pictures (B, S, S, 3) as a network takes them: (B, 3, S, S) in [-1, 1]."""
    return torch.from_numpy(small).permute(0, 3, 1, 2).float() / 127.5 - 1


@torch.no_grad()
def features_of(net: nn.Module, small: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """The mean of a network's map over each picture: (N, C)."""
    net.eval()
    found = [
        net(as_inputs(small[start : start + BATCH])).mean((2, 3))
        for start in range(0, len(small), BATCH)
    ]
    return np.asarray(torch.cat(found).numpy(), np.float32)


def train_small(
    material: Material, labels: Indexes, learn: Indexes, check: Indexes, size_px: int,
    *, epochs: int, seed: int, mirror: bool, tell: Tell,
) -> tuple[SmallNet, Head]:  # fmt: skip
    """A network learned from nothing, with the head it learned; of the epochs the best is kept.

    `learn` and `check` are places in the material; the best is the one of the least loss on
    `check`.
    """
    torch.manual_seed(seed)
    net = SmallNet()
    linear = nn.Linear(SmallNet.features, len(material.classes))
    _fit(net, linear, [*net.parameters(), *linear.parameters()], RATES["small"], net,
         material, labels, learn, check, size_px, epochs, seed, mirror, tell)  # fmt: skip
    return net, _head(linear)


def fine_tune(
    eye: EyeMap, head: Head, material: Material, labels: Indexes, learn: Indexes, check: Indexes,
    size_px: int, *, epochs: int, seed: int, mirror: bool, tell: Tell,
) -> Head:  # fmt: skip
    """Trains the eye's last blocks from where they are, and a head from `head` on."""
    torch.manual_seed(seed)
    linear = nn.Linear(EyeMap.features, len(material.classes))
    with torch.no_grad():
        linear.weight.copy_(torch.from_numpy(head.weight.T.copy()))
        linear.bias.copy_(torch.from_numpy(head.bias))
    for parameter in eye.parameters():
        parameter.requires_grad_(False)
    last = [p for block in eye.last_blocks for p in block.parameters()]
    for parameter in last:
        parameter.requires_grad_(True)
    _fit(eye, linear, [*last, *linear.parameters()], RATES["eye"], eye,
         material, labels, learn, check, size_px, epochs, seed, mirror, tell)  # fmt: skip
    return _head(linear)


def _fit(
    net: nn.Module, linear: nn.Linear, parameters: list[nn.Parameter], rate: float,
    sees: Callable[[Tensor], Tensor], material: Material, labels: Indexes, learn: Indexes,
    check: Indexes, size_px: int, epochs: int, seed: int, mirror: bool, tell: Tell,
) -> None:  # fmt: skip
    """AdamW with a cosine that begins at `rate`; the state of the least held-out loss is kept."""
    rng = np.random.default_rng(seed)
    steps = torch.optim.AdamW(parameters, rate, weight_decay=0.05)
    per_epoch = math.ceil(len(learn) / BATCH)
    total = epochs * per_epoch
    each = torch.from_numpy(class_weights(labels[learn], len(material.classes)))
    best, right = _checked(net, linear, material, labels, check, each)  # what it begins with
    tell(f"before the first epoch: {right:.0%} of the held-out right, loss {best:.3f}")
    kept = _state(net, linear)
    done = 0
    for epoch in range(epochs):
        net.train()
        order = rng.permutation(learn)
        for start in range(0, len(order), BATCH):
            part = np.sort(order[start : start + BATCH])
            if len(part) < 2:  # batch norm needs two
                continue
            for group in steps.param_groups:
                warm = min(1.0, (done + 1) / max(1, total // 20))
                group["lr"] = rate * warm * 0.5 * (1 + math.cos(math.pi * done / total))
            x = batch_cut_out(material.larger[part], size_px, rng, mirror=mirror)
            logits = linear(sees(x).mean((2, 3)))
            loss = F.cross_entropy(
                logits, torch.from_numpy(labels[part]), weight=each, label_smoothing=0.05
            )
            steps.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            steps.step()
            done += 1
        lost, right = _checked(net, linear, material, labels, check, each)
        if lost < best:
            best, kept = lost, _state(net, linear)
        tell(f"epoch {epoch + 1} of {epochs}: {right:.0%} of the held-out right, loss {lost:.3f}")
    net.load_state_dict(kept[0])
    linear.load_state_dict(kept[1])
    net.eval()


@torch.no_grad()
def _checked(
    net: nn.Module, linear: nn.Linear, material: Material, labels: Indexes, check: Indexes,
    each: Tensor,
) -> tuple[float, float]:  # fmt: skip
    logits = linear(torch.from_numpy(features_of(net, material.small[check])))
    wanted = torch.from_numpy(labels[check])
    loss = float(F.cross_entropy(logits, wanted, weight=each))
    return loss, float((logits.argmax(1) == wanted).float().mean())


def _state(net: nn.Module, linear: nn.Linear) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    return copy.deepcopy(net.state_dict()), copy.deepcopy(linear.state_dict())


def _head(linear: nn.Linear) -> Head:
    weight = linear.weight.detach().numpy().T.copy()
    return Head(weight, linear.bias.detach().numpy().copy())
