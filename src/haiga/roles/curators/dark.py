"""`dark.v1`: pictures in which next to nothing is light."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from haiga.core.collecting import Seen
from haiga.core.nouns import Picture, Verdict
from haiga.roles.curators.scoring import check_setting, luma, of_each, verdict

LIGHT_SHARE = 0.98
"""The level that this share of the pixels stays below tells how dark a picture is."""


class DarkCurator:
    """Proposes to drop pictures of which 98 % stay below the level `least` (0 to 255).

    Dark paintings have lights: a candle, a face. Night scenes that have none are called too.
    """

    alone = True

    def __init__(self, *, least: float = 64.0) -> None:
        check_setting("dark.v1", "least", least, 0, 255)
        self._least = least

    @property
    def models(self) -> Mapping[str, str]:
        """None."""
        return {}

    def judge(self, seen: Sequence[Seen]) -> list[Verdict]:
        """By the lights of each picture."""
        return of_each(seen, self._judge)

    def _judge(self, picture: Picture) -> Verdict:
        light = float(np.quantile(luma(picture), LIGHT_SHARE))
        told = f"98 % of it stays below level {light:.0f} of 255"
        return verdict(
            "dark.v1", light, self._least, low_is_bad=True,
            bad=f"is too dark: {told}", good=f"is light enough: {told}",
        )  # fmt: skip
