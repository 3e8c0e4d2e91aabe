"""The report on a captioner as a page and as JSON."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from haiga import __version__
from haiga.core.counted import counted
from haiga.core.nouns import Picture
from haiga.inspection.captioner_report import CAPTIONER, NEAREST, SHOWN, CaptionerReport, Example
from haiga.inspection.captioner_text import REFERENCES, warnings
from haiga.inspection.captioning import CaptionFigures
from haiga.inspection.metrics.bootstrap import Measure
from haiga.media.durable import make_folder, write_durably
from haiga.pages import parts
from haiga.pages.markup import Content, Html, element
from haiga.pages.numbers import share
from haiga.pages.page import Section, page
from haiga.pages.parts import Figure, Row
from haiga.pages.pictures import Shown, captions
from haiga.pages.plots import Series, line_chart

JSON, HTML = "report.json", "report.html"
MOST_PX = 260
_BLEU = "The share of its {} that people say, too, over all pictures (Papineni et al. 2002)."


def write_report(report: CaptionerReport, folder: Path) -> None:
    """Writes `report.json` and `report.html` into a folder, made if need be.

    Raises UserError where it cannot be written.
    """
    text = json.dumps(report.as_json(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    html = captioner_page(report)
    make_folder(folder)
    write_durably(folder / JSON, text.encode("utf-8", "replace"))
    write_durably(folder / HTML, html.encode("utf-8"))


def captioner_page(report: CaptionerReport) -> str:
    """The report as one HTML page, its pictures inside it."""
    sections = [
        _first(report),
        *_strip(
            report.typical,
            "What it says",
            "Not its best, nor its worst: captions from the middle by CIDEr-D, as many of each "
            "family, no caption twice.",
        ),
        _figures(report),
        *_families(report),
        _sure(report),
        _commonest(report),
        *_strip(report.best, "Nearest to what people said", "The best by CIDEr-D."),
        *_strip(
            report.worst,
            "Furthest from it",
            "The worst by CIDEr-D, of equal ones the surest first. Some are wrong, some only name "
            "another thing that is there, too.",
        ),
        Section("What it is", _passport(report)),
    ]
    return page(
        report.title or report.model,
        sections,
        subtitle="What this captioner says of pictures that it never saw",
        footer=f"Written by haiga {__version__}. Nothing on this page comes from elsewhere.",
    )


def _first(report: CaptionerReport) -> Section:
    ours = report.figures[CAPTIONER]
    near = report.figures.get(NEAREST)
    true = report.true_where_sure.value
    figures = [
        Figure("CIDEr-D", f"{ours.cider.value:.2f}",
               beside=f"the nearest picture's: {near.cider.value:.2f}" if near else "",
               red=report.one_for_all is None),
        Figure("of what is there, named", share(ours.recall.value),
               beside=f"the nearest picture's: {share(near.recall.value)}" if near else ""),
        Figure("different captions", share(ours.distinct),
               beside=f"of {counted(len(report.said), 'picture')}",
               red=report.one_for_all is not None),
        Figure("it is sure of", share(report.sure.value),
               beside="" if true != true else f"of which {share(true)} are true"),
    ]  # fmt: skip
    told = f"Measured on {counted(len(report.said), 'picture')}, {REFERENCES.strip('()')}."
    body: list[Html] = [parts.key_figures(figures), parts.paragraph(told)]
    body += [parts.warning(one) for one in warnings(report)]
    return Section("At a glance", body)


def _figures(report: CaptionerReport) -> Section:
    ways = list(report.figures.values())
    rows = [
        Row("CIDEr-D", "Words and phrases that people say of this picture and of few others, 0 to "
            "10 (Vedantam et al. 2015).", [_cell(one.cider) for one in ways]),
        Row("METEOR", "Words in common and in like order, without stems and synonyms (Banerjee "
            "and Lavie 2005).", [_cell(one.meteor) for one in ways]),
        Row("BLEU-1", _BLEU.format("words"),
            [_cell(one.bleu[0]) for one in ways]),
        Row("BLEU-4", _BLEU.format("phrases of up to four words"),
            [_cell(one.bleu[3]) for one in ways]),
        Row("of what is there, named", "Of the things that tags or captions say are in it.",
            [_cell(one.recall, percent=True) for one in ways]),
        Row("different captions", "How many there are for a hundred pictures.",
            [(share(one.distinct), "") for one in ways]),
    ]  # fmt: skip
    lead = (
        "Beside two ways that need no captioner: saying what was said of the nearest picture, by "
        "the eye, and saying the commonest caption of all pictures. Under a figure is the interval "
        "that holds it 95 times of 100."
    )
    return Section("Beside what people said", parts.rows_table(list(report.figures), rows), lead)


def _families(report: CaptionerReport) -> list[Section]:
    if len(report.families) < 2:
        return []
    body: list[Html] = []
    for name, percent in (("CIDEr-D", False), ("of what is there, named", True)):
        rows = [
            Row(
                family,
                counted(ways[CAPTIONER].pictures, "picture"),
                [_of_family(one, percent) for one in ways.values()],
            )
            for family, ways in report.families.items()
        ]
        body += [element("h3", name), parts.rows_table(list(report.figures), rows)]
    return [Section("Family by family", body)]


def _of_family(figures: CaptionFigures, recall: bool) -> tuple[str, str]:
    value, under = _cell(figures.recall if recall else figures.cider, percent=recall)
    return value, under if figures.pictures >= SHOWN else ""  # of a few no interval holds


def _strip(examples: Sequence[Example], title: str, lead: str) -> list[Section]:
    if not examples:
        return []
    shown = [
        (
            Shown(_jpeg(one.picture), f"{one.said.key}: {one.said.text}"),
            one.said.text,
            [
                element("span", f"people: {one.said.references[0]}"),
                element("span", f"CIDEr-D {one.said.cider:.2f}, {_how_sure(one)}"),
            ],
        )
        for one in examples
    ]
    return [Section(title, captions(shown), lead)]


def _how_sure(one: Example) -> str:
    return "sure" if one.said.sure else "unsure"


def _commonest(report: CaptionerReport) -> Section:
    rows: list[list[Content]] = [
        [text, f"{count:,}", f"{told:,}" if told else "·"] for text, count, told in report.commonest
    ]
    table = parts.table(["caption", "it says so of", "people, of"], rows, numbers=2)
    lead = (
        "One caption for all is how a captioner fails first. Beside how often it says each stands "
        "of how many of these pictures people say the very same."
    )
    return Section("What it says most often", table, lead)


def _sure(report: CaptionerReport) -> Section:
    title = "Is it right where it is sure?"
    curve = report.curve()
    if not curve:
        return Section(title, parts.paragraph("The captions are too few, or all of one score, so "
                                              "it cannot be told."))  # fmt: skip
    families = list(report.families) if len(report.families) > 1 else []
    series = [Series("all" if families else "true", _percent(curve), red=True)]
    series += [Series(family, _percent(report.curve(family))) for family in families]
    sure = 100 * report.sure.value
    if 0 < sure < 100:
        series.append(Series("where it is sure", [(sure, 0.0), (sure, 100.0)], faint=True))
    chart = line_chart(
        "The fewer it says, the surest first, the more is true",
        series,
        x="% of its captions, the surest first",
        y="% of them true",
        about="A caption is true where every word that says what is there stands in what people "
        "or tags say of the picture; colours and light are left aside."
        + (" Left of the pale line it calls itself sure." if 0 < sure < 100 else ""),
    )
    rows: list[list[Content]] = [
        [f"{one.count:,}", f"{one.high:.2f} to {one.low:.2f}".replace("-", "−"),
         share(one.true.value), _between(one.true, percent=True), f"{one.cider:.2f}"]
        for one in report.groups
    ]  # fmt: skip
    heads = ["captions", "score", "true", "95 times of 100", "CIDEr-D"]
    return Section(title, [chart, parts.table(heads, rows, numbers=5)] if rows else chart)


def _percent(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(100 * x, 100 * y) for x, y in points]


def _passport(report: CaptionerReport) -> list[Html]:
    body = [parts.passport({"captioner": report.model, **report.about})]
    if report.notes:
        body.append(parts.bullets(f"{one[:1].upper()}{one[1:]}." for one in report.notes))
    return body


def _cell(measure: Measure, *, percent: bool = False) -> tuple[str, str]:
    return _value(measure.value, percent), _between(measure, percent=percent)


def _between(measure: Measure, *, percent: bool = False) -> str:
    if measure.low is None or measure.high is None:
        return ""
    return f"{_value(measure.low, percent)} to {_value(measure.high, percent)}"


def _value(value: float, percent: bool) -> str:
    if percent or not math.isfinite(value):
        return share(value)
    return f"{value:.2f}"


def _jpeg(picture: Picture) -> bytes:
    image = Image.fromarray(np.ascontiguousarray(picture))
    image.thumbnail((MOST_PX, MOST_PX), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=82)
    return buffer.getvalue()
