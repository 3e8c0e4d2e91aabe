"""The Vendi score: closed forms, bounds, and a collapse."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from haiga.inspection.metrics.spread import spread, vendi

Floats = npt.NDArray[np.float64]


def normal(seed: int, count: int, width: int = 6) -> Floats:
    return np.random.default_rng(seed).normal(0, 1, (count, width))


def test_equal_vectors_count_as_one_and_orthogonal_ones_each_for_itself() -> None:
    assert vendi(np.repeat(np.eye(5)[:1], 7, axis=0)) == pytest.approx(1)
    assert vendi(np.eye(5)) == pytest.approx(5)
    assert vendi(np.repeat(np.eye(5), 3, axis=0)) == pytest.approx(5)


def test_two_groups_of_uneven_size_have_the_exponential_of_their_entropy() -> None:
    x = np.concatenate([np.repeat(np.eye(2)[:1], 3, axis=0), np.eye(2)[1:]])
    shares = np.array([0.75, 0.25])
    assert vendi(x) == pytest.approx(np.exp(-(shares * np.log(shares)).sum()))


def test_it_is_the_same_by_rows_and_by_columns() -> None:
    x = normal(1, 5, 9)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    padded = np.concatenate([x, np.zeros((5, 1))], axis=1)
    assert vendi(x) == pytest.approx(vendi(padded))
    tall = np.concatenate([x, x])  # 10 rows of 9: the other side of the choice
    assert vendi(tall) == pytest.approx(vendi(x))


def test_sets_of_one_kind_are_equally_varied() -> None:
    found = spread(normal(2, 300), normal(3, 300))
    assert found.ratio == pytest.approx(1, abs=0.05)
    assert found.distance == pytest.approx(found.distance_real, abs=0.05)
    assert found.vendi.low is not None
    assert found.vendi.high is not None
    assert found.vendi.low <= found.vendi.value <= found.vendi.high


def test_a_collapse_is_one_picture_whatever_the_real_ones_share() -> None:
    real = normal(4, 200) + 30  # every picture on the same white page
    one = np.repeat(real[:1], 100, axis=0)
    found = spread(real, one)
    assert found.pictures == 100
    assert found.vendi.value == pytest.approx(1)
    assert found.distance == pytest.approx(0, abs=1e-9)
    assert found.vendi_real > 4
    assert found.distance_real == pytest.approx(1, abs=0.05)
    turned = spread(one, real)
    assert turned.ratio > 4  # the made argument is the second


def test_pictures_that_sit_on_the_real_mean_are_all_the_same() -> None:
    real = normal(5, 50)
    found = spread(real, np.repeat(real.mean(0, keepdims=True), 20, axis=0))
    assert found.vendi.value == pytest.approx(1)
    assert found.distance == pytest.approx(0, abs=1e-9)
