"""Do probabilities keep their word: reliability in bins, and the expected calibration error.

Naeini, Cooper and Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian
Binning", AAAI 2015; bins of equal count, which leave none of them nearly empty.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from haiga.inspection.metrics.bootstrap import Measure, measured_share

BINS = 10
LEAST_IN_BIN = 8


@dataclass(frozen=True)
class Bin:
    """Predictions of like confidence: how many, how sure they were, and how many were right."""

    count: int
    confidence: float
    right: Measure


def reliability(
    confidence: npt.ArrayLike, right: npt.ArrayLike, *, bins: int = BINS
) -> tuple[Bin, ...]:
    """Predictions in at most `bins` bins of equal count, the least sure first.

    `confidence` (N,) in [0, 1], `right` (N,) of truths.
    """
    sure, hits = np.asarray(confidence, np.float64), np.asarray(right, bool)
    if not sure.size:
        return ()
    order = np.argsort(sure, kind="stable")
    count = max(1, min(bins, sure.size // LEAST_IN_BIN))
    return tuple(
        Bin(len(part), float(sure[part].mean()), measured_share(int(hits[part].sum()), len(part)))
        for part in np.array_split(order, count)
    )


def expected_calibration_error(
    confidence: npt.ArrayLike, right: npt.ArrayLike, *, bins: int = BINS
) -> float:
    """How far confidence is from the share that is right, the mean over predictions: in [0, 1].

    NaN of none. It is above 0 by chance alone where bins are small.
    """
    found = reliability(confidence, right, bins=bins)
    total = sum(one.count for one in found)
    if not total:
        return float("nan")
    return sum(one.count * abs(one.confidence - one.right.value) for one in found) / total
