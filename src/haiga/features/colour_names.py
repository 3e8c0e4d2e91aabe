"""Plain names of colours."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from haiga.features.colour import oklab

COLOURS: dict[str, tuple[int, int, int]] = {
    "black": (18, 18, 18),
    "dark grey": (74, 74, 74),
    "grey": (128, 128, 128),
    "light grey": (190, 190, 190),
    "white": (246, 246, 244),
    "cream": (238, 226, 196),
    "beige": (205, 186, 150),
    "ochre": (190, 142, 62),
    "yellow": (238, 208, 72),
    "gold": (214, 170, 60),
    "orange": (226, 132, 48),
    "rust": (164, 84, 44),
    "brown": (112, 74, 44),
    "dark brown": (58, 40, 28),
    "red": (190, 40, 40),
    "dark red": (112, 28, 30),
    "pink": (228, 160, 170),
    "purple": (112, 62, 130),
    "violet": (150, 120, 190),
    "dark blue": (30, 42, 84),
    "blue": (54, 92, 164),
    "light blue": (150, 186, 220),
    "grey blue": (104, 124, 146),
    "teal": (34, 116, 120),
    "dark green": (34, 62, 40),
    "green": (70, 124, 62),
    "olive": (112, 110, 58),
    "light green": (160, 192, 130),
    "grey green": (118, 130, 112),
}
"""Each name with the sRGB colour it is the middle of."""


def colour_name(colour: tuple[int, int, int]) -> str:
    """The plain name of the colour that is nearest to an sRGB colour, in OKLab."""
    return list(COLOURS)[int(nearest_names(np.array([colour], np.uint8))[0])]


def nearest_names(colours: npt.NDArray[np.uint8]) -> npt.NDArray[np.intp]:
    """Which of `COLOURS` is nearest, in OKLab, to each sRGB colour: (…, 3) to (…)."""
    known = oklab(np.array(list(COLOURS.values()), np.uint8))  # (N, 3)
    far = ((oklab(colours)[..., None, :] - known) ** 2).sum(-1)
    nearest: npt.NDArray[np.intp] = np.argmin(far, axis=-1)
    return nearest
