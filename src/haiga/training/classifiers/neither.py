"""How unlike all classes a picture is, in five ways, and which way tells unseen classes best."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from haiga.training.classifiers.heads import Head, evened
from haiga.training.nets.classifier import NEIGHBOURS

Floats = npt.NDArray[np.float32]
Indexes = npt.NDArray[np.int64]

SHRINK = 0.2
"""How much of the covariance within classes is made round."""
MOST_NEAR = 3_000
"""Pictures whose features are kept to be compared with; more are chosen evenly."""

WAYS = ("softmax", "energy", "mahalanobis", "nearest", "both")
"""Ways of scoring: the largest probability (Hendrycks and Gimpel 2017), the log of the sum of
exponentials (Liu et al. 2020), the two likenesses of `nets.classifier`, and their sum."""


@dataclass(frozen=True)
class Likeness:
    """What pictures are compared with: see `nets.classifier.Told`."""

    mean: Floats
    spread: Floats
    axes: Floats
    centres: Floats
    near: Floats

    def of(self, features: Floats) -> Floats:
        """Both likenesses of (N, C) features: (N, 2), minus the distance and the cosine."""
        z = (features - self.mean) / self.spread
        turned, centres = z @ self.axes, self.centres @ self.axes
        apart = np.stack([np.square(turned - c).sum(1) for c in centres], 1)
        unit = z / np.maximum(np.linalg.norm(z, axis=1, keepdims=True), 1e-6)
        like = unit @ self.near.T
        few = min(NEIGHBOURS, like.shape[1])
        best = np.partition(like, like.shape[1] - few, axis=1)[:, -few:]
        return np.stack([-np.sqrt(apart.min(1)), best.mean(1)], 1).astype(np.float32)


def likeness_of(features: Floats, labels: Indexes, seed: int = 0) -> Likeness:
    """Learns what pictures are compared with from (N, C) features and their classes."""
    mean, spread = evened(features)
    z = ((features - mean) / spread).astype(np.float32)
    names = np.unique(labels)
    centres = np.stack([z[labels == name].mean(0) for name in names])
    within = z - centres[np.searchsorted(names, labels)]
    cov = (within.T @ within / max(1, len(within))).astype(np.float64)
    round_ = max(float(np.trace(cov)) / len(cov), 1e-6)
    cov = (1 - SHRINK) * cov + SHRINK * round_ * np.eye(len(cov))
    values, vectors = np.linalg.eigh(cov)
    axes = (vectors / np.sqrt(np.maximum(values, 1e-9))).astype(np.float32)
    unit = z / np.maximum(np.linalg.norm(z, axis=1, keepdims=True), 1e-6)
    if len(unit) > MOST_NEAR:
        unit = unit[np.sort(np.random.default_rng(seed).permutation(len(unit))[:MOST_NEAR])]
    return Likeness(mean.astype(np.float32), spread, axes, centres.astype(np.float32), unit)


def units_of(likenesses: Floats) -> Floats:
    """Mean and spread of each likeness of held-out pictures: (2, 2)."""
    spread = np.maximum(likenesses.std(0), 1e-6)
    return np.stack([likenesses.mean(0), spread], 1).astype(np.float32)


def summed(likenesses: Floats, units: Floats) -> Floats:
    """The sum of both, each in its own spread: (N,)."""
    return np.asarray(((likenesses - units[:, 0]) / units[:, 1]).sum(1), np.float32)


def scores(head: Head, likeness: Likeness, units: Floats, features: Floats) -> dict[str, Floats]:
    """The score of each picture by each way; low is unlike all classes."""
    logits = head.logits(features).astype(np.float64)
    most = logits.max(1, keepdims=True)
    total = np.exp(logits - most).sum(1)
    both = likeness.of(features)
    return {
        "softmax": (1 / total).astype(np.float32),
        "energy": (most[:, 0] + np.log(total)).astype(np.float32),
        "mahalanobis": both[:, 0],
        "nearest": both[:, 1],
        "both": summed(both, units),
    }


def caught(seen: Floats, unseen: Floats, reject: float) -> float:
    """The share of unseen pictures scored under what `reject` of the seen are scored under."""
    if not len(seen) or not len(unseen):
        return float("nan")
    return float((unseen < np.quantile(seen, reject)).mean())
