"""What a medium is given to paint one picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from haiga.features.colour import Floats
from haiga.roles.stylists.code import StyleCode


@dataclass(frozen=True)
class Sitting:
    """One picture to paint.

    `width`, `height` of the result in pixels; `lab` (h, w, 3) the recoloured
    study in OKLab; `palette` (n, 3) the artwork's colours in OKLab; `vigour` in
    [0, 1] how freely the brush may leave the drawing.
    """

    width: int
    height: int
    lab: Floats
    code: StyleCode
    palette: Floats
    vigour: float
    rng: np.random.Generator

    @property
    def unit(self) -> float:
        """Pixels to a unit: sizes are given for a picture of 1,024 px and scaled by this."""
        return max(self.width, self.height) / 1024

    @property
    def scale(self) -> float:
        """Pixels of the picture per pixel of the study."""
        h, w = self.lab.shape[:2]
        return max(self.width, self.height) / int(max(h, w))
