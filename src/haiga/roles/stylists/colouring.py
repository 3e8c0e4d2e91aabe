"""The colours of one artwork on another picture, by optimal transport.

The linear Monge–Kantorovich map between two Gaussians (Pitié and Kokaram,
"The linear Monge-Kantorovitch linear colour mapping", CVMP 2007), in OKLab:
T = S^-1/2 (S^1/2 A S^1/2)^1/2 S^-1/2 carries covariance S to A with the least
movement of colour. Its stretch is held within bounds, lightness is then led
part of the way to the artwork's quantiles, and blank paper stays paper.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from haiga.features.colour import ColourStatistics, Floats, colour_statistics

_RIDGE = np.diag(np.array([4e-4, 6e-5, 6e-5], np.float32))


def transport(source: Floats, wanted: Floats, most: float = 2.2) -> Floats:
    """The symmetric (3, 3) map from one covariance to another, its stretch within 1/most … most."""
    s = (source + _RIDGE).astype(np.float64)
    a = (wanted + _RIDGE).astype(np.float64)
    root = _power(s, 0.5)
    inverse = _power(s, -0.5)
    linear = inverse @ _power(root @ a @ root, 0.5) @ inverse
    values, vectors = np.linalg.eigh((linear + linear.T) / 2)
    bounded = np.clip(values, 1 / most, most)
    held: Floats = ((vectors * bounded) @ vectors.T).astype(np.float32)
    return held


def _power(matrix: npt.NDArray[np.float64], p: float) -> npt.NDArray[np.float64]:
    values, vectors = np.linalg.eigh(matrix)
    raised: npt.NDArray[np.float64] = (vectors * np.maximum(values, 1e-12) ** p) @ vectors.T
    return raised


def recoloured(lab: Floats, artwork: ColourStatistics, amount: float) -> Floats:
    """The picture (…, 3) OKLab with `amount` in [0, 1] of the artwork's colouring."""
    if amount <= 0:
        return lab
    flat = lab.reshape(-1, 3)
    chroma = np.hypot(flat[:, 1], flat[:, 2])
    blank = np.clip((flat[:, 0] - 0.90) / 0.06, 0, 1) * np.clip((0.07 - chroma) / 0.03, 0, 1)
    share = float(blank.mean())
    keep = blank * np.float32(np.clip((share - 0.06) / 0.12, 0, 1) * 0.9)  # 1 where paper stays
    drawn = flat[keep < 0.5]
    own = colour_statistics((drawn if len(drawn) >= 16 else flat)[:: max(1, len(flat) // 20000)])
    moved = (flat - own.mean) @ transport(own.covariance, artwork.covariance) + artwork.mean
    # Lightness: half by the linear map, half by matching quantiles, which keeps its order.
    ladder = np.concatenate([[0.0], own.quantiles, [1.0]])
    rungs = np.concatenate([[0.0], artwork.quantiles, [1.0]])
    ladder = np.maximum.accumulate(ladder + np.arange(len(ladder)) * 1e-5)
    matched = np.interp(flat[:, 0], ladder, rungs).astype(np.float32)
    moved[:, 0] = 0.4 * moved[:, 0] + 0.6 * matched
    # What is vivid in the picture (the red apple) keeps most of its own hue.
    vivid = np.clip((chroma - 0.07) / 0.10, 0, 1) * np.float32(0.7)
    weight = (
        np.float32(amount)
        * (1 - keep)[:, None]
        * np.stack([np.ones_like(vivid), 1 - vivid, 1 - vivid], axis=1)
    )
    mixed: Floats = (flat + weight * (moved - flat)).reshape(lab.shape).astype(np.float32)
    return mixed
