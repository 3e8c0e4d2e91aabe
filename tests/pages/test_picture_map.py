"""A map of pictures: every dot shows its picture without a script."""

from __future__ import annotations

from page_reading import read

from haiga.pages.page import Section, page
from haiga.pages.picture_map import SIDE, Spot, picture_map
from haiga.pages.pictures import Shown, row

HOSTILE = "<script>alert(\"1\")</script> & 'quotes' \x00 \ud800"


def test_a_map_with_hostile_titles_is_whole_and_holds_no_script() -> None:
    spots = [Spot(0.1, 0.2, b"jpeg", HOSTILE, HOSTILE, "kept"), Spot(0.9, 1.0, b"", "plain")]
    drawn = picture_map(spots, told=HOSTILE, about=HOSTILE)
    found = read(page("t", [Section("s", [drawn, row([Shown(b"x", HOSTILE, HOSTILE)])])]))
    assert not found.all("script")
    points = [g for g in found.all("g") if g.get("class") == "point"]
    assert [p["tabindex"] for p in points] == ["0", "0"]
    assert points[1]["aria-label"] == "plain"
    assert len(found.all("image")) == 1
    assert len([c for c in found.all("circle") if "dot" in str(c["class"])]) == 2
    (past,) = found.all("a")
    assert str(past["href"]) in {f"#{e.get('id')}" for e in found.all("figcaption")}


def test_what_a_dot_shows_lies_inside_the_map_wherever_the_dot_is() -> None:
    places = [(x / 4, y / 4) for x in range(5) for y in range(5)]
    found = read(picture_map([Spot(x, y, b"j", "n", "u") for x, y in places], told="t"))
    (svg,) = found.all("svg")
    height = float(str(svg["viewbox"]).split()[3])
    for box in found.all("rect"):
        left, top = float(str(box["x"])), float(str(box["y"]))
        assert 0 <= left <= SIDE - float(str(box["width"]))
        assert 0 <= top <= height - float(str(box["height"]))
