"""`blurred.v1`: pictures out of focus, shaken, or blown up from a much smaller file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from haiga.core.collecting import Seen
from haiga.core.nouns import Picture, Verdict
from haiga.roles.curators.scoring import Floats, check_setting, luma, of_each, verdict

PLACES = 6
SHARP_SHARE = 0.25
"""Judged by the sharpest quarter of the places that have edges: a soft ground is no fault."""


class BlurredCurator:
    """Proposes to drop pictures whose sharpest places lose little when blurred once more.

    After Crété, Dolmière, Ladret and Nicolas: "The Blur Effect: Perception and Estimation
    with a New No-Reference Perceptual Blur Metric" (SPIE 2007): what a blur takes away of the
    steps between neighbouring pixels, as a share; here place by place, of 6 × 6. Under `least`
    (0 to 1) is blurred. Seen at a longer side of at most 512 px: a large file that is soft in
    its finest detail alone is not called.
    """

    alone = True

    def __init__(self, *, least: float = 0.46) -> None:
        check_setting("blurred.v1", "least", least, 0, 1)
        self._least = least

    @property
    def models(self) -> Mapping[str, str]:
        """None."""
        return {}

    def judge(self, seen: Sequence[Seen]) -> list[Verdict]:
        """By the steps between neighbouring pixels of each picture."""
        return of_each(seen, self._judge)

    def _judge(self, picture: Picture) -> Verdict:
        value = sharpness(luma(picture))
        if value is None:
            return Verdict("blurred.v1", True, 1.0, "has no edges to tell a blur by")
        return verdict(
            "blurred.v1", value, self._least, low_is_bad=True,
            bad=f"is blurred: its edges lose only {value:.0%} when blurred once more",
            good=f"is sharp: its edges lose {value:.0%} when blurred",
        )  # fmt: skip


def sharpness(grey: Floats) -> float | None:
    """What a blur of 5 pixels takes of the steps, in [0, 1]; None where there are none."""
    shares, weights = [], []
    for values in (grey, grey.T):
        if values.shape[1] < 12 or values.shape[0] < PLACES:
            continue
        soft = _blurred(values)
        step, after = np.abs(np.diff(values, axis=1)), np.abs(np.diff(soft, axis=1))
        lost = np.maximum(step - after, 0)
        lost_sums, sums = _summed(lost), _summed(step)
        shares.append(lost_sums / np.maximum(sums, 1e-6))
        weights.append(sums / (values.size / PLACES**2))
    if not shares:
        return None
    share, weight = np.stack(shares).ravel(), np.stack(weights).ravel()
    told = weight > max(0.6, 0.25 * float(weight.max()))
    if not told.any():
        return None
    return float(np.quantile(share[told], 1 - SHARP_SHARE))


def _blurred(values: Floats) -> Floats:
    """The mean of five pixels along each row."""
    wide = np.pad(values, ((0, 0), (3, 2)), mode="edge").cumsum(axis=1, dtype=np.float64)
    return np.asarray((wide[:, 5:] - wide[:, :-5]) / 5, np.float32)


def _summed(values: Floats) -> Floats:
    rows = np.arange(PLACES) * values.shape[0] // PLACES
    columns = np.arange(PLACES) * values.shape[1] // PLACES
    return np.asarray(
        np.add.reduceat(np.add.reduceat(values, rows, 0), columns, 1), np.float32
    )  # fmt: skip
