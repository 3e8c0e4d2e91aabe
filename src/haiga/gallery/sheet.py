"""The sheet: a painting and its poem on one page, as a haiga."""

from __future__ import annotations

import numpy as np

from haiga.core.nouns import Picture, Poem, check_picture
from haiga.core.seeds import derive_seed, generator
from haiga.gallery.ink import Rgb, poem_ink, seal_ink
from haiga.gallery.layouts import SEAL, Plan, Run, Task, plan_sheet
from haiga.gallery.noise import Field
from haiga.gallery.paper import make_paper
from haiga.gallery.pigment import ink_painting
from haiga.gallery.printing import as_picture, ink_wash, lay_text, press_seal, print_picture
from haiga.gallery.seal import read_mark, stone_shape
from haiga.gallery.settings import SheetSettings, read_sheet_settings, sheet_faults
from haiga.gallery.typefaces import LETTERING, Typeface
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
    edges = generator(seed, "sheet", "edge")
    print_picture(page, shown, layout.picture, settings.edge, edges)
    wash = ink_wash(width, height, generator(seed, "sheet", "ink"))
    ink = poem_ink(settings, picture)
    for run in layout.runs:
        _write(page, run, face, ink, wash)
    cut = generator(seed, "sheet", "seal")
    press_seal(page, mark, layout.seal, SEAL * width, seal_ink(settings, picture), cut)
    return as_picture(page)


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


def _write(page: Field, run: Run, face: Typeface, ink: Rgb, wash: Field) -> None:
    """Writes one line into the page."""
    if not run.turned:
        lay_text(page, wash, face, run.text, run.em, run.x, run.y, ink)
        return
    # a quarter turn clockwise: the page is turned the other way under the pen
    turned, turned_wash = np.rot90(page, axes=(1, 2)), np.rot90(wash)
    lay_text(turned, turned_wash, face, run.text, run.em, run.y, page.shape[2] - run.x, ink)
