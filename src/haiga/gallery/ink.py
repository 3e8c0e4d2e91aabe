"""The colours of the poem and the seal: dark enough to read, kin to the painting."""

from __future__ import annotations

import numpy as np
from PIL import Image

from haiga.core.nouns import Picture
from haiga.gallery.settings import SheetSettings, hex_rgb, printed_contrast

Rgb = tuple[float, float, float]

SUMI: Rgb = (38, 34, 32)
VERMILION: Rgb = (178, 50, 38)
READABLE = 8.0
"""The contrast that an ink tinted by the painting is darkened to; the law is 4.5."""


def poem_ink(settings: SheetSettings, painting: Picture) -> Rgb:
    """The ink of the poem, sRGB in [0, 255]."""
    if settings.ink == "sumi":
        return SUMI
    if settings.ink != "auto":
        return hex_rgb(settings.ink)
    hue = accent(painting)
    if hue is None:
        return SUMI
    return darkened(mixed(SUMI, hue, 0.34), settings.paper_rgb, READABLE)


def seal_ink(settings: SheetSettings, painting: Picture) -> Rgb:
    """The red of the seal; `auto` leans it a little towards the painting's own colour."""
    if settings.seal_ink == "vermilion":
        return VERMILION
    if settings.seal_ink != "auto":
        return hex_rgb(settings.seal_ink)
    hue = accent(painting)
    return VERMILION if hue is None else darkened(mixed(VERMILION, hue, 0.22), settings.paper_rgb)


def accent(painting: Picture) -> Rgb | None:
    """The colour a painting is remembered by: its pixels' mean weighted by saturation squared.

    None where there is next to no colour.
    """
    small = Image.fromarray(painting).resize((32, 32), Image.Resampling.BOX)
    pixels = np.asarray(small, np.float64).reshape(-1, 3)
    chroma = pixels.max(axis=1) - pixels.min(axis=1)
    if chroma.mean() < 10:
        return None
    weight = chroma**2 + 1e-9
    r, g, b = (pixels * weight[:, None]).sum(axis=0) / weight.sum()
    return float(r), float(g), float(b)


def mixed(one: Rgb, other: Rgb, share: float) -> Rgb:
    """Two colours mixed, `share` of the other."""
    r, g, b = (a + (c - a) * share for a, c in zip(one, other, strict=True))
    return r, g, b


def darkened(colour: Rgb, paper: Rgb, ratio: float = 4.5) -> Rgb:
    """The colour, darkened just enough for the contrast ratio with the paper (black at worst)."""
    share = 0.0
    while share < 1 and printed_contrast(mixed(colour, (0, 0, 0), share), paper) < ratio:
        share += 0.04
    return mixed(colour, (0, 0, 0), min(share, 1.0))
