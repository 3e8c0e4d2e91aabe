"""Precision, recall, density, coverage: worked cases, and which argument is the made one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from haiga.inspection.metrics.prdc import density_coverage, precision_recall

Floats = npt.NDArray[np.float64]


def normal(seed: int, count: int, mean: float = 0.0) -> Floats:
    return np.random.default_rng(seed).normal(mean, 1, (count, 6))


def line(*places: float) -> Floats:
    return np.array(places, np.float64)[:, None]


def test_a_worked_case_on_a_line() -> None:
    # Balls of k = 1: real 0 and 1 reach 1 each, 5 reaches 4; made 0.5 and 0.6 reach 0.1, 9 8.4.
    real, made = line(0, 1, 5), line(0.5, 0.6, 9.5)
    found = precision_recall(real, made, k=1)
    assert found.precision.value == pytest.approx(2 / 3)
    assert found.recall.value == pytest.approx(2 / 3)  # 9.5's ball reaches 0.6: 1 and 5 lie in it
    other = density_coverage(real, made, k=1)
    assert other.density.value == pytest.approx((2 + 2 + 0) / 3)
    assert other.coverage.value == pytest.approx(2 / 3)


def test_identical_sets_are_wholly_precise_and_wholly_recalled() -> None:
    x = normal(1, 80)
    found, other = precision_recall(x, x), density_coverage(x, x)
    assert found.precision.value == found.recall.value == other.coverage.value == 1
    assert found.precision.high == 1


def test_disjoint_sets_have_nothing_of_each_other() -> None:
    x, far = normal(1, 80), normal(2, 80, mean=50)
    found, other = precision_recall(x, far), density_coverage(x, far)
    assert found.precision.value == found.recall.value == 0
    assert other.density.value == other.coverage.value == 0


def test_sets_of_one_kind_have_a_density_of_about_one() -> None:
    found = density_coverage(normal(3, 800), normal(4, 800))
    assert found.density.value == pytest.approx(1, abs=0.1)
    assert found.coverage.value > 0.9  # 1 - 1/2**k is expected: Naeem et al., equation 9
    assert found.density.low is not None
    assert found.density.low < found.density.value


def test_a_collapse_is_precise_and_recalls_nothing_so_the_made_argument_is_the_second() -> None:
    real = normal(5, 300)
    near_one = real[:1] + np.random.default_rng(6).normal(0, 1e-3, (300, 6))
    found, other = precision_recall(real, near_one), density_coverage(real, near_one)
    assert found.precision.value == 1
    assert found.recall.value < 0.02
    assert other.coverage.value < 0.05
    turned = precision_recall(near_one, real)
    assert turned.precision.value < 0.02
    assert turned.recall.value == 1


def test_precision_and_recall_change_places_with_the_sets() -> None:
    x, y = normal(7, 90), normal(8, 60, mean=0.7)
    forth, back = precision_recall(x, y), precision_recall(y, x)
    assert forth.precision == back.recall
    assert forth.recall == back.precision


def test_an_outlier_among_the_made_flatters_recall_and_not_coverage() -> None:
    real = normal(9, 200)
    near_one = real[:1] + np.random.default_rng(10).normal(0, 1e-3, (100, 6))
    far = np.concatenate([near_one, normal(11, 4) * 40])
    assert precision_recall(real, far).recall.value > 0.9
    assert density_coverage(real, far).coverage.value < 0.1


def test_too_few_pictures_are_refused() -> None:
    x = normal(1, 3)
    with pytest.raises(ValueError, match="at least 4"):
        precision_recall(x, normal(2, 10))
    with pytest.raises(ValueError, match="at least 6 real"):
        density_coverage(x, normal(2, 10))
    assert density_coverage(normal(2, 10), x[:1]).coverage.value <= 1
