"""How unlike all classes a picture is, in several ways, and how well each tells unseen classes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from haiga.training.classifiers.heads import Head, evened
from haiga.training.nets.classifier import NEIGHBOURS, TURNED_NEIGHBOURS

Floats = npt.NDArray[np.float32]
Indexes = npt.NDArray[np.int64]

SHRINK = 0.2
"""How much of the covariance within classes is made round."""
MOST_NEAR = 3_000
"""Pictures whose features are kept to be compared with; more are chosen evenly."""

WAYS = ("probability", "energy", "mahalanobis", "nearest", "nearest within", "all")
"""Ways of scoring: the largest probability (Hendrycks and Gimpel 2017), the log of the sum of
exponentials (Liu et al. 2020), the three likenesses of `nets.classifier`, and the sum of these
and the probability, which is what is used."""


@dataclass(frozen=True)
class Likeness:
    """What pictures are compared with: see `nets.classifier.Told`."""

    mean: Floats
    spread: Floats
    axes: Floats
    centres: Floats
    near: Floats

    def of(self, features: Floats) -> Floats:
        """The likenesses of (N, C) features: (N, 3), minus the distance and both cosines."""
        z = ((features - self.mean) / self.spread).astype(np.float32)
        turned, centres = z @ self.axes, self.centres @ self.axes
        apart = np.stack([np.square(turned - c).sum(1) for c in centres], 1)
        like = _nearest(z, self.near, NEIGHBOURS)
        within = _nearest(turned, self.near @ self.axes, TURNED_NEIGHBOURS)
        return np.stack([-np.sqrt(apart.min(1)), like, within], 1).astype(np.float32)


def _nearest(values: Floats, near: Floats, count: int) -> Floats:
    like = _unit(values) @ _unit(near).T
    few = min(count, like.shape[1])
    best = np.partition(like, like.shape[1] - few, axis=1)[:, -few:]
    return np.asarray(best.mean(1), np.float32)


def _unit(values: Floats) -> Floats:
    lengths = np.linalg.norm(values, axis=1, keepdims=True)
    return np.asarray(values / np.maximum(lengths, 1e-6), np.float32)


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
    unit = _unit(z)
    if len(unit) > MOST_NEAR:
        unit = unit[np.sort(np.random.default_rng(seed).permutation(len(unit))[:MOST_NEAR])]
    return Likeness(mean.astype(np.float32), spread, axes, centres.astype(np.float32), unit)


def with_probability(likenesses: Floats, logits: Floats, temperature: float) -> Floats:
    """The likenesses (N, 3) and the largest probability of each picture: (N, 4)."""
    scaled = logits.astype(np.float64) / temperature
    chances = 1 / np.exp(scaled - scaled.max(1, keepdims=True)).sum(1, keepdims=True)
    return np.concatenate([likenesses, chances], 1).astype(np.float32)


def units_of(likenesses: Floats) -> Floats:
    """Mean and spread of each likeness of held-out pictures: (4, 2)."""
    spread = np.maximum(likenesses.std(0), 1e-6)
    return np.stack([likenesses.mean(0), spread], 1).astype(np.float32)


def summed(likenesses: Floats, units: Floats) -> Floats:
    """The sum of all, each in its own spread: (N,)."""
    return np.asarray(((likenesses - units[:, 0]) / units[:, 1]).sum(1), np.float32)


def scores(
    head: Head, likeness: Likeness, temperature: float, seen: Floats, unseen: Floats
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """The score by each way of pictures (N, C) of its classes and of others; low is unlike."""
    likes = [
        with_probability(likeness.of(some), head.logits(some), temperature)
        for some in (seen, unseen)
    ]
    units = units_of(likes[0])
    found = []
    for features, own in zip((seen, unseen), likes, strict=True):
        logits = head.logits(features).astype(np.float64)
        most = logits.max(1)
        found.append(
            {
                "probability": own[:, 3],
                "energy": (most + np.log(np.exp(logits - most[:, None]).sum(1))).astype(np.float32),
                "mahalanobis": own[:, 0],
                "nearest": own[:, 1],
                "nearest within": own[:, 2],
                "all": summed(own, units),
            }
        )
    return found[0], found[1]


def caught(seen: Floats, unseen: Floats, reject: float) -> float:
    """The share of unseen pictures scored under what `reject` of the seen are scored under."""
    if not len(seen) or not len(unseen):
        return float("nan")
    return float((unseen < np.quantile(seen, reject)).mean())
