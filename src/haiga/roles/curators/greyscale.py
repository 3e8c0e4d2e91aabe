"""`greyscale.v1`: pictures without colour among pictures with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from haiga.core.collecting import Seen
from haiga.core.nouns import Verdict
from haiga.features.looks import LIGHT_STEPS
from haiga.roles.curators.scoring import Floats, check_setting

ODD = 0.2
"""Only where fewer than this share of a collection is grey, grey ones are odd."""
TINT = 0.03
"""In spreads of the small copy: how far its channels may stray from each other, place by place
(root of the mean square). Grey files have 0.00 and evenly toned scans 0.02 to 0.03, ink paintings
up to 0.05; the palest colour slide of 700 has 0.037."""


class GreyscaleCurator:
    """Proposes to drop grey pictures where most of the collection has colours.

    A picture is grey where at least `least` (0 to 1) of it has next to no chroma (OKLab, less
    than 0.03), and its hue is the same all over: a pale sky differs from what is below it.
    Sepia and toned photographs have a chroma, and are not called.
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
        """By each picture's histogram and small copy, and how many others are grey."""
        shares = [
            min(1.0, float(one.looks.colours[:LIGHT_STEPS].astype(np.float32).sum()))
            for one in seen
        ]
        tints = [_tint(one.looks.thumbnail.astype(np.float32)) for one in seen]
        grey = sum(
            share >= self._least and tint <= TINT for share, tint in zip(shares, tints, strict=True)
        )
        odd = bool(seen) and len(seen) >= 1 / ODD and grey < ODD * len(seen)
        return [
            self._judge(share, tint, odd, grey, len(seen))
            for share, tint in zip(shares, tints, strict=True)
        ]

    def _judge(self, share: float, tint: float, odd: bool, grey: int, count: int) -> Verdict:
        told = f"{np.floor(100 * share):.0f} % of it is grey"
        if share < self._least:
            return Verdict("greyscale.v1", True, 1.0, f"has colours: {told}")
        if tint > TINT:
            return Verdict("greyscale.v1", True, 0.8, f"has pale colours: {told} or nearly so")
        if not odd:
            reason = f"is grey, as are {grey:,} of {count:,}: {told}"
            return Verdict("greyscale.v1", True, 0.5, reason)
        reason = f"is grey among colour: {told}; of {count:,} pictures {grey:,} " \
                 f"{'is' if grey == 1 else 'are'} so"  # fmt: skip
        return Verdict("greyscale.v1", False, grey / count, reason)


def _tint(small: Floats) -> float:
    """How far the channels of a small copy of even tone (H, W, 3) stray from their mean."""
    return float(np.sqrt(((small - small.mean(axis=2, keepdims=True)) ** 2).mean()))
