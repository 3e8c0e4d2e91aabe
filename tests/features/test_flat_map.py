"""A map on a plane: neighbours stay neighbours, and the same points give the same map."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from haiga.features.flat_map import Floats, flat_map, principal


def clusters(count: int, of: int, dimensions: int = 40) -> tuple[Floats, np.ndarray]:
    rng = np.random.default_rng(1)
    centres = rng.normal(size=(of, dimensions)) * 3
    label = np.arange(count) % of
    return (centres[label] + rng.normal(size=(count, dimensions))).astype(np.float32), label


def same_label(places: Floats, label: np.ndarray, nearest: int = 5) -> float:
    """The share of each point's nearest that have its label."""
    apart = ((places[:, None] - places[None]) ** 2).sum(-1)
    np.fill_diagonal(apart, np.inf)
    return float((label[np.argsort(apart, 1)[:, :nearest]] == label[:, None]).mean())


def test_what_belongs_together_stays_together_where_two_components_mix_it() -> None:
    points, label = clusters(240, 12)
    places = flat_map(points)
    assert same_label(places, label) > 0.97
    assert same_label(principal(points, 2), label) < 0.85


def test_places_lie_in_the_square_and_are_the_same_each_time() -> None:
    points, _ = clusters(150, 5)
    first, again = flat_map(points), flat_map(points)
    np.testing.assert_array_equal(first, again)
    assert first.shape == (150, 2)
    assert first.min() == 0
    assert first.max() == 1


@settings(deadline=None, max_examples=25)
@given(
    arrays.arrays(
        np.float32,
        st.tuples(st.integers(0, 12), st.integers(1, 4)),
        elements=st.floats(-5, 5, width=32) | st.sampled_from([0.0, 1.0]),
    )
)
def test_few_points_and_equal_ones_have_places_too(points: Floats) -> None:
    places = flat_map(points, rounds=30)
    assert places.shape == (len(points), 2)
    assert np.isfinite(places).all()
    assert ((places >= 0) & (places <= 1)).all()


@pytest.mark.parametrize("turned", [1.0, -1.0])
def test_components_have_one_sign_whatever_the_solver_gives(turned: float) -> None:
    points, _ = clusters(50, 3, 6)
    found = principal(points, 2)
    assert found.shape == (50, 2)
    assert found[:, 0].std() > found[:, 1].std()
    mirrored = principal(turned * points, 2)
    np.testing.assert_allclose(np.abs(mirrored), np.abs(found), atol=1e-4)
