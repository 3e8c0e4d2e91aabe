"""`border.v1`: frames, mounts and film borders around a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image

from haiga.core.collecting import Seen
from haiga.core.nouns import Picture, Verdict
from haiga.roles.curators.scoring import Floats, check_setting, of_each, verdict

SIDE_PX = 256
DEEPEST = 0.33  # of a side; a border is no deeper
FLAT = 14.0
"""Levels; a row of a border strays no more from its own mean (root of the mean square)…"""
STRAIGHT = 0.75
"""…and at its inner edge, within a few rows, so much of its length steps away from it."""
STEP = 18.0  # levels
ONE_TONE = 12.0  # levels


class BorderCurator:
    """Proposes to drop pictures whose plain borders take more than `most` (0 to 1) of the area.

    A border is a plain band along a whole side that ends in one straight step. A page's white
    margin that ends nowhere in particular is none; carved and painted frames are not seen.
    """

    alone = True

    def __init__(self, *, most: float = 0.1) -> None:
        check_setting("border.v1", "most", most, 0, 1)
        self._most = most

    @property
    def models(self) -> Mapping[str, str]:
        """None."""
        return {}

    def judge(self, seen: Sequence[Seen]) -> list[Verdict]:
        """By the plain bands along each picture's four sides."""
        return of_each(seen, self._judge)

    def _judge(self, picture: Picture) -> Verdict:
        top, right, bottom, left = depths(picture)
        share = 1 - max(0.0, 1 - top - bottom) * max(0.0, 1 - left - right)
        sides = sum(depth > 0 for depth in (top, right, bottom, left))
        return verdict(
            "border.v1", share, self._most, low_is_bad=False,
            bad=f"has a border on {sides} sides, {share:.0%} of its area",
            good="has no wide border" if share else "has no border",
        )  # fmt: skip


def depths(picture: Picture) -> tuple[float, float, float, float]:
    """How deep a plain border reaches from the top, right, bottom and left, in sides."""
    image = Image.fromarray(np.ascontiguousarray(picture)).convert("L")
    scale = min(1.0, SIDE_PX / max(image.size))
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    grey = np.asarray(image.resize(size, Image.Resampling.BOX), np.float32)
    turned = (grey, grey[:, ::-1].T, grey[::-1], grey.T)
    found = [_depth(rows) for rows in turned]
    # a border is of one tone on two sides or more: a band alone is as likely a sky, or the sea
    tones = [tone for depth, tone in found if depth]
    alike = [
        depth if sum(abs(tone - other) <= ONE_TONE for other in tones) >= 2 else 0.0
        for depth, tone in found
    ]
    top, right, bottom, left = alike
    return top, right, bottom, left


def _depth(rows: Floats) -> tuple[float, float]:
    """How many rows from the first are a border, as a share of all, and its grey level."""
    count, length = rows.shape
    if count < 16 or length < 16:
        return 0.0, 0.0
    inner = rows[:, length // 20 : length - length // 20]  # corners may be worn
    middle = float(np.median(inner[min(1, count - 1)]))
    strays = np.sqrt(((inner - middle) ** 2).mean(axis=1))
    plain = strays <= FLAT
    plain[0] = True  # the outermost row is often half the scanner's lid
    deepest = int(DEEPEST * count)
    end = int(np.argmin(plain)) if not plain.all() else count
    if end < 2 or end > deepest:
        return 0.0, 0.0
    after = inner[end : min(count, end + max(3, count // 40))]
    # a border on the other sides runs on across the row: leave out what does
    stepped = (np.abs(after - middle) >= STEP).any(axis=0)
    return (end / count if float(stepped.mean()) >= STRAIGHT else 0.0), middle
