"""How a picture is arranged: detail, depth, lines, balance and light, as numbers.

After Machajdik and Hanbury, "Affective image classification using features
inspired by psychology and art theory" (ACM Multimedia 2010), section 4.3: level
of detail, low depth of field, dynamics (level and upright lines are calm, slanted
ones stir), rule of thirds; with the symmetry and the weight of light that the
same section takes from art theory.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from haiga.core.nouns import Picture, check_picture
from haiga.features.colour import Floats, oklab
from haiga.features.fields import blurred, edge_tensor, gradients

SIDE_PX = 128
"""The longer side that everything is measured at."""


@dataclass(frozen=True)
class Composition:
    """The arrangement of one picture.

    contrast   deviation of lightness, 0 (flat) … 0.5
    detail     share of the surface with contours in it, 0 … 1
    depth      share of the fine detail within the middle third of each side, 0 … 1: 1/9 where it
               is spread evenly, more where the middle alone is sharp (a low depth of field)
    level      share of the contours' strength within 22.5° of the horizontal, 0 … 1
    upright    the same for the vertical
    slanted    what is left: diagonals
    symmetry   correlation of lightness with its mirror image, -1 … 1
    middle     lightness of the middle third less that of the whole: light or dark in the middle
    sky        lightness of the upper half less that of the lower
    dark       share of the surface darker than OKLab 0.35
    softness   share of the contours that fade instead of ending, 0 … 1
    """

    contrast: float
    detail: float
    depth: float
    level: float
    upright: float
    slanted: float
    symmetry: float
    middle: float
    sky: float
    dark: float
    softness: float


def composition(picture: Picture) -> Composition:
    """The arrangement of a picture of any size from one pixel up."""
    image = Image.fromarray(check_picture(picture))
    scale = SIDE_PX / max(image.size)
    size = (max(9, round(image.width * scale)), max(9, round(image.height * scale)))
    light = oklab(np.asarray(image.resize(size, Image.Resampling.BOX)))[..., 0]
    gx, gy = gradients(light)
    slope = np.hypot(gx, gy)
    contours = slope > 0.02
    fine = np.abs(light - blurred(light, 3.0))
    level, upright, slanted = _directions(light)
    return Composition(
        contrast=float(light.std()),
        detail=float(contours.mean()),
        depth=float(_middle(fine).sum() / max(float(fine.sum()), 1e-6)),
        level=level,
        upright=upright,
        slanted=slanted,
        symmetry=_symmetry(light),
        middle=float(_middle(light).mean() - light.mean()),
        sky=float(light[: len(light) // 2].mean() - light[len(light) // 2 :].mean()),
        dark=float((light < 0.35).mean()),
        softness=float(1 - (slope[contours] > 0.06).mean()) if contours.any() else 1.0,
    )


def _middle(field: Floats) -> Floats:
    height, width = field.shape
    return field[height // 3 : height - height // 3, width // 3 : width - width // 3]


def _directions(light: Floats) -> tuple[float, float, float]:
    """Shares of the contours' strength that run level, upright and slanted; a third each if flat"""
    strength, along, across = edge_tensor(light, 1.0)
    total = float(strength.sum())
    if total < 1e-6:
        return 1 / 3, 1 / 3, 1 / 3
    theta = 0.5 * np.arctan2(across, along)  # 0 along the horizontal, ± pi/2 the vertical
    level = float(strength[np.abs(theta) < np.pi / 8].sum()) / total
    upright = float(strength[np.abs(theta) > 3 * np.pi / 8].sum()) / total
    return level, upright, 1 - level - upright


def _symmetry(light: Floats) -> float:
    coarse = blurred(light, 6.0)
    centred = coarse - coarse.mean()
    power = float((centred**2).sum())
    return float((centred * centred[:, ::-1]).sum() / power) if power > 1e-6 else 1.0
