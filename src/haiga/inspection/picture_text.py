"""The report on a maker of pictures as lines for the terminal."""

from __future__ import annotations

from collections.abc import Callable

from haiga.core.counted import counted
from haiga.inspection.metrics.bootstrap import Measure
from haiga.inspection.papers import paper_rows
from haiga.inspection.picture_report import PictureReport, copy_verdict, reasons_counted
from haiga.inspection.watch import Look
from haiga.pages.numbers import number, share

Row = tuple[str, str]


def picture_text(report: PictureReport) -> str:
    """The report's main figures, one a line, a name before each."""
    rows: list[Row] = [(report.kind, f"{report.model}: {report.title}")]
    rows += [(name, told) for name, told in report.pictures.items() if name != "pictures"]
    if report.saw.epochs:
        last = report.saw.epochs[-1]
        rows.append(("seen", f"{last.seen:,} of {last.pictures:,} pictures, {last.epoch:,} epochs"))
    if report.look:
        rows += _look(report.look, report.floor)
    if report.papers:
        rows += paper_rows(report.papers)
    if report.fit:
        among = f"one right text among {report.fit_among}; chance {share(1 / report.fit_among)}"
        rows.append(("R-precision", f"{_with(report.fit, share)}, {among}"))
    if report.why_no_fit:
        rows.append(("R-precision", f"none: {report.why_no_fit}"))
    rows.append(("copies", copy_verdict(report)))
    for one in report.suspects[:3]:
        rows.append(
            ("nearest", f"{one.made.caption} to {one.train.caption}, {number(one.distance)}")
        )
    if report.ended:
        rows.append(("training", report.ended))
    for reason, count, _ in reasons_counted(report.left_out):
        rows.append(("left out", f"{counted(count, 'file')}: {reason}"))
    rows += [("note", note) for note in report.notes]
    return "\n".join(f"{name:<15}  {value}" for name, value in rows)


def _look(look: Look, floor: Measure | None) -> list[Row]:
    beside = f"; real pictures {number(floor.value)}" if floor else ""
    rows = [("KID", f"{_with(look.kid)} from held-out pictures{beside}")]
    if look.fid:
        note = f" ({look.fid.note})" if look.fid.note else ""
        rows.append(("FID", f"{number(look.fid.value)}{note}"))
    rows += [
        (
            "precision",
            f"{_with(look.precision, share)}; recall {_with(look.recall, share)}",
        ),
        ("density", f"{_with(look.density)}; coverage {_with(look.coverage, share)}"),
        (
            "variety",
            f"{number(look.spread.vendi.value)} entirely different among "
            f"{look.spread.pictures:,}; real pictures {number(look.spread.vendi_real)}",
        ),
    ]
    return rows


def _with(measure: Measure, shown: Callable[[float], str] = number) -> str:
    if measure.low is None or measure.high is None:
        return shown(measure.value)
    return f"{shown(measure.value)} ({shown(measure.low)} to {shown(measure.high)})"
