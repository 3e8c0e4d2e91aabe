"""How sure a figure is: a value with its interval, by resampling or exactly.

Bootstrap: Efron: "Bootstrap Methods: Another Look at the Jackknife", Annals of
Statistics 7(1), 1979: items drawn anew with replacement stand for another sample.
Shares: Clopper and Pearson: "The Use of Confidence or Fiducial Limits Illustrated
in the Case of the Binomial", Biometrika 26(4), 1934.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

CONFIDENCE = 0.95
ROUNDS = 200


@dataclass(frozen=True)
class Measure:
    """A figure and the interval that holds it 95 times of 100.

    `low` and `high` are None where no interval was taken. `note` says what must be
    known to read it; empty if nothing. A value that could not be had is NaN.
    """

    value: float
    low: float | None = None
    high: float | None = None
    note: str = ""


def measured_mean(values: npt.ArrayLike, *, rounds: int = ROUNDS, seed: int = 0) -> Measure:
    """The mean of (N,) values with its percentile bootstrap interval; NaN for none."""
    numbers = np.asarray(values, np.float64).reshape(-1)
    if not numbers.size:
        return Measure(math.nan)
    if rounds < 1:
        return Measure(float(numbers.mean()))
    counts = resampled_counts(len(numbers), rounds, np.random.default_rng(seed))
    means = counts @ numbers / len(numbers)
    low, high = percentile_interval(means)
    return Measure(float(numbers.mean()), low, high)


def measured_share(hits: int, count: int) -> Measure:
    """A share with its exact (Clopper-Pearson) interval; NaN of none."""
    if count < 1:
        return Measure(math.nan)
    low, high = clopper_pearson(hits, count)
    return Measure(hits / count, low, high)


def resampled_counts(count: int, rounds: int, rng: np.random.Generator) -> Floats:
    """How often each of so many items was drawn in each round: (rounds, count), rows sum to count.

    As counts, not as lists of items: a statistic over pairs can then leave out the
    pairs of an item with itself, which would bias it.
    """
    return rng.multinomial(count, np.full(count, 1 / count), size=rounds).astype(np.float64)


def percentile_interval(values: npt.ArrayLike, confidence: float = CONFIDENCE) -> tuple[float, ...]:
    """The middle part of resampled values: (low, high)."""
    tail = (1 - confidence) / 2
    return tuple(float(v) for v in np.quantile(np.asarray(values, np.float64), [tail, 1 - tail]))


def spread_interval(value: float, values: npt.ArrayLike) -> tuple[float, float]:
    """A normal interval about a value, as wide as resampled values spread.

    For statistics that resampling moves (fewer different items look less varied): their
    spread is kept, their shift is not.
    """
    half = 1.959964 * float(np.std(np.asarray(values, np.float64), ddof=1))
    return value - half, value + half


def clopper_pearson(hits: int, count: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Exact interval of a probability after `hits` of `count`: it covers at least so often.

    low has P(X >= hits | low) = tail, high has P(X <= hits | high) = tail. Raises
    ValueError where `hits` is not among 0 to `count`, or `count` is below 1.
    """
    if count < 1 or not 0 <= hits <= count:
        raise ValueError(f"{hits} of {count} is no share")
    tail = (1 - confidence) / 2
    low = 0.0 if hits == 0 else _solve(lambda p: _at_least(hits, count, p) - tail)
    high = 1.0 if hits == count else _solve(lambda p: tail - 1 + _at_least(hits + 1, count, p))
    return low, high


def undercut_limit(rank: int, count: int, confidence: float = CONFIDENCE) -> float:
    """How likely another value undercuts the rank-th smallest of `count`, at most, this surely.

    On average that is rank / (count + 1); for the values at hand it may be more, and follows
    a Beta(rank, count + 1 - rank) distribution, whose quantile this is. Ranks count from 1.
    """
    return _solve(lambda p: _at_least(rank, count, p) - confidence)


def log_choose(n: int, k: npt.ArrayLike) -> Floats:
    """The natural logarithm of n over k, for each k; -inf where k is not among 0 to n."""
    ks = np.asarray(k, np.int64)
    inside = (ks >= 0) & (ks <= n)
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, max(n, 1) + 1)))])  # log k!
    safe = np.where(inside, ks, 0)
    return np.where(inside, logs[max(n, 0)] - logs[safe] - logs[max(n, 0) - safe], -np.inf)


def _at_least(hits: int, count: int, p: float) -> float:
    ks = np.arange(hits, count + 1)
    logs = log_choose(count, ks) + ks * math.log(p) + (count - ks) * math.log1p(-p)
    return float(np.exp(logs).sum())


def _solve(rising: Callable[[float], float]) -> float:
    """Where a rising function of a probability crosses 0, by halving."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
