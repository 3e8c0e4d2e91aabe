"""Fidelity and variety apart: precision and recall, density and coverage.

Kynkäänniemi, Karras, Laine, Lehtinen, Aila: "Improved Precision and Recall Metric
for Assessing Generative Models", NeurIPS 2019, equations 1 and 2: around every
picture of a set lies a ball that reaches its k-th nearest neighbour of that set.
Precision is the share of made pictures inside a ball of the real ones; recall the
share of real pictures inside a ball of the made ones (k = 3).

Naeem, Oh, Uh, Choi, Yoo: "Reliable Fidelity and Diversity Metrics for Generative
Models", ICML 2020, section 3: density is the mean number of real balls around a
made picture, divided by k: 1 where both sets are alike, more where the made ones
crowd where real ones are dense. Coverage is the share of real pictures with a made
one in their ball (k = 5). Balls of the real set only: an outlier among the made
pictures cannot flatter them.

Precision high and recall low: good pictures of few kinds (a collapse).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from haiga.inspection.metrics.bootstrap import (
    ROUNDS,
    Floats,
    Measure,
    measured_mean,
    measured_share,
)
from haiga.inspection.metrics.kid import checked_features

NEIGHBOURS = 3
NEIGHBOURS_OF_COVERAGE = 5


@dataclass(frozen=True)
class PrecisionRecall:
    """`precision`: how real the made pictures look; `recall`: how much of the real they reach."""

    precision: Measure
    recall: Measure


@dataclass(frozen=True)
class DensityCoverage:
    """`density`: as precision, without an upper end; `coverage`: as recall, against outliers."""

    density: Measure
    coverage: Measure


def precision_recall(
    real: npt.ArrayLike, made: npt.ArrayLike, *, k: int = NEIGHBOURS
) -> PrecisionRecall:
    """Improved precision and recall of features (N, D) real and (M, D) made, each in [0, 1].

    The intervals are those of a share, with the balls taken as they are. Raises ValueError
    for a set of k pictures or fewer, other widths, or a value that is not finite.
    """
    x, y = checked_features(real, made, least=k + 1)
    between = squared_distances(x, y)  # (N, M)
    in_real = (between <= _radii(x, k)[:, None]).any(0)
    in_made = (between <= _radii(y, k)[None]).any(1)
    return PrecisionRecall(
        measured_share(int(in_real.sum()), len(y)), measured_share(int(in_made.sum()), len(x))
    )


def density_coverage(
    real: npt.ArrayLike,
    made: npt.ArrayLike,
    *,
    k: int = NEIGHBOURS_OF_COVERAGE,
    rounds: int = ROUNDS,
    seed: int = 0,
) -> DensityCoverage:
    """Density (0 or more) and coverage (in [0, 1]) of features (N, D) real and (M, D) made.

    The intervals are over the made pictures for density and the real ones for coverage, with
    the balls taken as they are. Raises ValueError as `precision_recall` does; of made
    pictures one is enough.
    """
    x, y = checked_features(real, made)
    if len(x) <= k:
        raise ValueError(f"at least {k + 1} real pictures are needed, not {len(x)}")
    inside = squared_distances(x, y) <= _radii(x, k)[:, None]  # (N, M)
    return DensityCoverage(
        measured_mean(inside.sum(0) / k, rounds=rounds, seed=seed),
        measured_share(int(inside.any(1).sum()), len(x)),
    )


def squared_distances(x: Floats, y: Floats) -> Floats:
    """Squared Euclidean distances (N, M), 0 or more."""
    squares = (x**2).sum(1)[:, None] + (y**2).sum(1)[None] - 2 * x @ y.T
    return np.asarray(np.maximum(squares, 0, out=squares))


def _radii(features: Floats, k: int) -> Floats:
    """(N,) the squared distance of each to its k-th nearest other one."""
    squares = squared_distances(features, features)
    np.fill_diagonal(squares, np.inf)
    return np.asarray(np.partition(squares, k - 1, axis=1)[:, k - 1])
