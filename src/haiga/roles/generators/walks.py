"""Ways between latents: straight lines would leave the shell that normal latents lie on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Latents = npt.NDArray[np.float32]
NEARLY_PARALLEL = 1e-4
"""Below this sine of the angle the straight line is taken: they cannot be told apart."""


def slerp(start: Latents, end: Latents, t: float) -> Latents:
    """The point at `t` in [0, 1] on the great arc between two latents of one size.

    Shoemake 1985, "Animating Rotation with Quaternion Curves"; White 2016, "Sampling
    Generative Networks", section 2.1: sin((1 - t) a) / sin(a) start + sin(t a) / sin(a) end,
    a the angle between them. At 0 and 1 it gives the latents themselves.
    """
    if t <= 0:
        return np.asarray(start, np.float32)
    if t >= 1:
        return np.asarray(end, np.float32)
    a, b = np.asarray(start, np.float64), np.asarray(end, np.float64)
    lengths = np.linalg.norm(a) * np.linalg.norm(b)
    angle = float(np.arccos(np.clip(a @ b / lengths, -1, 1))) if lengths > 0 else 0.0
    sine = float(np.sin(angle))
    if sine < NEARLY_PARALLEL:
        return ((1 - t) * a + t * b).astype(np.float32)
    found = np.sin((1 - t) * angle) / sine * a + np.sin(t * angle) / sine * b
    return np.asarray(found, np.float32)


def walk(start: Latents, end: Latents, frames: int) -> list[Latents]:
    """`frames` (2 or more) latents from start to end, in even steps of angle, both included."""
    return [slerp(start, end, n / (frames - 1)) for n in range(frames)]
