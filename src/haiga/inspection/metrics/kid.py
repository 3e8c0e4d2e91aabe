"""Kernel distance between two sets of pictures (KID).

Bińkowski, Sutherland, Arbel, Gretton: "Demystifying MMD GANs", ICLR 2018, section
4: the unbiased estimate of the squared maximum mean discrepancy (Gretton et al.,
JMLR 13, 2012, equation 3) between features x (N, D) and y (M, D),

    KID = 1/(N(N-1)) Σ_{i≠j} k(xi, xj) + 1/(M(M-1)) Σ_{i≠j} k(yi, yj) - 2/(NM) Σ k(xi, yj)
    k(x, y) = (x·y / D + 1)³

0 on average where both come from the same distribution (so that it may come out
slightly below), at any number of pictures: unlike FID it does not shrink as more
are measured. The kernel depends on the scale of the features.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from haiga.inspection.metrics.bootstrap import (
    ROUNDS,
    Floats,
    Measure,
    percentile_interval,
    resampled_counts,
)

MOST = 2000
"""Pictures of each set that are compared; of a larger set so many are drawn by the seed."""


def kid(
    real: npt.ArrayLike,
    made: npt.ArrayLike,
    *,
    rounds: int = ROUNDS,
    seed: int = 0,
    most: int = MOST,
) -> Measure:
    """KID of features (N, D) of real and (M, D) of made pictures; less is better.

    The interval is a bootstrap over the pictures of both sets. Raises ValueError for fewer
    than two pictures in a set, other widths, or a value that is not finite.
    """
    rng = np.random.default_rng(seed)
    x, y = checked_features(real, made, least=2)
    x, y = drawn(x, most, rng), drawn(y, most, rng)
    within_x, within_y, between = _kernel(x, x), _kernel(y, y), _kernel(x, y)
    whole = _estimates(within_x, within_y, between, np.ones((1, len(x))), np.ones((1, len(y))))
    value = float(whole[0])
    if rounds < 1:
        return Measure(value)
    again = _estimates(
        within_x, within_y, between,
        resampled_counts(len(x), rounds, rng), resampled_counts(len(y), rounds, rng),
    )  # fmt: skip
    low, high = percentile_interval(again[np.isfinite(again)])
    return Measure(value, low, high)


def checked_features(
    first: npt.ArrayLike, second: npt.ArrayLike, *, least: int = 1
) -> tuple[Floats, Floats]:
    """Both as (N, D) float64; ValueError where they cannot be compared."""
    x, y = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if x.ndim != 2 or y.ndim != 2 or x.shape[1] != y.shape[1]:
        raise ValueError(f"features must be (N, D) of one width, not {x.shape} and {y.shape}")
    if min(len(x), len(y)) < least:
        raise ValueError(f"at least {least} pictures a set are needed, not {len(x)} and {len(y)}")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("a feature is not a finite number")
    return x, y


def drawn(features: Floats, most: int, rng: np.random.Generator) -> Floats:
    """At most so many rows, drawn without replacement, in their order."""
    if len(features) <= most:
        return features
    return features[np.sort(rng.choice(len(features), most, replace=False))]


def _kernel(x: Floats, y: Floats) -> Floats:
    return np.asarray((x @ y.T / x.shape[1] + 1) ** 3)


def _estimates(
    within_x: Floats, within_y: Floats, between: Floats, x_counts: Floats, y_counts: Floats
) -> Floats:
    """KID for each row of counts: (R, N) and (R, M) to (R,)."""
    cross = np.einsum("rm,rm->r", x_counts @ between, y_counts)
    cross /= x_counts.sum(1) * y_counts.sum(1)
    return np.asarray(_pairs(within_x, x_counts) + _pairs(within_y, y_counts) - 2 * cross)


def _pairs(within: Floats, counts: Floats) -> Floats:
    """The mean kernel over pairs of different pictures, each as often as it was drawn."""
    total = np.einsum("rn,rn->r", counts @ within, counts) - counts**2 @ np.diag(within)
    pairs = counts.sum(1) ** 2 - (counts**2).sum(1)
    # A round of a tiny set may draw one picture only: it has no pair, and says nothing.
    means = np.divide(total, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)
    return np.asarray(means)
