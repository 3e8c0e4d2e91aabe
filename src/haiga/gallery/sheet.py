"""The sheet: a painting and its poem on one page, as a haiga."""

from __future__ import annotations

import numpy as np
from PIL import Image

from haiga.core.nouns import Picture, Poem, check_picture
from haiga.core.seeds import derive_seed, generator
from haiga.gallery.ink import Rgb, poem_ink, seal_ink
from haiga.gallery.layouts import SEAL, Box, Plan, Run, Task, plan_sheet
from haiga.gallery.noise import Field, smooth_noise
from haiga.gallery.paper import make_paper
from haiga.gallery.pigment import edge_cover, ground_of, ink_painting, light_through
from haiga.gallery.seal import press, read_mark, stone_shape
from haiga.gallery.settings import THINNEST_INK, SheetSettings, read_sheet_settings, sheet_faults
from haiga.gallery.typefaces import LETTERING, Typeface, draw_text
from haiga.gallery.typeset import set_lines

__all__ = ["SheetSettings", "mount", "plan", "read_sheet_settings", "sheet_faults"]


def mount(
    picture: Picture,
    poem: Poem,
    settings: SheetSettings | None = None,
    *,
    seal: str | None = None,
    seed: int,
) -> Picture:
    """The painting and the poem composed on one page; the same to the byte for a seed.

    `seal` is the artist's mark (1 to 4 characters; the settings' own where not
    given). Pictures of any size and shape are scaled to the layout, never cropped.
    `UserError` for an empty poem, a poem too long to read, or characters the
    typeface lacks.
    """
    settings = settings or SheetSettings()
    check_picture(picture)
    mark = read_mark(settings.seal if seal is None else seal)
    face = LETTERING[settings.lettering]
    layout = plan(picture, poem, settings, mark=mark)
    width, height = settings.size_px
    page = make_paper(width, height, settings.paper_rgb, derive_seed(seed, "sheet"))
    shown = ink_painting(picture, settings.monochrome) if settings.monochrome else picture
    _paint(page, shown, layout.picture, settings.edge, generator(seed, "sheet", "edge"))
    wash = _wash(width, height, generator(seed, "sheet", "ink"))
    ink = poem_ink(settings, picture)
    for run in layout.runs:
        _write(page, run, face, ink, wash)
    _stamp(page, mark, layout.seal, seal_ink(settings, picture), generator(seed, "sheet", "seal"))
    page *= 255
    page += np.float32(0.5)
    np.clip(page, 0, 255, out=page)
    return np.ascontiguousarray(np.moveaxis(page.astype(np.uint8), 0, 2))


def plan(picture: Picture, poem: Poem, settings: SheetSettings, *, mark: str | None = None) -> Plan:
    """Where the picture, each line and the seal will stand, in pixels of the page."""
    width, height = settings.size_px
    face = LETTERING[settings.lettering]
    seal_w, seal_h = stone_shape(mark or settings.seal, SEAL * width)
    task = Task(
        width=width,
        height=height,
        margin=settings.margin * width,
        aspect=picture.shape[1] / picture.shape[0],
        lines=tuple(set_lines(poem.lines, face)),
        face=face,
        seal_w=seal_w,
        seal_h=seal_h,
    )
    return plan_sheet(settings.layout, task)


def _paint(page: Field, picture: Picture, box: Box, edge: str, rng: np.random.Generator) -> None:
    """Prints the picture into the paper at its box, as pigment that the paper shines through."""
    width, height = max(round(box.w), 2), max(round(box.h), 2)
    x, y = round(box.x), round(box.y)
    enlarged = Image.fromarray(picture).resize((width, height), Image.Resampling.LANCZOS)
    ground = ground_of(picture) if edge != "plain" else None
    light = light_through(np.asarray(enlarged), ground)
    cover = edge_cover(edge, height, width, rng, melting=ground is not None)
    page[:, y : y + height, x : x + width] *= 1 - cover * (1 - light)


def _wash(width: int, height: int, rng: np.random.Generator) -> Field:
    """How thickly ink lies at each place of the page, in [THINNEST_INK, 1]."""
    noise = smooth_noise(rng, height, width, 26 * width / 1080)
    return np.asarray(np.clip(0.98 + np.float32(0.025) * noise, THINNEST_INK, 1.0), np.float32)


def _write(page: Field, run: Run, face: Typeface, ink: Rgb, wash: Field) -> None:
    """Writes one line into the page."""
    if not run.turned:
        _lay(page, wash, face, run.text, run.em, run.x, run.y, ink)
        return
    # a quarter turn clockwise: the page is turned the other way under the pen
    turned, turned_wash = np.rot90(page, axes=(1, 2)), np.rot90(wash)
    _lay(turned, turned_wash, face, run.text, run.em, run.y, page.shape[2] - run.x, ink)


def _lay(page: Field, wash: Field, face: Typeface, text: str, em: float, x: float, y: float,
         ink: Rgb) -> None:  # fmt: skip
    inked = draw_text(face, text, em, x % 1, y % 1)
    left, top = int(x // 1) + inked.x, int(y // 1) + inked.y
    _press(page, inked.cover, left, top, ink, wash)


def _stamp(page: Field, mark: str, box: Box, ink: Rgb, rng: np.random.Generator) -> None:
    """Presses the seal, its stone at the box."""
    cover = press(mark, SEAL * page.shape[2], rng)
    height, width = cover.shape
    left = round(box.x + (box.w - width) / 2)
    top = round(box.y + (box.h - height) / 2)
    _press(page, cover, left, top, ink, None)


def _press(page: Field, cover: Field, left: int, top: int, ink: Rgb, wash: Field | None) -> None:
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
