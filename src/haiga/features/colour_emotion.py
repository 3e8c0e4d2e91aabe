"""How colours feel: warm or cool, heavy or light, active or passive, hard or soft.

The four models of Ou, Luo, Woodcock and Wright, "A study of colour emotion and
colour preference. Part I: Colour emotions for single colours" (Color Research
and Application 29, 2004), fitted to what 31 British and Chinese observers said
of plain chips; Part II of the same study found that several colours together
feel as their mean does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from haiga.features.colour import Floats, linear_light

_TO_XYZ = np.array(  # sRGB primaries, D65 white (IEC 61966-2-1)
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
     [0.0193339, 0.1191920, 0.9503041]], np.float32,
)  # fmt: skip


@dataclass(frozen=True)
class ColourEmotion:
    """The mean feeling of some colours on four scales, 0 between the two words, about [-2, 3]."""

    warm: float
    heavy: float
    active: float
    hard: float


def cielab(rgb: npt.NDArray[np.uint8]) -> Floats:
    """CIELAB under D65 of sRGB levels: (…, 3) uint8 to (…, 3) float32, L* in [0, 100]."""
    xyz = linear_light(rgb) @ _TO_XYZ.T
    scaled = xyz / _TO_XYZ.sum(axis=1)
    root = np.where(scaled > 216 / 24389, np.cbrt(scaled), (24389 / 27 * scaled + 16) / 116)
    lab: Floats = np.stack(
        [
            116 * root[..., 1] - 16,
            500 * (root[..., 0] - root[..., 1]),
            200 * (root[..., 1] - root[..., 2]),
        ],
        axis=-1,
    ).astype(np.float32)
    return lab


def colour_emotion(rgb: npt.NDArray[np.uint8]) -> ColourEmotion:
    """The feeling of sRGB colours (…, 3), the mean over all of them; at least one.

    Equations 1 to 4 of the paper, h in degrees:

        warm-cool      = -0.5 + 0.02 C^1.07 cos(h - 50)
        heavy-light    = -2.1 + 0.05 (100 - L)
        active-passive = -1.1 + 0.03 sqrt(C^2 + ((L - 50) / 1.5)^2)
        hard-soft      = 11.1 + 0.03 (100 - L) - 11.4 C^0.02
    """
    lab = cielab(rgb).reshape(-1, 3)
    light, chroma = lab[:, 0], np.hypot(lab[:, 1], lab[:, 2])
    towards = np.cos(np.arctan2(lab[:, 2], lab[:, 1]) - np.radians(50))
    warm = -0.5 + 0.02 * chroma**1.07 * towards
    heavy = -2.1 + 0.05 * (100 - light)
    active = -1.1 + 0.03 * np.sqrt(chroma**2 + ((light - 50) / 1.5) ** 2)
    hard = 11.1 + 0.03 * (100 - light) - 11.4 * np.maximum(chroma, 0.1) ** 0.02
    return ColourEmotion(*(float(scale.mean()) for scale in (warm, heavy, active, hard)))
