"""Fréchet distance between two sets of pictures (FID).

Heusel, Ramsauer, Unterthiner, Nessler, Hochreiter: "GANs Trained by a Two
Time-Scale Update Rule Converge to a Local Nash Equilibrium", NeurIPS 2017,
equation 6: with the means m and covariances C of the features of both sets,

    FID = |m1 - m2|² + Tr(C1 + C2 - 2 (C1 C2)^½)

The trace of the root is the sum of the roots of the eigenvalues of the symmetric
C1^½ C2 C1^½, which has those of C1 C2 and needs no general matrix root. With fewer
pictures than features it is the sum of the singular values of A Bᵀ, where C1 = AᵀA and
C2 = BᵀB: a small matrix in place of two wide ones. FID falls
as more pictures are measured: compare only equal numbers, and prefer KID for few.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from haiga.inspection.metrics.bootstrap import Floats, Measure, spread_interval
from haiga.inspection.metrics.kid import checked_features

ROUNDS = 20


def fid(
    real: npt.ArrayLike, made: npt.ArrayLike, *, rounds: int = ROUNDS, seed: int = 0
) -> Measure:
    """FID of features (N, D) of real and (M, D) of made pictures; at least 0, less is better.

    The note warns where a set has no more pictures than features are wide: its covariance
    then has directions that it cannot know. The interval is the bootstrap's spread about the
    value. Raises ValueError for fewer than two pictures in a set, other widths, or a value
    that is not finite.
    """
    x, y = checked_features(real, made, least=2)
    value = _between(x, y)
    fewest, width = min(len(x), len(y)), x.shape[1]
    note = ""
    if fewest <= width:
        note = f"rough: {fewest:,} pictures for {width:,} features; more pictures lower it"
    if rounds < 2:
        return Measure(value, note=note)
    rng = np.random.default_rng(seed)
    again = []
    for _ in range(rounds):
        a = x[rng.integers(len(x), size=len(x))]
        b = y[rng.integers(len(y), size=len(y))]
        again.append(_between(a, b))
    low, high = spread_interval(value, again)
    return Measure(value, max(0.0, low), high, note)


def frechet(
    first_mean: Floats, first_covariance: Floats, second_mean: Floats, second_covariance: Floats
) -> float:
    """The squared Fréchet distance of two Gaussians: means (D,), covariances (D, D)."""
    values, vectors = np.linalg.eigh(first_covariance)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    product = np.linalg.eigvalsh(root @ second_covariance @ root)
    overlap = float(np.sqrt(np.maximum(product, 0)).sum())
    apart = float(((first_mean - second_mean) ** 2).sum())
    traces = float(np.trace(first_covariance) + np.trace(second_covariance))
    return max(0.0, apart + traces - 2 * overlap)


def _between(x: Floats, y: Floats) -> float:
    """The distance of two sets of features (N, D) and (M, D), by the shorter way."""
    if min(len(x), len(y)) > x.shape[1]:
        return frechet(x.mean(0), _covariance(x), y.mean(0), _covariance(y))
    a, b = (_centred(features) / math.sqrt(len(features) - 1) for features in (x, y))
    overlap = float(np.linalg.svd(a @ b.T, compute_uv=False).sum())
    apart = float(((x.mean(0) - y.mean(0)) ** 2).sum())
    return max(0.0, apart + float((a**2).sum() + (b**2).sum()) - 2 * overlap)


def _centred(features: Floats) -> Floats:
    return np.asarray(features - features.mean(0))


def _covariance(features: Floats) -> Floats:
    centred = _centred(features)
    return np.asarray(centred.T @ centred / (len(features) - 1))
