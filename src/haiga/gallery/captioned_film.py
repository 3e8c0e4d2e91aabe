"""The frames of a film in which pictures and their captions follow one another on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from haiga.core.nouns import Picture
from haiga.core.seeds import derive_seed, generator
from haiga.gallery.captioned import LEAST_INK, SOFT, Captioned, set_text, write_lines
from haiga.gallery.ink import SUMI
from haiga.gallery.layouts import Box
from haiga.gallery.noise import Field
from haiga.gallery.paper import make_paper
from haiga.gallery.printing import as_picture, print_picture
from haiga.gallery.settings import PAPERS, hex_rgb
from haiga.gallery.typefaces import ITALIC

WIDTH, HEIGHT = 540, 720
SIDE = 440
EM, OPENING_EM = 32.0, 46.0
OPENING_MS, SEEN_MS, READ_MS, FADE_MS = 1900, 800, 1700, 70
FADES = 3
"""Frames between two that stand."""


@dataclass(frozen=True)
class Frames:
    """Frames of one size, and how long each stands, in milliseconds."""

    pictures: list[Picture]
    frame_ms: list[int]


def captioned_frames(
    cells: Sequence[Captioned], *, opening: str = "", red: frozenset[str] = frozenset(), seed: int
) -> Frames:
    """The opening words, then each picture, then its caption under it; one melts into the next.

    Words of `red` are vermilion. The same for a seed.
    """
    paper = make_paper(WIDTH, HEIGHT, hex_rgb(PAPERS["washi"]), derive_seed(seed, "film"))
    edges = generator(seed, "film", "edge")
    stands: list[tuple[Picture, int]] = []
    if opening:
        page = paper.copy()
        left = (WIDTH - SIDE) / 2
        lines = set_text(opening, ITALIC, OPENING_EM, SIDE, red, 9)
        top = HEIGHT * 0.44 - len(lines) * OPENING_EM * 0.5
        write_lines(page, None, lines, ITALIC, OPENING_EM, left, top)
        stands.append((as_picture(page), OPENING_MS))
    for cell in cells:
        page = paper.copy()
        box = _middle(cell.picture)
        print_picture(page, cell.picture, box, "soft", edges, least_ink=LEAST_INK)
        stands.append((as_picture(page.copy()), SEEN_MS))
        _caption(page, cell, red)
        stands.append((as_picture(page), READ_MS))
    return _melted(stands)


def _caption(page: Field, cell: Captioned, red: frozenset[str]) -> None:
    lines = set_text(cell.caption, ITALIC, EM, SIDE, red, ink=SUMI if cell.sure else SOFT)
    top = (WIDTH - SIDE) / 2 + SIDE + EM * 1.35
    write_lines(page, None, lines, ITALIC, EM, (WIDTH - SIDE) / 2, top)


def _middle(picture: Picture) -> Box:
    height, width = picture.shape[:2]
    scale = SIDE / max(height, width)
    w, h = max(width * scale, 2.0), max(height * scale, 2.0)
    return Box((WIDTH - w) / 2, (WIDTH - SIDE) / 2 + (SIDE - h) / 2, w, h)


def _melted(stands: Sequence[tuple[Picture, int]]) -> Frames:
    pictures: list[Picture] = []
    times: list[int] = []
    for i, (picture, stand_ms) in enumerate(stands):
        pictures.append(picture)
        times.append(stand_ms)
        then = stands[(i + 1) % len(stands)][0].astype(np.float32)
        for step in range(1, FADES + 1):
            share = step / (FADES + 1)
            mixed = picture + (then - picture) * np.float32(share)
            pictures.append(np.asarray(mixed + np.float32(0.5), np.uint8))
            times.append(FADE_MS)
    return Frames(pictures, times)
