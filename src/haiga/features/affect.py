"""The feeling of a picture, from its colours and their arrangement.

Brightness and saturation after Valdez and Mehrabian, "Effects of Color on
Emotions" (Journal of Experimental Psychology: General 123, 1994), on
standardised variables:

    pleasure  =  0.69 B + 0.22 S
    arousal   = -0.31 B + 0.60 S
    dominance = -0.76 B + 0.32 S

Hue after the same paper (blue, green and purple please most, yellow and
green-yellow least) and Wilms and Oberfeld (Psychological Research 82, 2018:
arousal grows from blue over green to red). Contrast and busyness raise arousal.
The relations are weak and were found with plain chips of colour: they sort
pictures into a plausible order, they do not know what is depicted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from haiga.features.colour import Floats

# Means and deviations of brightness and saturation over paintings, for standardising.
_BRIGHT_MEAN, _BRIGHT_SPREAD = 0.53, 0.15
_SATURATION_MEAN, _SATURATION_SPREAD = 0.055, 0.03


@dataclass(frozen=True)
class Affect:
    """Pleasure (valence), arousal and dominance, each squashed to (-1, 1)."""

    valence: float
    arousal: float
    dominance: float


def picture_affect(lab: Floats, busyness: float) -> Affect:
    """The feeling of OKLab colours (h, w, 3).

    `busyness` is the deviation of lightness within a few pixels of a 192 px
    picture, some 0.01 in an even sky to 0.12 in a thicket.
    """
    flat = lab.reshape(-1, 3)
    light = float(flat[:, 0].mean())
    chroma = np.hypot(flat[:, 1], flat[:, 2])
    b = (light - _BRIGHT_MEAN) / _BRIGHT_SPREAD
    s = (float(chroma.mean()) - _SATURATION_MEAN) / _SATURATION_SPREAD
    weight = chroma / max(float(chroma.sum()), 1e-6)
    hue = np.arctan2(flat[:, 2], flat[:, 1])
    blue = float((weight * np.clip(np.cos(hue - np.radians(250)), 0, 1)).sum())
    yellow = float((weight * np.clip(np.cos(hue - np.radians(105)), 0, 1)).sum())
    red = float((weight * np.clip(np.cos(hue - np.radians(30)), 0, 1)).sum())
    contrast = (float(flat[:, 0].std()) - 0.16) / 0.05
    stir = (busyness - 0.05) / 0.025
    valence = 0.69 * b + 0.22 * s + 0.5 * blue - 0.35 * yellow
    arousal = -0.31 * b + 0.60 * s + 0.5 * red - 0.3 * blue + 0.2 * contrast + 0.25 * stir
    dominance = -0.76 * b + 0.32 * s + 0.15 * contrast
    return Affect(*(float(np.tanh(0.6 * v)) for v in (valence, arousal, dominance)))
