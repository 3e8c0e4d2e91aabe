"""Features centred, their directions brought to one size, their rows to length 1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

COMPONENTS = 192
"""Directions that are kept, unless told otherwise."""


@dataclass(frozen=True)
class Whitener:
    """What some pictures have in common, taken away from the features of others."""

    mean: Floats  # (D,)
    turn: Floats  # (D, R)

    @classmethod
    def of(cls, features: Floats, components: int = COMPONENTS) -> Whitener:
        """Learned from (N, D) features; at most `components` directions, and N / 2."""
        mean = features.mean(0)
        centred = (features - mean).astype(np.float64)
        values, vectors = _directions(centred)
        kept = max(1, min(components, len(values) - 1, len(features) // 2))
        # Directions that hardly vary hold noise: they are not blown up to the size of the rest.
        sizes = np.sqrt(values[:kept] + values[kept] + 1e-6 * values[0] + 1e-12)
        turn = vectors[:, :kept] / sizes
        # row by row in memory, as files are written from it
        return cls(mean.astype(np.float32), np.ascontiguousarray(turn, np.float32))

    def __call__(self, features: Floats) -> Floats:
        """(…, D) features as rows (…, R) of length 1."""
        rows = (features - self.mean) @ self.turn
        lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
        return np.asarray(rows / np.maximum(lengths, 1e-9), np.float32)


def _directions(
    centred: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Variances, the largest first, and the directions (D, …) that have them.

    Of fewer pictures than features only those directions in which they differ are found, by
    the singular values of the pictures themselves: that takes a hundredth of the time.
    """
    count, width = centred.shape
    if 1 < count < width:
        _, sizes, rows = np.linalg.svd(centred, full_matrices=False)
        return sizes**2 / count, rows.T
    values, vectors = np.linalg.eigh(centred.T @ centred / count)
    return np.maximum(values[::-1], 0), vectors[:, ::-1]
