"""The finished sheet: what can be seen on it."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from PIL import Image

from haiga.core.errors import BadPicture, UserError
from haiga.core.nouns import Picture, Poem
from haiga.gallery.ink import poem_ink
from haiga.gallery.layouts import SMALLEST_EM
from haiga.gallery.settings import PAPERS, Edge, Layout, SheetSettings, luminance, printed_contrast
from haiga.gallery.sheet import mount, plan
from haiga.media.pictures import read_picture, write_png

BASELINES = Path(__file__).parent / "baselines"
SMALL: dict[str, Any] = {"width_px": 540}


def share_of_light(area: Picture) -> float:
    return float(area.mean()) / 255


@pytest.mark.parametrize("layout", get_args(Layout))
def test_a_sheet_has_the_size_its_settings_say(layout: Any, painting: Picture, haiku: Poem) -> None:
    settings = SheetSettings(layout=layout)
    sheet = mount(painting, haiku, settings, seal="俳", seed=1)
    assert sheet.dtype == np.uint8
    assert sheet.shape == (*settings.size_px[::-1], 3)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_paper(
    painting: Picture, haiku: Poem
) -> None:
    settings = SheetSettings(**SMALL)
    one = mount(painting, haiku, settings, seal="俳", seed=7)
    other = mount(painting, haiku, settings, seal="俳", seed=8)
    again = mount(painting, haiku, settings, seal="俳", seed=7)
    assert one.tobytes() == again.tobytes()
    assert one.tobytes() != other.tobytes()


def test_another_process_gives_the_same_bytes(
    painting: Picture, haiku: Poem, tmp_path: Path
) -> None:
    write_png(tmp_path / "painting.png", painting)
    code = (
        "import hashlib, sys; from pathlib import Path\n"
        "from haiga.core.nouns import Poem; from haiga.gallery.sheet import SheetSettings, mount\n"
        "from haiga.media.pictures import read_picture\n"
        "picture = read_picture(Path(sys.argv[1])); poem = Poem(tuple(sys.argv[2:]))\n"
        "sheet = mount(picture, poem, SheetSettings(width_px=540), seal='AK', seed=3)\n"
        "print(hashlib.sha256(sheet.tobytes()).hexdigest())"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "painting.png"), *haiku.lines]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    here = mount(painting, haiku, SheetSettings(**SMALL), seal="AK", seed=3)
    assert done.stdout.strip() == hashlib.sha256(here.tobytes()).hexdigest()


def test_the_given_picture_is_left_as_it_was(painting: Picture, haiku: Poem) -> None:
    before = painting.copy()
    painting.flags.writeable = False
    mount(painting, haiku, SheetSettings(**SMALL), seal="俳", seed=1)
    assert (painting == before).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 700), (700, 1), (3, 2), (900, 31), (2000, 2000)])
@pytest.mark.parametrize("layout", get_args(Layout))
def test_a_picture_of_any_size_and_shape_is_mounted(
    shape: tuple[int, int], layout: Any, haiku: Poem
) -> None:
    picture = np.full((*shape, 3), (60, 90, 120), np.uint8)
    sheet = mount(picture, haiku, SheetSettings(layout=layout, **SMALL), seal="俳", seed=1)
    assert sheet.shape[1] == 540


def test_what_is_no_picture_is_refused(haiku: Poem) -> None:
    with pytest.raises(BadPicture):
        mount(np.zeros((4, 4)), haiku, SheetSettings(), seal="俳", seed=1)  # type: ignore[arg-type]


@pytest.mark.parametrize("edge", get_args(Edge))
def test_the_painting_lies_in_its_place_and_the_margins_stay_paper(
    edge: Any, painting: Picture, haiku: Poem
) -> None:
    settings = SheetSettings(edge=edge, **SMALL)
    sheet = mount(painting, haiku, settings, seal="俳", seed=2)
    box = plan(painting, haiku, settings, mark="俳").picture
    x, y, w, h = (round(v) for v in (box.x, box.y, box.w, box.h))
    middle = sheet[y + h // 4 : y + 3 * h // 4, x + w // 4 : x + 3 * w // 4]
    assert share_of_light(middle) < 0.62
    for margin in (sheet[: y - 2], sheet[:, : x - 2], sheet[:, x + w + 2 :][: y + h]):
        assert np.abs(margin.astype(int) - settings.paper_rgb).mean() < 4


@pytest.mark.parametrize("edge", ["soft", "brush", "deckle"])
def test_no_edge_is_cut_off_by_the_pictures_border(edge: Any, haiku: Poem) -> None:
    black = np.zeros((200, 200, 3), np.uint8)
    settings = SheetSettings(edge=edge, **SMALL)
    for seed in range(6):
        sheet = mount(black, haiku, settings, seal="俳", seed=seed)
        box = plan(black, haiku, settings, mark="俳").picture
        x, y, w, h = (round(v) for v in (box.x, box.y, box.w, box.h))
        rim = [sheet[y, x : x + w], sheet[y + h - 1, x : x + w],
               sheet[y : y + h, x], sheet[y : y + h, x + w - 1]]  # fmt: skip
        assert np.concatenate(rim).min() > 160
        centre = sheet[y + h // 5 : y + h - h // 5, x + w // 5 : x + w - w // 5]
        assert centre.max() < 40, "the edge has torn a hole"


def test_a_watercolours_white_ground_melts_into_the_paper(apple: Picture, haiku: Poem) -> None:
    settings = SheetSettings(**SMALL)
    picture = apple
    box = plan(picture, haiku, settings, mark="俳").picture
    x, y, w, h = (round(v) for v in (box.x, box.y, box.w, box.h))
    sheet = mount(picture, haiku, settings, seal="俳", seed=4)
    bare = mount(np.full_like(picture, 255), haiku, settings, seal="俳", seed=4)
    corner = np.s_[y : y + h // 5, x : x + w // 5]
    assert np.abs(sheet[corner].astype(int) - bare[corner]).max() <= 1
    red, green, _ = sheet[y + h // 2, x + w // 2]
    assert red > 120
    assert green < 70


def test_the_shadow_around_a_scanned_watercolour_leaves_no_frame(
    apple: Picture, haiku: Poem
) -> None:
    settings = SheetSettings(edge="deckle", **SMALL)
    box = plan(apple, haiku, settings, mark="俳").picture
    x, y, w, h = (round(v) for v in (box.x, box.y, box.w, box.h))
    shadowed = apple.copy()
    for rim in (shadowed[:3], shadowed[-3:], shadowed[:, :3], shadowed[:, -3:]):
        rim[:] = 20
    sheet = mount(shadowed, haiku, settings, seal="俳", seed=4)
    assert sheet[y : y + h, x : x + w // 6].min() > 195


@pytest.mark.parametrize("paper", [*PAPERS, "#dfe6ea"])
@pytest.mark.parametrize("ink", ["auto", "sumi"])
@pytest.mark.parametrize("colour", [(240, 220, 60), (20, 60, 160)])
def test_the_poem_can_be_read_on_every_paper(
    paper: str, ink: str, colour: tuple[int, int, int], haiku: Poem
) -> None:
    """Measured on the sheet: the strokes' core against the paper around it, WCAG at least 4.5."""
    picture = np.full((50, 50, 3), colour, np.uint8)
    settings = SheetSettings(paper=paper, ink=ink)
    sheet = mount(picture, haiku, settings, seal="俳", seed=5)
    for run in plan(picture, haiku, settings, mark="俳").runs:
        top, left = round(run.y - 0.6 * run.em), round(run.x)
        area = sheet[top : round(run.y), left : left + round(4 * run.em)].reshape(-1, 3)
        light = np.array([luminance(tuple(pixel)) for pixel in area.tolist()])
        stroke, around = np.percentile(light, 4), np.percentile(light, 50)
        assert (around + 0.05) / (stroke + 0.05) >= 4.5


def test_letters_are_tall_enough_for_a_phone(painting: Picture) -> None:
    """From the top of `l` to the foot of `g`: 34 pixels or more on a page 1080 wide."""
    poem = Poem(tuple(["By chance or nature's changing loveliness going"] * 14))
    bare = np.full((50, 50, 3), 255, np.uint8)
    settings = SheetSettings()
    sheet = mount(bare, poem, settings, seal="俳", seed=1)
    run = plan(bare, poem, settings, mark="俳").runs[3]
    rows = sheet[round(run.y - run.em) : round(run.y + 0.5 * run.em), 200:800].min(axis=(1, 2))
    inked = np.nonzero(rows < 120)[0]
    assert run.em >= SMALLEST_EM * 1080
    assert inked.max() - inked.min() + 1 >= 34


def test_a_haiku_is_set_larger_than_it_must_be(painting: Picture, haiku: Poem) -> None:
    assert min(run.em for run in plan(painting, haiku, SheetSettings()).runs) >= 50


def test_every_word_leaves_ink_on_the_sheet(painting: Picture) -> None:
    settings = SheetSettings(layout="vertical")
    poem = Poem(("in the moonlight the", "pale river carries away", "a single white leaf"))
    sheet = mount(painting, poem, settings, seal="俳", seed=1)
    runs = plan(painting, poem, settings, mark="俳").runs
    assert [run.text for run in runs] == " ".join(poem.lines).split()
    for run in runs:
        x, y = round(run.x), round(run.y)
        assert sheet[y - round(0.5 * run.em) : y, x : x + round(0.5 * run.em)].min() < 110


def test_the_lines_of_a_scroll_run_down_the_page(painting: Picture, haiku: Poem) -> None:
    settings = SheetSettings(layout="scroll")
    sheet = mount(painting, haiku, settings, seal="俳", seed=1)
    for run in plan(painting, haiku, settings, mark="俳").runs:
        x, y = round(run.x), round(run.y)
        line = sheet[y : y + round(4 * run.em), x : x + round(0.45 * run.em)]
        inked = (line.max(axis=(1, 2)) - line.min(axis=(1, 2)).astype(int)) > 90
        assert inked.mean() > 0.5


def test_an_ink_tinted_by_the_painting_is_dark_and_kin_to_it() -> None:
    for colour in ((250, 240, 40), (40, 250, 240), (30, 40, 200), (240, 30, 20)):
        for paper in PAPERS:
            settings = SheetSettings(paper=paper)
            ink = poem_ink(settings, np.full((9, 9, 3), colour, np.uint8))
            assert printed_contrast(ink, settings.paper_rgb) >= 7.9
            assert np.argmax(ink) == np.argmax(colour)


def test_ink_alone_leaves_no_colour_in_the_painting(painting: Picture, haiku: Poem) -> None:
    settings = SheetSettings(monochrome=1, paper="snow", **SMALL)
    sheet = mount(painting, haiku, settings, seal="俳", seed=1).astype(int)
    box = plan(painting, haiku, settings, mark="俳").picture
    x, y, w, h = (round(v) for v in (box.x, box.y, box.w, box.h))
    area = sheet[y : y + h, x : x + w]
    assert (area.max(axis=2) - area.min(axis=2)).max() <= 20


def test_an_empty_poem_and_a_glyph_that_lacks_are_refused(painting: Picture) -> None:
    with pytest.raises(UserError, match="poem is empty"):
        mount(painting, Poem(()), SheetSettings(), seal="俳", seed=1)
    with pytest.raises(UserError, match="🌊"):
        mount(painting, Poem(("wave 🌊",)), SheetSettings(), seal="俳", seed=1)


@pytest.mark.parametrize("layout", get_args(Layout))
def test_sheets_look_as_they_did(layout: Any, painting: Picture, haiku: Poem) -> None:
    """Against small stored pictures; HAIGA_RENEW_BASELINES=1 stores them anew."""
    sheet = mount(painting, haiku, SheetSettings(layout=layout), seal="AK", seed=11)
    small = Image.fromarray(sheet).resize((sheet.shape[1] // 6, sheet.shape[0] // 6),
                                          Image.Resampling.BOX)  # fmt: skip
    file = BASELINES / f"{layout}.png"
    if os.environ.get("HAIGA_RENEW_BASELINES"):
        small.save(file)
    stored = read_picture(file)
    now = np.asarray(small)
    assert now.shape == stored.shape
    away = np.abs(now.astype(int) - stored).max(axis=2)
    assert away.mean() < 1.5
    assert (away > 40).mean() < 0.002, "something stands elsewhere"
