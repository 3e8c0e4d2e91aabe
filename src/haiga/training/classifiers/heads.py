"""The head of a classifier: a regression on features, its temperature, and held-out folds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional as F

Floats = npt.NDArray[np.float32]
Indexes = npt.NDArray[np.int64]

PENALTIES = (3e-3, 1e-2, 3e-2, 1e-1)
"""Strengths of the L2 penalty tried; the one of the least held-out loss is taken."""


@dataclass(frozen=True)
class Head:
    """`logits = features @ weight + bias`, on features as the network gives them."""

    weight: Floats  # (C, K)
    bias: Floats  # (K,)

    def logits(self, features: Floats) -> Floats:
        return np.asarray(features @ self.weight + self.bias, np.float32)


def class_weights(labels: Indexes, classes: int) -> Floats:
    """What a picture of each class counts, so that all classes count alike: (K,), mean about 1."""
    counts = np.maximum(np.bincount(labels, minlength=classes), 1)
    return np.asarray(len(labels) / (classes * counts), np.float32)


def evened(features: Floats) -> tuple[Floats, Floats]:
    """Mean and spread of each feature, (C,) each; what hardly varies keeps a spread."""
    spread = features.std(0)
    least = max(1e-6, 0.05 * float(np.median(spread)))
    return features.mean(0), np.maximum(spread, least).astype(np.float32)


def fit_head(features: Floats, labels: Indexes, classes: int, penalty: float) -> Head:
    """A multinomial logistic regression with class weights and an L2 penalty, by L-BFGS."""
    mean, spread = evened(features)
    x = torch.from_numpy((features - mean) / spread).double()
    y = torch.from_numpy(labels)
    each = torch.from_numpy(class_weights(labels, classes)).double()
    weight = torch.zeros(x.shape[1], classes, dtype=torch.double, requires_grad=True)
    bias = torch.zeros(classes, dtype=torch.double, requires_grad=True)
    steps = torch.optim.LBFGS([weight, bias], max_iter=40, line_search_fn="strong_wolfe")

    def closure() -> float:
        steps.zero_grad()
        loss = F.cross_entropy(x @ weight + bias, y, weight=each)
        loss = loss + penalty * weight.square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return float(loss.detach())

    steps.step(closure)  # type: ignore[no-untyped-call]
    raw = weight.detach().numpy() / spread[:, None]
    return Head(raw.astype(np.float32), (bias.detach().numpy() - mean @ raw).astype(np.float32))


def fit_temperature(logits: Floats, labels: Indexes) -> float:
    """What logits are divided by, so that held-out pictures are the likeliest: in [0.05, 20].

    Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, section 4.2.
    """
    x, y = torch.from_numpy(logits).double(), torch.from_numpy(labels)
    tried = np.geomspace(0.05, 20, 240)
    losses = [float(F.cross_entropy(x / t, y)) for t in tried]
    return float(tried[int(np.argmin(losses))])


def folds(groups: Sequence[str], labels: Indexes, count: int, seed: int) -> Indexes:
    """The fold of each picture: whole groups, each class shared out: (N,) in 0 … count - 1."""
    rng = np.random.default_rng(seed)
    first: dict[str, int] = {}
    for place, group in enumerate(groups):
        first.setdefault(group, place)
    order = rng.permutation(len(first))
    heads = np.array(list(first.values()), int)[order]
    heads = heads[np.argsort(labels[heads], kind="stable")]
    fold_of = {groups[int(head)]: i % count for i, head in enumerate(heads)}
    return np.array([fold_of[group] for group in groups], np.int64)
