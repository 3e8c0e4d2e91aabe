"""Whether there is anything to be seen in a picture."""

from __future__ import annotations

from haiga.core.nouns import Picture

SPAN = 12
"""So many levels may lie between the darkest and the lightest of one tone, in every channel."""
FEWEST_PX = 16
"""The shorter side of the smallest picture of which something can be said surely."""


def of_one_tone(picture: Picture) -> bool:
    """Whether a picture (H, W, 3) uint8 is of one tone, so that nothing is to be seen in it."""
    pixels = picture.reshape(-1, 3)
    spans = pixels.max(0).astype(int) - pixels.min(0)
    return bool(spans.max() <= SPAN)


def too_small(picture: Picture) -> bool:
    """Whether a picture is so small that what is said of it is a guess."""
    height, width = picture.shape[:2]
    return int(min(height, width)) < FEWEST_PX
