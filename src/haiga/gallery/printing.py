"""How pictures, letters and seals get onto paper: pigment and ink that the paper shines through.

A page is (3, H, W) float32 in [0, 1], as `make_paper` gives it, and is printed in place.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from haiga.core.nouns import Picture
from haiga.gallery.ink import Rgb
from haiga.gallery.layouts import Box
from haiga.gallery.noise import Field, smooth_noise
from haiga.gallery.pigment import edge_cover, ground_of, light_through
from haiga.gallery.seal import press
from haiga.gallery.settings import THINNEST_INK
from haiga.gallery.typefaces import Typeface, draw_text


def print_picture(
    page: Field,
    picture: Picture,
    box: Box,
    edge: str,
    rng: np.random.Generator,
    *,
    least_ink: float = 0.0,
) -> None:
    """Prints the picture into the paper at its box, as pigment that the paper shines through.

    A picture on a light ground melts into the paper, unless less than `least_ink` of the light
    would be kept back in the mean: then its ground is printed too, so that it can be seen.
    """
    width, height = max(round(box.w), 2), max(round(box.h), 2)
    x, y = round(box.x), round(box.y)
    enlarged = Image.fromarray(picture).resize((width, height), Image.Resampling.LANCZOS)
    ground = ground_of(picture) if edge != "plain" else None
    light = light_through(np.asarray(enlarged), ground)
    if ground is not None and 1 - float(light.mean()) < least_ink:
        ground = None
        light = light_through(np.asarray(enlarged), None)
    cover = edge_cover(edge, height, width, rng, melting=ground is not None)
    page[:, y : y + height, x : x + width] *= 1 - cover * (1 - light)


def ink_wash(width: int, height: int, rng: np.random.Generator) -> Field:
    """How thickly ink lies at each place of the page, in [THINNEST_INK, 1]."""
    noise = smooth_noise(rng, height, width, 26 * width / 1080)
    return np.asarray(np.clip(0.98 + np.float32(0.025) * noise, THINNEST_INK, 1.0), np.float32)


def lay_text(
    page: Field, wash: Field | None, face: Typeface, text: str, em: float, x: float, y: float,
    ink: Rgb,
) -> None:  # fmt: skip
    """Writes one line from its start (x, y) on the baseline, in pixels."""
    inked = draw_text(face, text, em, x % 1, y % 1)
    left, top = int(x // 1) + inked.x, int(y // 1) + inked.y
    press_ink(page, inked.cover, left, top, ink, wash)


def press_seal(
    page: Field, mark: str, box: Box, size_px: float, ink: Rgb, rng: np.random.Generator
) -> None:
    """Presses the seal, its stone, about `size_px` wide, in the middle of the box's width."""
    cover = press(mark, size_px, rng)
    height, width = cover.shape
    left = round(box.x + (box.w - width) / 2)
    top = round(box.y + (box.h - height) / 2)
    press_ink(page, cover, left, top, ink, None)


def press_ink(page: Field, cover: Field, left: int, top: int, ink: Rgb, wash: Field | None) -> None:
    """Lays ink on the page where `cover` says, its corner at (left, top); clipped at the page."""
    height, width = cover.shape
    y0, x0 = max(top, 0), max(left, 0)
    y1, x1 = min(top + height, page.shape[1]), min(left + width, page.shape[2])
    if y0 >= y1 or x0 >= x1:
        return
    part = cover[y0 - top : y1 - top, x0 - left : x1 - left]
    if wash is not None:
        part = part * wash[y0:y1, x0:x1]
    area = page[:, y0:y1, x0:x1]
    area += part * (np.array(ink, np.float32)[:, None, None] / np.float32(255) - area)


def as_picture(page: Field) -> Picture:
    """The page as (H, W, 3) uint8; its values are lost."""
    page *= 255
    page += np.float32(0.5)
    np.clip(page, 0, 255, out=page)
    return np.ascontiguousarray(np.moveaxis(page.astype(np.uint8), 0, 2))
