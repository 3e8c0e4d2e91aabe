"""Is an enlargement honest? Made small again it must be the picture that it came from.

What is compared: the peak signal-to-noise ratio of all channels after bicubic reduction, and
the colour difference ΔE*ab of CIE 1976 in the same place.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from haiga.core.nouns import Picture
from haiga.features.colour import linear_light

ENOUGH_DB = 45.0
"""An enlargement that keeps what it was given is at least so near to it."""
MOST_SHIFT = 1.0
"""A mean ΔE*ab of 1 is about the least that an eye can tell."""
SEAM_LEVELS = 1
AROUND_PX = 48
_BAND = 256
_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375],
     [0.2126729, 0.7151522, 0.0721750],
     [0.0193339, 0.1191920, 0.9503041]], np.float32
)  # fmt: skip
_WHITE = np.array([0.95047, 1.0, 1.08883], np.float32)  # D65


@dataclass(frozen=True)
class Honesty:
    """What was found of an enlargement.

    `back_psnr`: decibels between the picture and its enlargement made small again.
    `colour_shift`, `colour_shift_99`: ΔE*ab there, in the mean and at the 99th percentile.
    `seam`: the largest difference in levels, around the places where tiles meet, from the
    same part enlarged in one piece; 0 where there was one tile.
    """

    back_psnr: float
    colour_shift: float
    colour_shift_99: float
    seam: int

    @property
    def faults(self) -> list[str]:
        """What of it a person should know, as sentences; none where all is well."""
        found = []
        if self.back_psnr < ENOUGH_DB:
            found.append(
                f"made small again it differs from the picture: {self.back_psnr:.1f} dB, less than "
                f"{ENOUGH_DB:g}"
            )
        if self.colour_shift > MOST_SHIFT:
            found.append(f"its colours have shifted: ΔE {self.colour_shift:.2f}")
        if self.seam > SEAM_LEVELS:
            found.append(f"tiles may show: they differ by {self.seam} levels where they meet")
        return found

    def told(self) -> str:
        """One line: `made small again: 58.2 dB; colour shift ΔE 0.21; seams 0/255`."""
        return (
            f"made small again: {self.back_psnr:.1f} dB; colour shift ΔE {self.colour_shift:.2f} "
            f"(99 % below {self.colour_shift_99:.2f}); seams {self.seam}/255"
        )

    def table(self) -> dict[str, float | int]:
        """The figures by name, rounded, for a recipe."""
        return {
            "back_psnr_db": round(self.back_psnr, 2),
            "colour_shift_delta_e": round(self.colour_shift, 3),
            "colour_shift_delta_e_99": round(self.colour_shift_99, 3),
            "seam_levels": self.seam,
        }


def honesty(
    picture: Picture, enlarged: Picture, *, tile_px: int, enlarge: Callable[[Picture], Picture]
) -> Honesty:
    """Compares an enlargement by a whole number with the picture (H, W, 3) it was made of.

    `tile_px` is the side of the tiles that it was made in (0: in one piece), and `enlarge`
    makes a part of the picture so many times larger.
    """
    height, width, _ = picture.shape
    back = np.asarray(Image.fromarray(enlarged).resize((width, height), Image.Resampling.BICUBIC))
    total, shifts = 0.0, []
    for top in range(0, height, _BAND):
        a, b = picture[top : top + _BAND], back[top : top + _BAND]
        total += float(((a.astype(np.float32) - b) ** 2).sum(dtype=np.float64))
        shifts.append(delta_e(a, b).astype(np.float16).ravel())
    error = total / picture.size
    shift = np.concatenate(shifts)
    return Honesty(
        back_psnr=min(99.0, 10 * math.log10(255**2 / error)) if error else 99.0,
        colour_shift=float(shift.mean(dtype=np.float64)),
        colour_shift_99=float(np.quantile(shift.astype(np.float32), 0.99)),
        seam=seam(picture, enlarged, tile_px, enlarge),
    )


def seam(
    picture: Picture, enlarged: Picture, tile_px: int, enlarge: Callable[[Picture], Picture]
) -> int:
    """The largest difference, in levels, around a place where four tiles meet, from the part
    of the picture there enlarged in one piece. 0 where there is but one tile.
    """
    height, width, _ = picture.shape
    if not tile_px or max(height, width) <= tile_px:
        return 0
    y, x = (_joint(side, tile_px) for side in (height, width))
    top, left = max(0, y - AROUND_PX), max(0, x - AROUND_PX)
    bottom, right = min(height, y + AROUND_PX), min(width, x + AROUND_PX)
    part = enlarge(np.ascontiguousarray(picture[top:bottom, left:right])).astype(np.int16)
    scale = enlarged.shape[0] // height
    near = AROUND_PX // 6
    rows = slice(scale * max(0, y - near), scale * min(height, y + near))
    columns = slice(scale * max(0, x - near), scale * min(width, x + near))
    alone = part[rows.start - scale * top : rows.stop - scale * top,
                 columns.start - scale * left : columns.stop - scale * left]  # fmt: skip
    return int(np.abs(alone - enlarged[rows, columns]).max())


def _joint(side: int, tile_px: int) -> int:
    """Where the first of the even tiles along a side ends; its middle where there is one."""
    count = -(-side // tile_px)
    return side // count if count > 1 else side // 2


def delta_e(one: Picture, other: Picture) -> npt.NDArray[np.float32]:
    """ΔE*ab (CIE 1976) of each pixel of two sRGB pictures: (H, W) float32."""
    apart: npt.NDArray[np.float32] = np.sqrt(((_lab(one) - _lab(other)) ** 2).sum(-1))
    return apart


def _lab(picture: Picture) -> npt.NDArray[np.float32]:
    """CIELAB under D65: L* in [0, 100], a* and b* about [-128, 128]."""
    t = linear_light(picture) @ _TO_XYZ.T / _WHITE
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack(
        [116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1
    )
