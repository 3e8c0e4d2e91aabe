"""The picture of a graph: the same as SVG and as pixels, with letters of its own."""

from __future__ import annotations

import base64
import io
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from haiga.gallery.font_subset import subset
from haiga.gallery.fontfile import read_letters
from haiga.gallery.graph import RED, Card, Link, draw_graph
from haiga.gallery.line_art import Drawing, Rect, Text, picture_of, svg_of
from haiga.gallery.typefaces import ITALIC, ROMAN

CARDS = (
    Card("photo", "photo", "“snow”", plain=True),
    Card("poem", "poem", "lstm.v1"),
    Card("painting", "painting", "flow.v1", ("Python 3.12, numpy==2.2.*", "0.5 gpu"), count=4),
    Card("game.a", "a", "x", group="game"),
    Card("game.b", "b", "y", group="game"),
    Card("sheet", "sheet", "page.v1", red=True),
)
LINKS = (
    Link("photo", "painting"),
    Link("poem", "painting"),
    Link("painting", "game.a"),
    Link("game.a", "game.b"),
    Link("game.b", "game.a", back=True),
    Link("game.b", "sheet"),
)


def drawn() -> Drawing:
    return draw_graph("A graph", "What it is about.", CARDS, LINKS, {"game": "game: 3 rounds"})


def test_the_svg_is_whole_says_what_it_shows_and_needs_no_font_but_its_own() -> None:
    text = svg_of(drawn())
    root = ET.fromstring(text)
    space = "{http://www.w3.org/2000/svg}"
    shown = [e.text for e in root.iter(f"{space}text")]
    for words in ("A graph", "painting", "×4", "lstm.v1", "0.5 gpu", "game: 3 rounds", "“snow”"):
        assert words in shown
    assert "photo goes into painting" in (root.findtext(f"{space}desc") or "")
    assert text.count(RED) >= 3  # the frame of the result, its name, and what leads to it
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert len(text) < 60_000
    assert svg_of(drawn()) == text


def test_pixels_lie_where_the_svg_says() -> None:
    drawing = Drawing(40, 30, "#ffffff", (Rect(10, 5, 20, 10, 0, "#000000"),), "t", "")
    picture = picture_of(drawing, 1.0)
    assert picture.shape == (30, 40, 3)
    dark = (picture[..., 0] < 128).nonzero()
    assert (dark[0].min(), dark[0].max()) == (5, 15 - 1) or (dark[0].min(), dark[0].max()) == (
        5,
        15,
    )
    assert dark[1].min() == 10
    assert picture[0, 0].tolist() == [255, 255, 255]


def test_the_picture_has_the_drawings_size_twice_and_all_its_letters() -> None:
    drawing = drawn()
    picture = picture_of(drawing)
    assert picture.shape == (2 * drawing.height, 2 * drawing.width, 3)
    for mark in drawing.marks:
        if isinstance(mark, Text):
            width = round(2 * mark.face.width(mark.text, mark.size_px))
            top, left = round(2 * (mark.y - mark.size_px)), round(2 * mark.x)
            part = picture[top : top + round(2 * mark.size_px), left : left + width].astype(int)
            assert np.ptp(part.sum(2)) > 100, mark.text


def test_letters_that_no_typeface_has_are_no_fault() -> None:
    drawing = draw_graph("俳画", "絵", [Card("a", "a", "工具.py:絵")], [], {})
    assert "俳画" in svg_of(drawing)
    assert picture_of(drawing).std() > 1


def cover(font: ImageFont.FreeTypeFont, words: str) -> Image.Image:
    image = Image.new("L", (2600, 420))
    ImageDraw.Draw(image).text((20, 20), words, 255, font)
    return image


@pytest.mark.parametrize("face", [ROMAN, ITALIC])
def test_a_subset_draws_its_letters_as_the_whole_font_does(face: object) -> None:
    assert face in (ROMAN, ITALIC)
    path = face.path  # type: ignore[attr-defined]
    words = "fläming 4,000 ×"
    data = subset(path, words)
    assert len(data) < 25_000
    basic = ImageFont.Layout.BASIC
    whole = ImageFont.truetype(str(path), 300, layout_engine=basic)
    part = ImageFont.truetype(io.BytesIO(data), 300, layout_engine=basic)
    # FreeType's hints look at letters that the subset lacks: a pixel at an edge may differ
    drawn_whole, drawn_part = (np.array(cover(font, words)) for font in (whole, part))
    assert np.abs(drawn_whole.astype(int) - drawn_part).mean() < 1
    assert drawn_whole.mean() > 10
    assert not any(bytes(part.getmask("Q")))  # which is not in it


def test_the_kerning_of_a_subset_is_the_whole_fonts(tmp_path: object) -> None:
    (tmp_path / "part.ttf").write_bytes(subset(ROMAN.path, "AVo"))  # type: ignore[operator]
    part = read_letters(tmp_path / "part.ttf")  # type: ignore[operator]
    whole = read_letters(ROMAN.path)
    assert part.places("AVA o") == whole.places("AVA o")
    assert 0 < len(part.kerning) < len(whole.kerning)


def test_the_fonts_inside_an_svg_are_whole() -> None:
    fonts = re.findall(r"base64,([A-Za-z0-9+/=]+)", svg_of(drawn()))
    assert len(fonts) == 2
    for font in fonts:
        ImageFont.truetype(io.BytesIO(base64.b64decode(font)), 20).getbbox("poem")
