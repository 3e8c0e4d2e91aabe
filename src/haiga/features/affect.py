"""The feeling of a picture, from its colours and their arrangement.

Brightness and saturation after Valdez and Mehrabian, "Effects of Color on
Emotions" (Journal of Experimental Psychology: General 123, 1994), on
standardised variables:

    pleasure  =  0.69 B + 0.22 S
    arousal   = -0.31 B + 0.60 S
    dominance = -0.76 B + 0.32 S

Hue after the same paper (blue, green and purple please most, yellow and
green-yellow least) and Wilms and Oberfeld (Psychological Research 82, 2018:
arousal grows from blue over green to red). Hard and active colours after Ou et
al. 2004 (`features.colour_emotion`), detail, lines and light in the middle after
Machajdik and Hanbury 2010 (`features.composition`); how much each of these counts
is our own. The relations are weak and were found with plain chips of colour: they
sort pictures into a plausible order, they do not know what is depicted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
from PIL import Image

from haiga.core.nouns import Picture, check_picture
from haiga.features.colour import Floats, oklab
from haiga.features.colour_emotion import colour_emotion
from haiga.features.composition import SIDE_PX, composition

AMONG_PAINTINGS: Mapping[str, tuple[float, float]] = {
    "bright": (0.481, 0.125), "saturated": (0.0422, 0.0177), "blue": (0.066, 0.134),
    "yellow": (0.662, 0.202), "red": (0.638, 0.209), "warm": (-0.200, 0.203),
    "heavy": (0.912, 0.720), "active": (-0.344, 0.180), "hard": (0.947, 0.483),
    "contrast": (0.164, 0.053), "detail": (0.576, 0.169), "depth": (0.135, 0.039),
    "level": (0.254, 0.135), "upright": (0.295, 0.142), "slanted": (0.452, 0.123),
    "symmetry": (0.352, 0.325), "middle": (0.012, 0.083), "sky": (0.043, 0.096),
    "dark": (0.329, 0.251), "softness": (0.589, 0.122),
}  # fmt: skip
"""Mean and deviation of each measure over 5,597 paintings, prints and textiles."""


@dataclass(frozen=True)
class Affect:
    """Pleasure (valence), arousal and dominance, each squashed to (-1, 1)."""

    valence: float
    arousal: float
    dominance: float


def affect_measures(picture: Picture) -> dict[str, float]:
    """What the feeling of a picture is read from, in deviations from the mean of paintings.

    The keys are those of `AMONG_PAINTINGS`; any size from one pixel up.
    """
    image = Image.fromarray(check_picture(picture))
    image.thumbnail((SIDE_PX, SIDE_PX), Image.Resampling.BOX)
    small = np.asarray(image)
    raw = {
        **_colours(oklab(small).reshape(-1, 3)),
        **asdict(colour_emotion(small)),
        **asdict(composition(small)),
    }
    return {name: (raw[name] - mean) / spread for name, (mean, spread) in AMONG_PAINTINGS.items()}


def affect_of(picture: Picture) -> Affect:
    """Valence, arousal and dominance of a picture of any size from one pixel up."""
    return measured_affect(affect_measures(picture))


def measured_affect(z: Mapping[str, float]) -> Affect:
    """The feeling that follows from the measures of `affect_measures`."""
    valence = (
        0.69 * z["bright"] + 0.22 * z["saturated"] + 0.07 * z["blue"] - 0.07 * z["yellow"]
        - 0.4 * z["hard"] + 0.3 * z["middle"]
    )  # fmt: skip
    arousal = (
        -0.31 * z["bright"] + 0.60 * z["saturated"] + 0.10 * z["red"] - 0.05 * z["blue"]
        + 0.2 * z["active"] + 0.5 * z["detail"] + 0.3 * z["slanted"] - 0.3 * z["level"]
    )  # fmt: skip
    dominance = -0.76 * z["bright"] + 0.32 * z["saturated"] + 0.15 * z["contrast"]
    return Affect(*(float(np.tanh(0.5 * v)) for v in (valence, arousal, dominance)))


def _colours(lab: Floats) -> dict[str, float]:
    """Brightness, saturation and shares of hues of OKLab colours (n, 3).

    A share is the chroma-weighted mean of how near the hue lies: 1 where all colour is that one.
    """
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    weight = chroma / max(float(chroma.sum()), 1e-6)
    hue = np.arctan2(lab[:, 2], lab[:, 1])

    def share(degrees: float) -> float:
        return float((weight * np.clip(np.cos(hue - np.radians(degrees)), 0, 1)).sum())

    return {
        "bright": float(lab[:, 0].mean()),
        "saturated": float(chroma.mean()),
        "blue": share(250),
        "yellow": share(105),
        "red": share(30),
    }
