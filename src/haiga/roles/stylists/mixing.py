"""Several styles as one, and several styles in one picture, each in its region."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from haiga.core.errors import UserError
from haiga.core.nouns import Picture, Style

SOFT = 0.008
"""How far the border of a region is softened, as a share of the picture's longer side."""

Floats = npt.NDArray[np.float32]


def mixed(styles: Sequence[Style], weights: Sequence[float]) -> Style:
    """One style between several: the weighted mean of their codes.

    `weights` are above 0 and need not sum to 1. A single style comes back as it is. The
    credit of a mix is that of all its artworks; mood and medium are the heaviest one's.
    Raises UserError for weights that do not serve, and codes of different stylists.
    """
    if not styles or len(styles) != len(weights):
        raise UserError(f"{len(styles)} styles and {len(weights)} weights cannot be paired")
    for style, weight in zip(styles, weights, strict=True):
        if not (np.isfinite(weight) and weight > 0):
            raise UserError(
                f"weight {weight:g} of '{style.title or style.id}': must be a number above 0; "
                "leave a style out that is to have no part"
            )
    if len(styles) == 1:
        return styles[0]
    if len({len(style.code) for style in styles}) > 1:
        raise UserError("styles that different stylists measured cannot be mixed")
    shares = np.asarray(weights, np.float64) / np.sum(weights)
    codes = np.array([style.code for style in styles], np.float64)
    code = tuple(round(float(v), 5) for v in shares @ codes)
    heaviest = styles[int(np.argmax(shares))]
    names = "|".join(f"{s.id}:{w:.6f}" for s, w in zip(styles, shares, strict=True))
    parts = [
        f"{round(100 * share)}% {style.title or style.id}"
        for style, share in zip(styles, shares, strict=True)
    ]
    return replace(
        heaviest,
        id=f"mix-{hashlib.sha256(names.encode()).hexdigest()[:12]}",
        title=" and ".join(parts),
        artist=_joined([style.artist for style in styles]),
        date="",
        credit=_joined([style.credit for style in styles]),
        licence=_joined([style.licence for style in styles]),
        valence=round(float(shares @ [s.valence for s in styles]), 3),
        arousal=round(float(shares @ [s.arousal for s in styles]), 3),
        palette=tuple(
            colour for row in zip(*(s.palette for s in styles), strict=False) for colour in row
        )[: len(heaviest.palette)],
        code=code,
    )


def _joined(values: Sequence[str]) -> str:
    return "; ".join(dict.fromkeys(value for value in values if value))


def region_of(mask: Picture, picture: Picture, where: str) -> Floats:
    """How much of each place of a picture is in a region, (H, W) in [0, 1], soft at its border.

    White in `mask` is inside, black outside, grey between. Raises UserError for a mask of
    another size, and for one that is black everywhere.
    """
    if mask.shape != picture.shape:
        (mask_h, mask_w), (h, w) = mask.shape[:2], picture.shape[:2]
        raise UserError(
            f"{where}: is {mask_w} by {mask_h} pixels and the picture {w} by {h}; a mask has the "
            "size of the picture"
        )
    grey = Image.fromarray(mask).convert("L")
    if grey.getextrema()[1] == 0:
        raise UserError(f"{where}: is black everywhere; a mask is white where the style is to be")
    radius = SOFT * max(picture.shape[:2])
    soft = grey.filter(ImageFilter.GaussianBlur(radius)) if radius >= 0.5 else grey
    return np.asarray(soft, np.float32) / np.float32(255)


def joined_regions(base: Picture, made: Sequence[Picture], regions: Sequence[Floats]) -> Picture:
    """The base with each of `made` in its region (H, W); where regions meet, they mix."""
    total = np.maximum(np.sum(regions, axis=0, dtype=np.float32), 1)  # (H, W)
    out = base.astype(np.float32)
    for each, region in zip(made, regions, strict=True):
        out += (region / total)[..., None] * (each.astype(np.float32) - base)
    return out.round().clip(0, 255).astype(np.uint8)
