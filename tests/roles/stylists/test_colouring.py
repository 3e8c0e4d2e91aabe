"""Carrying the colours of an artwork over."""

from __future__ import annotations

import numpy as np
import pytest

from haiga.features.colour import colour_statistics, oklab
from haiga.roles.stylists.colouring import recoloured, transport


def spread(rng: np.random.Generator, scale: tuple[float, float, float]) -> np.ndarray:
    mixing = np.array([[1, 0.3, 0.1], [0, 1, 0.4], [0, 0, 1]])
    return (rng.standard_normal((4000, 3)) * scale @ mixing).astype(np.float32)


def test_the_transport_map_carries_one_covariance_to_the_other() -> None:
    rng = np.random.default_rng(0)
    source, wanted = spread(rng, (0.2, 0.06, 0.06)), spread(rng, (0.15, 0.09, 0.05))
    mapped = source @ transport(np.cov(source.T), np.cov(wanted.T), most=10)
    assert np.cov(mapped.T) == pytest.approx(np.cov(wanted.T), abs=1.5e-3)


def test_the_transport_map_of_a_covariance_to_itself_changes_nothing() -> None:
    covariance = np.cov(spread(np.random.default_rng(1), (0.2, 0.05, 0.05)).T)
    assert transport(covariance, covariance) == pytest.approx(np.eye(3), abs=1e-5)


def test_the_map_is_symmetric_and_its_stretch_is_bounded() -> None:
    tiny, large = np.eye(3) * 1e-6, np.diag([0.05, 0.02, 0.02])
    linear = transport(tiny, large, most=2.2)
    assert linear == pytest.approx(linear.T)
    assert np.linalg.eigvalsh(linear).max() == pytest.approx(2.2, abs=1e-4)


def test_no_amount_changes_nothing_and_lightness_keeps_its_order() -> None:
    ramp = np.tile(np.linspace(20, 200, 90, dtype=np.uint8)[None, :, None], (20, 1, 3))
    lab = oklab(ramp)
    wanted = colour_statistics(
        oklab(np.random.default_rng(2).integers(0, 256, (40, 40, 3), np.uint8))
    )
    assert recoloured(lab, wanted, 0.0) is lab
    assert (np.diff(recoloured(lab, wanted, 1.0)[0, :, 0]) >= -1e-5).all()


def test_a_vivid_subject_keeps_its_hue() -> None:
    picture = np.full((60, 60, 3), (120, 125, 120), np.uint8)
    picture[20:40, 20:40] = (215, 30, 25)
    blue = colour_statistics(
        oklab(
            np.random.default_rng(3)
            .integers((0, 0, 80), (60, 60, 255), (40, 40, 3))
            .astype(np.uint8)
        )
    )
    after = recoloured(oklab(picture), blue, 0.8)
    assert after[30, 30, 1] > 0.08  # still red
    assert after[5, 5, 2] < -0.05  # the grey has turned blue
