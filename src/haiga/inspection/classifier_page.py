"""The report on a classifier as a page and as JSON."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from haiga import __version__
from haiga.core.counted import counted
from haiga.core.nouns import Picture
from haiga.inspection.classifier_report import ClassifierReport, Why
from haiga.inspection.metrics.bootstrap import Measure
from haiga.media.durable import make_folder, write_durably
from haiga.pages import parts
from haiga.pages.markup import Content, Html, element
from haiga.pages.numbers import chance, share
from haiga.pages.page import Section, page
from haiga.pages.parts import Figure
from haiga.pages.pictures import Shown, pairs
from haiga.pages.plots import Series, line_chart

JSON, HTML = "report.json", "report.html"
MOST_PX = 220
FEWEST = 20
"""Of fewer pictures the count that is right is told, and no share."""
MOST_CLASSES = 20
"""Classes of which the whole table of confusion is shown; of more only the commonest pairs."""


def write_report(report: ClassifierReport, folder: Path) -> None:
    """Writes `report.json` and `report.html` into a folder, made if need be.

    Raises UserError where it cannot be written.
    """
    text = json.dumps(report.as_json(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    html = classifier_page(report)
    make_folder(folder)
    write_durably(folder / JSON, text.encode("utf-8", "replace"))
    write_durably(folder / HTML, html.encode("utf-8"))


def classifier_page(report: ClassifierReport) -> str:
    """The report as one HTML page, its pictures inside it."""
    sections = [
        _first(report),
        _by_class(report),
        _confusion(report),
        _reliability(report),
        *_neither(report),
        *_shown(
            report.alarms,
            "Taken for one of its classes",
            "Pictures of other things that it put into a class, the surest first. In colour is "
            "what speaks for that class; the rest is pale.",
        ),
        *_shown(
            report.mistakes,
            "Mistakes",
            "Pictures of its classes that it put into a wrong one, the surest first.",
        ),
        _left_out(report),
        Section("What it is", parts.passport(report.about)),
    ]
    return page(
        report.title or report.model,
        sections,
        subtitle="What this classifier gets right, on pictures that it was never trained on",
        footer=f"Written by haiga {__version__}. Nothing on this page comes from elsewhere.",
    )


def interval(measure: Measure) -> str:
    """`71 % to 84 %`; "" without an interval."""
    if measure.low is None or measure.high is None:
        return ""
    return f"{share(measure.low)} to {share(measure.high)}"


def trained_words(report: ClassifierReport) -> str:
    """What is said of pictures that were given and that it was trained on; "" of none."""
    if not report.trained:
        return ""
    were = "is one" if report.trained == 1 else "are ones"
    return (
        f"{counted(report.trained, 'picture')} of those given {were} that it was trained on, or "
        "near duplicates of such, and counted nowhere: a figure on them would say nothing."
    )


def _first(report: ClassifierReport) -> Section:
    figures = [
        _right(report),
        Figure("called none of them, wrongly", share(report.rejected.value),
               beside=interval(report.rejected)),
    ]  # fmt: skip
    if report.unseen:
        figures.append(
            Figure("other things caught", share(report.caught.value),
                   beside=f"of {counted(len(report.unseen), 'picture')}",
                   red=report.caught.value < 0.5)
        )  # fmt: skip
    figures.append(
        Figure(
            "its probabilities are off by", share(report.calibration_error), beside="in the mean"
        )
    )
    told = (
        f"Measured on {counted(len(report.known), 'picture')} that it was never trained on. "
        "The likeliest class counts; under each share is the interval that holds the true one 95 "
        "times of 100."
    )
    body: list[Html] = [parts.key_figures(figures), parts.paragraph(told)]
    if trained_words(report):
        body.append(parts.warning(trained_words(report)))
    body += [parts.warning(note) for note in report.notes]
    return Section("At a glance", body)


def too_few(report: ClassifierReport) -> str:
    """`all 4 of 4` where so few pictures were asked about that a share says too much; else ""."""
    count = len(report.known)
    if count >= FEWEST:
        return ""
    right = sum(one.right for one in report.known)
    return f"{'all ' if right == count else ''}{right} of {count}"


def _right(report: ClassifierReport) -> Figure:
    if too_few(report):
        return Figure("right", too_few(report), beside="too few to say more")
    return Figure("right", share(report.accuracy.value), beside=interval(report.accuracy))


def _by_class(report: ClassifierReport) -> Section:
    rows = [
        [name, f"{count:,}", share(measure.value), interval(measure)]
        for name, (measure, count) in report.by_class.items()
    ]
    missing = [name for name in report.classes if name not in report.by_class]
    body: list[Html] = [parts.table(["class", "pictures", "right", "95 times of 100"], rows,
                                    numbers=3)]  # fmt: skip
    if missing:
        body.append(parts.paragraph(f"Of {', '.join(missing)} there was no picture to ask about."))
    return Section("Class by class", body)


def _confusion(report: ClassifierReport) -> Section:
    table = report.confusion
    if len(report.classes) <= MOST_CLASSES:
        heads = ["is ↓, called →", *report.classes, "none"]
        rows: list[list[Content]] = [
            [name, *(_cell(n, i == j) for j, n in enumerate(row))]
            for i, (name, row) in enumerate(zip(report.classes, table, strict=True))
        ]
        return Section("What is taken for what", parts.table(heads, rows, numbers=len(heads) - 1))
    wrong = [
        (row[j], report.classes[i], report.classes[j])
        for i, row in enumerate(table)
        for j in range(len(report.classes))
        if i != j and row[j]
    ]
    rows = [[is_, called, f"{n:,}"] for n, is_, called in sorted(wrong, reverse=True)[:30]]
    return Section("What is taken for what", parts.table(["is", "called", "pictures"], rows,
                                                         numbers=1))  # fmt: skip


def _cell(count: int, right: bool) -> Content:
    if not count:
        return "·"
    return element("strong", f"{count:,}") if right else f"{count:,}"


def _reliability(report: ClassifierReport) -> Section:
    points = [(one.confidence, one.right.value) for one in report.bins]
    ends = [(0.0, 0.0), (1.0, 1.0)]
    chart = line_chart(
        "How sure it is, and how often it is right",
        [Series("measured", points, red=True), Series("as it should be", ends)],
        x="probability of the likeliest class",
        y="share right",
        about="Its probabilities were brought to this by one temperature, set on other held-out "
        "pictures; points above the line are right more often than they say.",
    )
    rows = [
        [f"{one.count:,}", share(one.confidence), share(one.right.value), interval(one.right)]
        for one in report.bins
    ]
    table = parts.table(["pictures", "it says", "right", "95 times of 100"], rows, numbers=4)
    return Section("Do its probabilities keep their word?", [chart, table])


def _neither(report: ClassifierReport) -> list[Section]:
    body: list[Html] = []
    series = []
    if report.neither:
        points = [(p.seen.value, p.unseen.value) for p in report.neither]
        series.append(Series("other things", points, red=True))
    if report.classes_left_out:
        series.append(Series("a class left out", list(report.classes_left_out)))
    if not series:
        said = (
            "No pictures of other things were given, so it is not known how many it would take "
            "for one of its classes; --probe FOLDER asks about some."
        )
        return [Section("Neither", parts.warning(said))]
    body.append(
        line_chart(
            "Caught as none of its classes, by what that costs",
            series,
            x="share of its own classes rejected",
            y="share caught",
            about="Other things are the pictures that were given by --probe. A class left out: "
            "in training each class was left out in turn, and its pictures were asked about; "
            "those are the hardest, since they are of the same kind as the rest.",
        )
    )
    if report.neither:
        rows = [
            [f"{p.reject:g}", share(p.seen.value), share(p.unseen.value), interval(p.unseen)]
            for p in report.neither
        ]
        heads = ["limit", "of its classes rejected", "of other things caught", "95 times of 100"]
        body.append(parts.table(heads, rows, numbers=4))
    lead = f"A picture less known than {report.reject:g} is called none of the classes."
    return [Section("Neither", body, lead)]


def _shown(found: Sequence[Why], title: str, lead: str) -> list[Section]:
    if not found:
        return []
    items = []
    for why in found:
        asked = why.asked
        called = f"called {asked.likeliest}, {chance(asked.probability)}"
        is_ = f"{asked.key}: {asked.wanted}" if asked.wanted else asked.key
        items.append(
            (
                Shown(_jpeg(why.picture), is_, is_),
                Shown(_jpeg(why.evidence), f"what speaks for {asked.likeliest}", called, red=True),
                why.words,
            )
        )
    return [Section(title, pairs(items), lead)]


def _left_out(report: ClassifierReport) -> Section:
    if not report.left_out:
        return Section("What was left out", parts.paragraph("Nothing: every picture was asked "
                                                            "about."))  # fmt: skip
    said = [f"{key} {reason}" for key, reason in report.left_out[:20]]
    if len(report.left_out) > 20:
        said.append(f"and {counted(len(report.left_out) - 20, 'other')}")
    return Section("What was left out", parts.bullets(said))


def _jpeg(picture: Picture) -> bytes:
    image = Image.fromarray(np.ascontiguousarray(picture))
    image.thumbnail((MOST_PX, MOST_PX), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=82)
    return buffer.getvalue()
