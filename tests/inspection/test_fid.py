"""FID against Gaussians whose distance is known in closed form."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from haiga.inspection.metrics.fid import fid, frechet

Floats = npt.NDArray[np.float64]


def normal(seed: int, count: int, width: int = 4) -> Floats:
    return np.random.default_rng(seed).normal(0, 1, (count, width))


def covariance(seed: int, width: int = 5) -> Floats:
    rows = normal(seed, 40, width) @ np.diag(np.arange(1.0, width + 1))
    return np.asarray(rows.T @ rows / len(rows))


def test_gaussians_with_diagonal_covariances_have_the_closed_distance() -> None:
    a, b = np.array([1.0, 4.0, 9.0]), np.array([4.0, 4.0, 1.0])
    m, n = np.array([0.0, 1.0, 2.0]), np.array([3.0, 1.0, 0.0])
    expected = 13 + ((np.sqrt(a) - np.sqrt(b)) ** 2).sum()
    assert frechet(m, np.diag(a), n, np.diag(b)) == pytest.approx(expected)


def test_a_rotation_of_both_changes_nothing_and_of_one_agrees_with_the_general_root() -> None:
    turn, _ = np.linalg.qr(normal(1, 5, 5))
    a, b, zero = covariance(2), covariance(3), np.zeros(5)
    plain = frechet(zero, a, zero, b)
    assert frechet(zero, turn @ a @ turn.T, zero, turn @ b @ turn.T) == pytest.approx(plain)
    turned = turn @ b @ turn.T
    roots = np.sqrt(np.linalg.eigvals(a @ turned).astype(complex)).real
    expected = np.trace(a) + np.trace(b) - 2 * roots.sum()
    assert frechet(zero, a, zero, turned) == pytest.approx(float(expected))


def test_a_set_has_no_distance_from_itself_and_a_shift_has_its_square() -> None:
    x = normal(4, 50)
    assert fid(x, x, rounds=0).value == pytest.approx(0, abs=1e-9)
    assert fid(x, x + np.array([3.0, 0.0, 4.0, 0.0]), rounds=0).value == pytest.approx(25)


def test_a_scale_has_the_closed_distance() -> None:
    x = normal(5, 400)
    x -= x.mean(0)
    total = float(np.trace(np.cov(x.T)))
    assert fid(x, 3 * x, rounds=0).value == pytest.approx(total * (3 - 1) ** 2)


def test_it_is_symmetric_in_value_but_falls_with_more_pictures() -> None:
    x, y = normal(6, 300), normal(7, 300)
    assert fid(x, y, rounds=0).value == pytest.approx(fid(y, x, rounds=0).value)
    assert fid(x, y, rounds=0).value < fid(x[:30], y[:30], rounds=0).value


def test_fewer_pictures_than_features_are_called_rough_on_either_side() -> None:
    many, few = normal(8, 60, 20), normal(9, 15, 20)
    assert "15 pictures for 20 features" in fid(many, few).note
    assert "15 pictures for 20 features" in fid(few, many).note
    assert not fid(many, many + 1).note
    assert np.isfinite(fid(many, few).value)


def test_a_collapse_costs_the_whole_covariance() -> None:
    x = normal(10, 500)
    one = np.repeat(x.mean(0, keepdims=True), 100, axis=0)
    assert fid(x, one, rounds=0).value == pytest.approx(float(np.trace(np.cov(x.T))))


def test_the_interval_is_about_the_value_and_never_below_0() -> None:
    found = fid(normal(11, 100), normal(12, 100), rounds=20)
    assert found.low is not None
    assert found.high is not None
    assert 0 <= found.low <= found.value <= found.high


def test_few_pictures_of_many_features_have_the_distance_of_their_covariances() -> None:
    x, y = normal(13, 9, 30), 2 * normal(14, 14, 30) + 1
    expected = frechet(x.mean(0), np.cov(x.T), y.mean(0), np.cov(y.T))
    assert fid(x, y, rounds=0).value == pytest.approx(expected, rel=1e-6)
    assert fid(y, x, rounds=0).value == pytest.approx(expected, rel=1e-6)
