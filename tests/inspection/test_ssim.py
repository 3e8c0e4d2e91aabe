"""SSIM against cases whose value is known in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from haiga.core.nouns import Picture
from haiga.inspection.metrics.ssim import ssim

C1, C2 = 6.5025, 58.5225  # (0.01 * 255)² and (0.03 * 255)², as published
WINDOW_PX, SIGMA_PX = 11, 1.5


def grey(level: int, side: int = 24) -> Picture:
    return np.full((side, side, 3), level, np.uint8)


def noise(seed: int, height: int = 40, width: int = 33) -> Picture:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_a_picture_is_wholly_similar_to_itself() -> None:
    assert ssim(noise(1), noise(1)) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize(("a", "b"), [(0, 255), (100, 110), (0, 0), (37, 200)])
def test_two_flat_pictures_give_the_luminance_term_alone(a: int, b: int) -> None:
    expected = (2 * a * b + C1) / (a * a + b * b + C1)
    assert ssim(grey(a), grey(b)) == pytest.approx(expected, abs=1e-9)


def test_the_measure_is_symmetric_and_within_its_range() -> None:
    forth, back = ssim(noise(1), noise(2)), ssim(noise(2), noise(1))
    assert forth == pytest.approx(back, abs=1e-12)
    assert -1 <= forth < 0.2


def test_a_negative_is_anticorrelated() -> None:
    assert ssim(noise(3), 255 - noise(3)) < 0


def test_one_window_agrees_with_the_formula_written_out() -> None:
    x, y = noise(4, WINDOW_PX, WINDOW_PX), noise(5, WINDOW_PX, WINDOW_PX)
    offsets = np.arange(WINDOW_PX) - 5
    weights = np.exp(-(offsets[:, None] ** 2 + offsets[None] ** 2) / (2 * SIGMA_PX**2))
    weights /= weights.sum()
    luma = np.array([0.299, 0.587, 0.114])
    a, b = x @ luma, y @ luma
    ma, mb = (weights * a).sum(), (weights * b).sum()
    va, vb = (weights * (a - ma) ** 2).sum(), (weights * (b - mb) ** 2).sum()
    cov = (weights * (a - ma) * (b - mb)).sum()
    expected = (2 * ma * mb + C1) * (2 * cov + C2) / ((ma**2 + mb**2 + C1) * (va + vb + C2))
    assert ssim(x, y) == pytest.approx(expected, abs=1e-9)


def test_more_damage_is_less_similar() -> None:
    x = noise(6, 64, 64)
    light, heavy = x.copy(), x.copy()
    light[:8, :8] = 0
    heavy[:40, :40] = 0
    assert 1 > ssim(x, light) > ssim(x, heavy)


def test_pictures_of_other_sizes_or_too_small_are_refused() -> None:
    with pytest.raises(ValueError, match="differ in size"):
        ssim(grey(1, 20), grey(1, 21))
    with pytest.raises(ValueError, match="at least 11 px"):
        ssim(grey(1, 10), grey(1, 10))
