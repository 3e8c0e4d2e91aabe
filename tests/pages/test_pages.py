"""Pages: whole, safe with hostile text, and free of scripts and of anything from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_reading import read

import haiga.pages
from haiga.pages import parts
from haiga.pages.markup import Html, element, markup
from haiga.pages.numbers import duration, number, share
from haiga.pages.page import Section, page
from haiga.pages.plots import Bar, Series, bar_chart, line_chart

HOSTILE = "<script>alert(\"1\")</script> & 'quotes' {style} \x00 \ud800"
STYLE = (Path(haiga.pages.__file__).parent / "style.css").read_text("utf-8")


def everything(text: str) -> str:
    """A page with one of each part, every one of them saying `text`."""
    figure = parts.Figure(text, text, text, text, red=True)
    line = Series(text, [(1, 10), (2, 20)], red=True)
    body = [
        parts.key_figures([figure]),
        parts.figures_table([figure], value=text, beside=text),
        parts.table([text, text], [[text, text]], numbers=1),
        parts.passport({text: text}),
        parts.poems([parts.poem([text, text], caption=text, spans=[parts.Span(0, 1, 5)])]),
        parts.runs([(parts.marked(text, [(0, 4)]), text)]),
        parts.bullets([text]),
        parts.warning(text),
        line_chart(text, [line], x=text, y=text, about=text),
        bar_chart(text, [Bar(text, 1.0, text)], about=text),
    ]
    return page(text, [Section(text, body, lead=text)], subtitle=text, footer=text)


def test_a_page_with_one_of_every_part_is_whole() -> None:
    found = read(everything("moon & frog"))
    assert [name for name, _ in found.elements][:3] == ["html", "head", "meta"]
    assert len(found.all("h1")) == 1
    assert "moon & frog" in found.text


def test_hostile_text_stays_text_everywhere() -> None:
    html = everything(HOSTILE)
    found = read(html)
    assert not found.all("script")
    assert found.text.count("alert") > 15
    assert "\x00" not in html
    html.encode("utf-8")


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_comes_back_from_the_page_as_it_was_put(text: str) -> None:
    back = read(f"<p>{markup(text)}</p>").text
    shown = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]", "\ufffd", text)
    assert back.replace("\r\n", "\n") == shown.replace("\r\n", "\n")


def test_a_page_holds_no_script_and_fetches_nothing() -> None:
    html = everything("moon").replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"https?://|url\(|@import|src=|<link|<script|\son\w+=", html)
    assert "default-src 'none'" in html


def test_html_is_taken_as_it_is_and_text_is_not() -> None:
    assert element("p", ["<b>", Html("<b>x</b>")]) == "<p>&lt;b&gt;<b>x</b></p>"
    assert element("a", "x", class_="k", aria_label='"', gone=None) == (
        '<a class="k" aria-label="&quot;">x</a>'
    )
    assert element("br") == "<br>"


@pytest.mark.parametrize("name", ["ink", "soft", "red"])
def test_every_ink_can_be_read_on_the_paper(name: str) -> None:
    def light(colour: str) -> float:
        found = re.search(rf"--{colour}: #(\w{{6}});", STYLE)
        assert found
        channels = [int(found[1][i : i + 2], 16) / 255 for i in (0, 2, 4)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    assert (light("paper") + 0.05) / (light(name) + 0.05) >= 4.5


@settings(deadline=None)
@given(
    st.text(alphabet="ab <&", max_size=20),
    st.lists(st.tuples(st.integers(-3, 25), st.integers(-3, 25)), max_size=4),
)
def test_marking_adds_no_letter_and_loses_none(text: str, spans: list[tuple[int, int]]) -> None:
    found = read(f"<p>{parts.marked(text, spans)}</p>")
    assert found.text == text
    wanted = {i for a, b in spans for i in range(max(a, 0), min(b, len(text)))}
    assert bool(found.all("mark")) == bool(wanted)


def test_overlapping_marks_make_one() -> None:
    assert parts.marked("abcdef", [(1, 3), (2, 5)]) == "a<mark>bcde</mark>f"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(98.345, "98.3"), (22009, "22,009"), (0.00123, "0.00123"), (1234.5, "1,234"), (0, "0"),
     (-2.5, "-2.50"), (None, "–"), (float("nan"), "–"), (float("inf"), "–")],
)  # fmt: skip
def test_numbers_are_short(value: float | None, shown: str) -> None:
    assert number(value) == shown


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [(0, "under 1 s"), (0.24, "14 s"), (1, "1.0 min"), (3.46, "3.5 min"), (47.8, "48 min"),
     (60, "1 h"), (125.2, "2 h 5 min")],
)  # fmt: skip
def test_a_time_is_told_as_people_say_it(minutes: float, shown: str) -> None:
    assert duration(minutes) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0 %"), (1, "100 %"), (0.004, "0.4 %"), (0.12345, "12.3 %"), (0.99996, "over 99.99 %"),
     (0.9996, "99.96 %"), (0.00001, "under 0.01 %"), (11.1811, "1,118 %"), (None, "–"),
     (float("nan"), "–")],
)  # fmt: skip
def test_a_share_is_whole_only_where_it_is_whole(value: float | None, shown: str) -> None:
    assert share(value) == shown


def test_the_name_of_a_line_stands_where_no_line_runs_through_it():
    short = Series("short", [(0, 0.5), (1, 1)])
    long = Series("long", [(0, 0.2), (2, 1)])
    html = line_chart("t", [short, long], x="x", y="y")
    places = {name: float(x) for x, name in re.findall(r'<text x="([\d.]+)"[^>]*>(\w+)<', html)}
    ends = [float(d.rsplit("L", 1)[1].split()[0]) for d in re.findall(r'<path d="(M[^"]+)"', html)]
    assert min(places["short"], places["long"]) > max(ends)
