"""Structural similarity of two pictures.

Wang, Bovik, Sheikh, Simoncelli: "Image Quality Assessment: From Error
Visibility to Structural Similarity", IEEE Transactions on Image Processing
13(4), 2004, equation 13:

    SSIM(x, y) = (2 mx my + C1)(2 sxy + C2) / ((mx² + my² + C1)(sx² + sy² + C2))

with C1 = (0.01 L)², C2 = (0.03 L)², L = 255, means, variances and covariance
under an 11 x 11 Gaussian window of 1.5 px, averaged over every place where the
whole window fits. Pictures are compared in luma (Rec. 601) at full size.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from haiga.core.nouns import Picture

WINDOW_PX = 11
SIGMA_PX = 1.5
C1 = (0.01 * 255) ** 2
C2 = (0.03 * 255) ** 2

_LUMA = np.array([0.299, 0.587, 0.114])

Field = npt.NDArray[np.float64]


def _window() -> Field:
    offsets = np.arange(WINDOW_PX) - WINDOW_PX // 2
    weights = np.exp(-(offsets**2) / (2 * SIGMA_PX**2))
    return np.asarray(weights / weights.sum())


def _smooth(field: Field) -> Field:
    """Gaussian mean wherever the window fits: (H, W) to (H - 10, W - 10)."""
    weights = _window()
    height, width = (side - WINDOW_PX + 1 for side in field.shape)
    rows = sum(w * field[i : i + height] for i, w in enumerate(weights))
    assert isinstance(rows, np.ndarray)
    columns = sum(w * rows[:, i : i + width] for i, w in enumerate(weights))
    assert isinstance(columns, np.ndarray)
    return columns


def ssim(first: Picture, second: Picture) -> float:
    """Mean SSIM in [-1, 1]; 1 only for pictures whose luma is the same everywhere.

    Raises `ValueError` where the shapes differ or a side is under 11 px.
    """
    if first.shape != second.shape:
        raise ValueError(f"the pictures differ in size: {first.shape} and {second.shape}")
    if min(first.shape[:2]) < WINDOW_PX:
        raise ValueError(f"SSIM needs at least {WINDOW_PX} px a side, not {first.shape[:2]}")
    x: Field = first @ _LUMA
    y: Field = second @ _LUMA
    mean_x, mean_y = _smooth(x), _smooth(y)
    var_x = _smooth(x * x) - mean_x**2
    var_y = _smooth(y * y) - mean_y**2
    cov = _smooth(x * y) - mean_x * mean_y
    top = (2 * mean_x * mean_y + C1) * (2 * cov + C2)
    bottom = (mean_x**2 + mean_y**2 + C1) * (var_x + var_y + C2)
    return float(np.mean(top / bottom))
