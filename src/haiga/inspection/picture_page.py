"""The report on a maker of pictures as a page and as JSON."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from haiga import __version__
from haiga.core.counted import counted
from haiga.core.nouns import Picture, check_picture
from haiga.inspection.metrics.bootstrap import Measure
from haiga.inspection.papers import paper_section
from haiga.inspection.picture_report import (
    Example,
    PictureReport,
    Suspect,
    copy_verdict,
    reasons_counted,
)
from haiga.inspection.watch import Look
from haiga.media.durable import make_folder, write_durably
from haiga.pages import parts
from haiga.pages.markup import Html
from haiga.pages.numbers import number, share
from haiga.pages.page import Section, page
from haiga.pages.parts import Figure
from haiga.pages.pictures import Shown, pairs, sheet
from haiga.pages.plots import Series, line_chart

JSON, HTML = "report.json", "report.html"

MOST_PX = 320
"""The longer side of a picture on the page, at most."""
MOST_LABELS = 40
MOST_NAMES = 6


def write_report(report: PictureReport, folder: Path) -> None:
    """Writes `report.json` and `report.html` into a folder, made if need be.

    Raises UserError where it cannot be written.
    """
    text = json.dumps(report.as_json(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    html = picture_page(report)
    make_folder(folder)
    write_durably(folder / JSON, text.encode("utf-8", "replace"))
    write_durably(folder / HTML, html.encode("utf-8"))


def picture_page(report: PictureReport) -> str:
    """The report as one HTML page, its pictures inside it."""
    sections = [
        _first(report),
        *_made(report),
        _copies(report),
        *_learning(report),
        *_measures(report),
        *([paper_section(report.papers)] if report.papers else []),
        *_saw(report),
        *_left_out(report),
        _passport(report),
    ]
    return page(
        report.title or report.model,
        sections,
        subtitle=f"What this {report.kind} saw, what it makes, and whether it copies",
        footer=f"Written by haiga {__version__}. Nothing on this page comes from elsewhere.",
    )


def _first(report: PictureReport) -> Section:
    look, figures = report.look, []
    if look:
        floor = f"real pictures: {number(report.floor.value)}" if report.floor else ""
        figures += [
            Figure("held-out KID", number(look.kid.value), beside=floor),
            Figure(
                "copies",
                f"{look.copies_found:,}",
                beside=f"of {counted(look.samples, 'picture')}",
                red=look.copied,
            ),
            Figure("as varied as real pictures", share(look.spread.ratio),
                   beside=f"of {counted(look.spread.pictures, 'picture')}"),
        ]  # fmt: skip
    if report.fit:
        figures.append(
            Figure("fit their text", share(report.fit.value),
                   beside=f"one of {report.fit_among}; chance: {share(1 / report.fit_among)}")
        )  # fmt: skip
    if report.saw.epochs:
        last = report.saw.epochs[-1]
        short = last.seen < last.pictures
        figures.append(
            Figure("pictures seen", f"{last.seen:,}", beside=f"of {last.pictures:,}", red=short)
        )
    body = [parts.key_figures(figures)] if figures else []
    said = copy_verdict(report)
    body.append(parts.warning(said) if not look or look.copied else parts.paragraph(said))
    body += [parts.warning(_sentence(one)) for one in (report.ended, report.why_no_fit) if one]
    return Section("At a glance", body)


def _made(report: PictureReport) -> list[Section]:
    if not report.samples:
        return []
    shown = [_shown(one, f"a picture it made, {one.caption}") for one in report.samples]
    return [
        Section(
            "What it makes",
            sheet(shown),
            lead="Not chosen: the pictures of these seeds, in their order.",
        )
    ]


def _copies(report: PictureReport) -> Section:
    title, look = "Does it copy?", report.look
    if look is None:
        return Section(title, parts.warning(copy_verdict(report)))
    found = look.copies
    figures = [
        Figure(
            "copies",
            share(look.copy_share.value),
            "Made pictures nearer to a training picture than the threshold."
            + _between(look.copy_share, share),
            share(found.false_alarms),
            red=look.copied,
        ),
        Figure(
            "threshold",
            number(found.threshold),
            "Not guessed: of real new pictures, which no model made, "
            f"{share(found.false_alarms)} come nearer than this, at most "
            f"{share(found.false_alarms_high)} with 95 % confidence.",
        ),
        Figure(
            "typical distance from the nearest training picture",
            number(look.copy_distance),
            "1 is usual for real new pictures, 0 the same picture.",
            "1",
        ),
        Figure(
            "nearer to training than a new picture is",
            share(look.nearer_than_new.value),
            "The chance that a made picture lies nearer to what it learned from than a real new "
            "one: half for a maker that remembers nothing, all for one that copies."
            + _between(look.nearer_than_new, share),
            "50 %",
        ),
    ]  # fmt: skip
    body: list[Html] = [parts.figures_table(figures, value="made", beside="new pictures")]
    if report.suspects:
        body += [Html("<h3>The nearest of all</h3>"), pairs(_pair(one) for one in report.suspects)]
        body.append(
            parts.paragraph(
                "Left what it made, right the training picture it is nearest to. Look for "
                "yourself: no number sees what you see."
            )
        )
    lead = (
        "Every made picture is compared with every training picture, and so are the held-out "
        "ones, which the model never saw: by layout, by what the eye sees early and late, mirrored "
        "too, and with parts of the training pictures."
    )
    return Section(title, body, lead=lead)


def _pair(one: Suspect) -> tuple[Shown, Shown, str]:
    what = "a copy" if one.copy else "not counted as a copy"
    return (
        _shown(one.made, f"made: {one.made.caption}", caption=one.made.caption, red=one.copy),
        _shown(one.train, f"learned from: {one.train.caption}", caption=one.train.caption),
        f"distance {number(one.distance)}: {what}",
    )


def _learning(report: PictureReport) -> list[Section]:
    rows = report.log
    if not rows:
        return []

    def points(name: str) -> list[tuple[float, float]]:
        pairs = ((row.get("step"), row.get(name)) for row in rows)
        return [(float(x), float(y)) for x, y in pairs if x is not None and y is not None]

    charts = [
        line_chart(
            "Distance from real pictures while it learned (KID)",
            [Series("from training", points("kid_train")),
             Series("from held-out", points("kid"), red=True)],
            x="step",
            y="KID",
            log_y=_spans(points("kid")),
            about="The state with the smallest distance from held-out pictures before copying "
            "began is the one that is kept. The distance from training pictures chooses nothing: a "
            "copy has the smallest of all.",
        ),
        line_chart(
            "Copies while it learned",
            [Series("copies", [(x, 100 * y) for x, y in points("copy_share")], red=True),
             Series("real new pictures", [(x, 100 * y) for x, y in points("false_alarms")])],
            x="step",
            y="%",
        ),
        line_chart(
            "Distance from the nearest picture",
            [Series("to training", points("near_train"), red=True),
             Series("to held-out", points("near_held")),
             Series("new to training", points("usual_near_train"))],
            x="step",
            y="distance in the eye's late features",
            about="Where made pictures come nearer to training pictures than real new ones do, it "
            "begins to remember. To held-out pictures they are farther by number alone: those are "
            "fewer.",
        ),
    ]  # fmt: skip
    facts = {"steps": f"{int(rows[-1]['step']):,}"} if "step" in rows[-1] else {}
    if report.kept_step is not None:
        facts["kept"] = f"the state of step {report.kept_step:,}"
    if report.ended:
        facts["ended"] = report.ended
    return [Section("How it learned", [*charts, parts.passport(facts)])]


def _spans(points: Sequence[tuple[float, float]]) -> bool:
    """Whether values differ so much, all above zero, that only a logarithm shows them."""
    values = [y for _, y in points if math.isfinite(y)]
    return bool(values) and min(values) > 0 and max(values) > 20 * min(values)


def _measures(report: PictureReport) -> list[Section]:
    look = report.look
    if look is None:
        return []
    figures = [
        Figure(
            "KID",
            number(look.kid.value),
            "Distance from held-out pictures, 0 for real ones (Bińkowski et al. 2018)."
            + _between(look.kid),
            number(report.floor.value) if report.floor else "",
        ),
        *_fid(look),
        Figure(
            "precision",
            share(look.precision.value),
            "Made pictures that lie among the real ones (Kynkäänniemi et al. 2019)."
            + _between(look.precision, share),
        ),
        Figure(
            "recall",
            share(look.recall.value),
            "Real pictures that lie among the made ones." + _between(look.recall, share),
        ),
        Figure(
            "density",
            number(look.density.value),
            "How crowded with real pictures the places are where it makes its own; 1 where both "
            "are alike (Naeem et al. 2020)." + _between(look.density),
        ),
        Figure(
            "coverage",
            share(look.coverage.value),
            "Real pictures with a made one near them." + _between(look.coverage, share),
        ),
        Figure(
            "different pictures (Vendi score)",
            number(look.spread.vendi.value),
            f"How many entirely different ones {counted(look.spread.pictures, 'made picture')} "
            "amount to (Friedman and Dieng 2023)." + _between(look.spread.vendi),
            number(look.spread.vendi_real),
        ),
    ]
    if report.fit:
        figures.append(
            Figure(
                "R-precision",
                share(report.fit.value),
                f"Pictures whose own text fits them best among {report.fit_among}, by a critic "
                "(Xu et al. 2018)." + _between(report.fit, share),
                share(1 / report.fit_among),
            )
        )
    lead = (
        "Against pictures that were held out, over what the eye sees. Compare these figures only "
        "with those of the same pictures, the same eye and as many made pictures."
    )
    body = parts.figures_table(figures, value="made", beside="real, or chance")
    return [Section("How near to real", body, lead=lead)]


def _fid(look: Look) -> list[Figure]:
    if look.fid is None:
        return []
    means = "The same by means and covariances (Heusel et al. 2017)." + _between(look.fid)
    return [Figure("FID", number(look.fid.value), means)]


def _saw(report: PictureReport) -> list[Section]:
    saw, body = report.saw, list[Html]()
    if saw.epochs:
        shown = saw.epochs if len(saw.epochs) <= 12 else (*saw.epochs[:4], *saw.epochs[-4:])
        rows = [
            [f"{one.epoch:,}", f"{one.seen:,} of {one.pictures:,}", number(one.least),
             number(one.most)]
            for one in shown
        ]  # fmt: skip
        heads = ["epoch", "pictures seen", "least often", "most often"]
        body.append(parts.table(heads, rows, numbers=3))
        if len(shown) < len(saw.epochs):
            body.append(parts.paragraph("The epochs between them are left out here."))
    if saw.labels:
        ranked = sorted(saw.labels.items(), key=lambda pair: (-pair[1], pair[0]))
        rows = [[name, f"{count:,}"] for name, count in ranked[:MOST_LABELS]]
        if len(ranked) > MOST_LABELS:
            rest = ranked[MOST_LABELS:]
            rows.append([f"and {len(rest):,} more", f"{sum(count for _, count in rest):,}"])
        body.append(parts.table([saw.label_column or "label", "pictures"], rows, numbers=1))
    if saw.lost:
        lost, words = saw.lost.lost, saw.lost.words
        said = f"Of {counted(words, 'word')} in the captions, {lost:,} are not in its vocabulary"
        examples = ", ".join(f"{word} ({count:,})" for word, count in saw.lost.examples)
        body.append(parts.paragraph(f"{said}: {examples}." if examples else f"{said}."))
    if saw.augmentations:
        body.append(parts.paragraph(f"Changed at random: {', '.join(saw.augmentations)}."))
    return [Section("What it saw", body)] if body else []


def _left_out(report: PictureReport) -> list[Section]:
    if not report.left_out:
        return []
    rows = []
    for reason, count, names in reasons_counted(report.left_out):
        more = f" and {len(names) - MOST_NAMES:,} more" if len(names) > MOST_NAMES else ""
        rows.append([reason, ", ".join(names[:MOST_NAMES]) + more, f"{count:,}"])
    return [
        Section(
            "What was left out",
            parts.table(["reason", "files", "how many"], rows, numbers=1),
            lead=f"{counted(len(report.left_out), 'file')} of the folder could not be used.",
        )
    ]


def _passport(report: PictureReport) -> Section:
    body: list[Html] = [parts.passport({report.kind: report.model, **report.about})]
    if report.pictures:
        body += [Html("<h3>The pictures</h3>"), parts.passport(report.pictures)]
    if report.notes:
        body.append(parts.bullets(_sentence(note) for note in report.notes))
    return Section("Passport", body)


def _between(measure: Measure, shown: Callable[[float], str] = number) -> str:
    """The interval and the note of a measure, as sentences after its meaning."""
    said = ""
    if measure.low is not None and measure.high is not None:
        said = f" 95 times of 100 between {shown(measure.low)} and {shown(measure.high)}."
    return f"{said} {_sentence(measure.note)}" if measure.note else said


def _shown(one: Example, told: str, *, caption: str = "", red: bool = False) -> Shown:
    return Shown(_encoded(one.picture), told.strip(" ,"), caption, red=red)


def _encoded(picture: Picture) -> bytes:
    image = Image.fromarray(np.ascontiguousarray(check_picture(picture)))
    image.thumbnail((MOST_PX, MOST_PX), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90, subsampling=0)
    return buffer.getvalue()


def _sentence(text: str) -> str:
    """The text as a sentence, with a capital and a full stop."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"
