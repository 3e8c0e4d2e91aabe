"""`graphic.v1`: what is drawn by a machine: vector shapes, clip-art, screenshots, pages of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from haiga.core.collecting import Seen
from haiga.core.nouns import Picture, Verdict
from haiga.roles.curators.scoring import Floats, check_setting, luma, of_each, verdict

SAME = 2.0
"""Levels; neighbours that differ by less are of one tone: saving as JPEG leaves no less."""
HARD = 48.0
"""Levels; a step of more is a hard edge."""


class GraphicCurator:
    """Proposes to drop what looks neither photographed nor painted.

    Flat tones meet in hard edges, with few soft steps between: the share of flat pixels,
    times the share of hard edges among all steps. More than `most` (0 to 1) is a graphic.
    Woodblock prints and line drawings on smooth paper come near it; a photograph laid into
    a screenshot hides it.
    """

    alone = True

    def __init__(self, *, most: float = 0.32) -> None:
        check_setting("graphic.v1", "most", most, 0, 1)
        self._most = most

    @property
    def models(self) -> Mapping[str, str]:
        """None."""
        return {}

    def judge(self, seen: Sequence[Seen]) -> list[Verdict]:
        """By the flat tones and hard edges of each picture."""
        return of_each(seen, self._judge)

    def _judge(self, picture: Picture) -> Verdict:
        flat, hard = flat_and_hard(luma(picture))
        told = f"{flat:.0%} of it is flat, and {hard:.0%} of its steps are hard edges"
        return verdict(
            "graphic.v1", flat * hard, self._most, low_is_bad=False,
            bad=f"is a graphic, no photograph or painting: {told}",
            good=f"is no graphic: {told}",
        )  # fmt: skip


def flat_and_hard(grey: Floats) -> tuple[float, float]:
    """The share of pixels that are as their neighbours, and of steps that are hard edges."""
    if min(grey.shape) < 3:
        return 0.0, 0.0
    across, down = np.abs(np.diff(grey, axis=1)), np.abs(np.diff(grey, axis=0))
    most = np.zeros_like(grey)  # the largest step to any of four neighbours
    for values, first, second in (
        (across, most[:, :-1], most[:, 1:]),
        (down, most[:-1], most[1:]),
    ):
        np.maximum(first, values, out=first)
        np.maximum(second, values, out=second)
    flat = most < SAME
    hard = most >= HARD
    # rings that JPEG leaves about an edge are no soft steps: look only away from edges
    near = hard.copy()
    for _ in range(4):
        near[1:] |= near[:-1].copy()
        near[:-1] |= near[1:].copy()
        near[:, 1:] |= near[:, :-1].copy()
        near[:, :-1] |= near[:, 1:].copy()
    soft = ~flat & ~near
    steps = int(hard.sum()) + int(soft.sum())
    away = max(1, int((~near).sum()))
    return float((flat & ~near).sum() / away), float(hard.sum() / steps) if steps else 0.0
