"""`greyscale.v1`: pictures without colour among pictures with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from haiga.core.collecting import Seen
from haiga.core.nouns import Verdict
from haiga.features.looks import LIGHT_STEPS
from haiga.roles.curators.scoring import check_setting

ODD = 0.2
"""Only where fewer than this share of a collection is grey, grey ones are odd."""


class GreyscaleCurator:
    """Proposes to drop grey pictures where most of the collection has colours.

    A picture is grey where at least `least` (0 to 1) of it has next to no chroma (OKLab, less
    than 0.03). Sepia and toned photographs have one, and are not called.
    """

    alone = False

    def __init__(self, *, least: float = 0.985) -> None:
        check_setting("greyscale.v1", "least", least, 0, 1)
        self._least = least

    @property
    def models(self) -> Mapping[str, str]:
        """None."""
        return {}

    def judge(self, seen: Sequence[Seen]) -> list[Verdict]:
        """By the histogram of each picture's colours, and how many others are grey."""
        shares = [
            min(1.0, float(one.looks.colours[:LIGHT_STEPS].astype(np.float32).sum()))
            for one in seen
        ]
        grey = sum(share >= self._least for share in shares)
        odd = bool(seen) and len(seen) >= 1 / ODD and grey < ODD * len(seen)
        return [self._judge(share, odd, grey, len(seen)) for share in shares]

    def _judge(self, share: float, odd: bool, grey: int, count: int) -> Verdict:
        if share < self._least:
            return Verdict("greyscale.v1", True, 1.0, "has colours")
        if not odd:
            reason = f"is grey, as are {grey:,} of {count:,}"
            return Verdict("greyscale.v1", True, 0.5, reason)
        reason = f"is grey among colour: only {grey:,} of {count:,} are"
        return Verdict("greyscale.v1", False, grey / count, reason)
