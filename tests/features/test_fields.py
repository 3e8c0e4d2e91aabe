"""Smooth fields and edge directions."""

from __future__ import annotations

import numpy as np
import pytest

from haiga.core.seeds import generator
from haiga.features.fields import blurred, edge_tensor, noise


@pytest.mark.parametrize(("angle", "name"), [(0.0, "level"), (0.6, "slanted"), (1.57, "upright")])
def test_the_edge_tensor_runs_along_stripes(angle: float, name: str) -> None:
    y, x = np.mgrid[0:80, 0:80].astype(np.float32)
    across = -np.sin(angle) * x + np.cos(angle) * y
    strength, along, sideways = edge_tensor(np.sin(across * 0.6).astype(np.float32), 2.0)
    theta = 0.5 * np.arctan2(sideways[40, 40], along[40, 40])
    assert abs((theta - angle + np.pi / 2) % np.pi - np.pi / 2) < 0.05, name
    assert np.hypot(along, sideways)[40, 40] / strength[40, 40] > 0.9


def test_a_blur_keeps_the_mean_and_takes_away_the_spread() -> None:
    field = noise(generator(1, "t"), 120, 90, 1.0)
    soft = blurred(field, 8)
    assert soft.shape == field.shape
    assert soft.mean() == pytest.approx(field.mean(), abs=0.02)
    assert soft.std() < 0.3 * field.std()


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (50, 1), (3, 2)])
def test_fields_of_any_size_can_be_blurred_and_searched_for_edges(size: tuple[int, int]) -> None:
    field = np.ones(size, np.float32)
    assert blurred(field, 5).shape == size
    assert edge_tensor(field, 2.0)[0].shape == size


def test_noise_has_the_size_asked_for_and_depends_on_the_seed_alone() -> None:
    first = noise(generator(5, "a"), 33, 21, 6)
    again = noise(generator(5, "a"), 33, 21, 6)
    other = noise(generator(6, "a"), 33, 21, 6)
    assert first.shape == (21, 33)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
