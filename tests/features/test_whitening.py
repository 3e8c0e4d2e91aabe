"""Features brought to one size, over many pictures and over few."""

from __future__ import annotations

import numpy as np
import pytest

from haiga.features.whitening import Whitener


def drawn(count: int, width: int, *, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    sizes = 1 / (1 + np.arange(width))  # some directions vary far more than others
    return (rng.standard_normal((count, width)) * sizes + 3).astype(np.float32)


def by_covariance(features: np.ndarray, kept: int) -> np.ndarray:
    """What stands in the class's docstring, written out: cosines of all pairs."""
    centred = (features - features.mean(0)).astype(np.float64)
    values, vectors = np.linalg.eigh(np.cov(centred.T, bias=True))
    values, vectors = np.maximum(values[::-1], 0), vectors[:, ::-1]
    sizes = np.sqrt(values[:kept] + values[kept] + 1e-6 * values[0] + 1e-12)
    rows = centred @ (vectors[:, :kept] / sizes)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows @ rows.T


@pytest.mark.parametrize(("count", "width"), [(200, 30), (30, 31), (30, 200), (2, 9)])
def test_few_pictures_are_whitened_as_their_covariance_says(count: int, width: int) -> None:
    features = drawn(count, width)
    whitener = Whitener.of(features)
    assert whitener.turn.flags.c_contiguous  # safetensors writes what lies in memory
    rows = whitener(features)
    kept = max(1, min(192, width - 1, count // 2))
    assert rows.shape == (count, kept)
    assert np.allclose(rows @ rows.T, by_covariance(features, kept), atol=2e-3)


def test_the_same_picture_many_times_gives_numbers() -> None:
    features = np.repeat(drawn(2, 40), 8, axis=0)
    rows = Whitener.of(features)(features)
    assert np.isfinite(rows).all()
    assert np.allclose(rows[0], rows[7], atol=1e-5)
    assert np.isfinite(Whitener.of(features[:1])(features)).all()
