"""`blank.v1`: empty pages, flat colours, covers and backs with nothing on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image

from haiga.core.collecting import Seen
from haiga.core.nouns import Picture, Verdict
from haiga.roles.curators.scoring import check_setting, of_each, verdict

SIDE_PX = 64
MARGIN = 0.06
"""The share of each side left out: the edges of a scan say nothing of what is on the page."""


class BlankCurator:
    """Proposes to drop pictures that hardly differ from one place to another.

    Measured at 64 × 64 pixels, without the margin: the mean distance of the 2 % that differ
    most from the middle colour, in levels; less than `least` (0 to 255) is blank.
    """

    alone = True

    def __init__(self, *, least: float = 16.0) -> None:
        check_setting("blank.v1", "least", least, 0, 255)
        self._least = least

    @property
    def models(self) -> Mapping[str, str]:
        """None."""
        return {}

    def judge(self, seen: Sequence[Seen]) -> list[Verdict]:
        """By the spread of each picture's colours."""
        return of_each(seen, self._judge)

    def _judge(self, picture: Picture) -> Verdict:
        value = _spread(picture)
        return verdict(
            "blank.v1", value, self._least, low_is_bad=True,
            bad=f"is blank: what stands out most in it does so by {value:.0f} levels of 255",
            good=f"is not blank: what stands out most in it does so by {value:.0f} levels",
        )  # fmt: skip


def _spread(picture: Picture) -> float:
    image = Image.fromarray(np.ascontiguousarray(picture))
    small = np.asarray(image.resize((SIDE_PX, SIDE_PX), Image.Resampling.BOX), np.float32)
    margin = round(SIDE_PX * MARGIN)
    inner = small[margin:-margin, margin:-margin].reshape(-1, 3)
    apart = np.abs(inner - np.median(inner, axis=0)).max(axis=1)
    return float(np.sort(apart)[-(len(apart) // 50) :].mean())
