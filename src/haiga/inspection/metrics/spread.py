"""How varied pictures are: the Vendi score and the mean distance of two of them.

Friedman and Dieng: "The Vendi Score: A Diversity Evaluation Metric for Machine
Learning", TMLR 2023, definition 3.1: for N pictures with similarities K (N, N),
k(x, x) = 1, and the eigenvalues λ of K / N,

    VS = exp(-Σ λ log λ)

the effective number of different pictures: 1 where all are the same, N where no two
are alike. The similarity here is the cosine of features centred on the mean of the
real pictures, so that what all of them share (a white page) counts for nothing.
More pictures have a higher score: compare equal numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from haiga.inspection.metrics.bootstrap import Floats, Measure, spread_interval
from haiga.inspection.metrics.kid import checked_features

ROUNDS = 20


@dataclass(frozen=True)
class Spread:
    """The variety of made pictures, beside that of as many real ones.

    `vendi` is the effective number of different pictures among the `pictures` compared,
    `distance` the mean cosine distance of two of them, in [0, 2].
    """

    pictures: int
    vendi: Measure
    vendi_real: float
    distance: float
    distance_real: float

    @property
    def ratio(self) -> float:
        """The made pictures' effective number divided by the real ones'."""
        return self.vendi.value / self.vendi_real


def spread(
    real: npt.ArrayLike, made: npt.ArrayLike, *, rounds: int = ROUNDS, seed: int = 0
) -> Spread:
    """Variety of features (N, D) of real and (M, D) of made pictures, min(N, M) drawn of each.

    Raises ValueError for fewer than two pictures in a set, other widths, or a value that is
    not finite.
    """
    rng = np.random.default_rng(seed)
    x, y = checked_features(real, made, least=2)
    centre = x.mean(0)
    count = min(len(x), len(y))
    x = _unit(x[rng.permutation(len(x))[:count]] - centre)
    y = _unit(y[rng.permutation(len(y))[:count]] - centre)
    value = vendi(y)
    low = high = None
    if rounds > 1:
        again = [vendi(y[rng.integers(count, size=count)]) for _ in range(rounds)]
        low, high = spread_interval(value, again)
        low = max(1.0, low)
    return Spread(count, Measure(value, low, high), vendi(x), _apart(y), _apart(x))


def vendi(unit: Floats) -> float:
    """The Vendi score of unit vectors (N, D) under their cosine: between 1 and N."""
    count, width = unit.shape
    # X Xᵀ and Xᵀ X share their eigenvalues that are not 0: the smaller one is cheaper.
    gram = unit @ unit.T if count < width else unit.T @ unit
    shares = np.linalg.eigvalsh(gram / count)
    shares = shares[shares > 1e-12]
    return float(np.exp(-(shares * np.log(shares)).sum()))


def _unit(features: Floats) -> Floats:
    """Rows of length 1; a row of zeros, which points nowhere, keeps a first axis of its own."""
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    rows = np.divide(features, lengths, out=np.zeros_like(features), where=lengths > 1e-12)
    return np.concatenate([(lengths <= 1e-12).astype(np.float64), rows], axis=1)


def _apart(unit: Floats) -> float:
    """The mean of 1 - cosine over pairs of different rows."""
    count = len(unit)
    total = float((unit.sum(0) ** 2).sum()) - float((unit**2).sum())
    return 1 - total / (count * (count - 1))
