"""Intervals: exact ones against published limits, resampled ones against what they must cover."""

from __future__ import annotations

import math

import numpy as np
import pytest

from haiga.inspection.metrics.bootstrap import (
    clopper_pearson,
    log_choose,
    measured_mean,
    measured_share,
    resampled_counts,
    undercut_limit,
)


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    [
        (0, 10, 0.0, 0.3085),
        (10, 10, 0.6915, 1.0),
        (5, 10, 0.1871, 0.8129),
        (1, 100, 0.0003, 0.0545),
    ],
)
def test_exact_limits_are_the_published_ones(
    hits: int, count: int, low: float, high: float
) -> None:
    assert clopper_pearson(hits, count) == pytest.approx((low, high), abs=6e-5)


def test_no_hit_among_n_has_the_closed_upper_limit() -> None:
    for count in (1, 50, 3000):
        assert clopper_pearson(0, count)[1] == pytest.approx(1 - 0.025 ** (1 / count), abs=1e-9)


def test_hits_and_misses_change_places() -> None:
    low, high = clopper_pearson(7, 40)
    assert clopper_pearson(33, 40) == pytest.approx((1 - high, 1 - low), abs=1e-9)


def test_what_is_no_share_is_refused() -> None:
    for hits, count in ((3, 2), (-1, 2), (0, 0)):
        with pytest.raises(ValueError, match="no share"):
            clopper_pearson(hits, count)


def test_a_share_of_none_is_no_number() -> None:
    assert math.isnan(measured_share(0, 0).value)
    assert math.isnan(measured_mean([]).value)


def test_the_interval_of_a_mean_covers_it_about_nineteen_times_of_twenty() -> None:
    rng = np.random.default_rng(1)
    covered = 0
    for _ in range(200):
        found = measured_mean(rng.normal(3, 1, 60), rounds=200)
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 3 <= found.high
    assert 180 <= covered <= 198


def test_each_round_draws_as_many_as_there_are() -> None:
    counts = resampled_counts(7, 5, np.random.default_rng(0))
    assert counts.shape == (5, 7)
    assert (counts.sum(1) == 7).all()


def test_binomial_coefficients_agree_with_pascals() -> None:
    assert np.exp(log_choose(5, range(-1, 7))) == pytest.approx([0, 1, 5, 10, 10, 5, 1, 0])
    assert np.exp(log_choose(0, [0, 1])) == pytest.approx([1, 0])


def test_a_new_value_undercuts_a_rank_as_often_as_the_limit_says() -> None:
    assert undercut_limit(1, 50) == pytest.approx(1 - 0.05 ** (1 / 50), abs=1e-9)
    chances = np.sort(np.random.default_rng(3).uniform(size=(4000, 99)), axis=1)[:, 1]
    assert chances.mean() == pytest.approx(2 / 100, abs=0.001)
    assert (chances <= undercut_limit(2, 99)).mean() == pytest.approx(0.95, abs=0.015)
