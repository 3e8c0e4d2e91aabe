"""The report on a classifier as lines for the terminal."""

from __future__ import annotations

from haiga.core.counted import counted
from haiga.inspection.classifier_page import interval, too_few, trained_words
from haiga.inspection.classifier_report import ClassifierReport, Why
from haiga.inspection.metrics.bootstrap import Measure
from haiga.pages.numbers import share

MOST = 5


def classifier_text(report: ClassifierReport) -> str:
    """The report's main figures, one a line, a name before each."""
    rows = [
        ("classifier", f"{report.model}: {report.title}"),
        ("pictures", f"{counted(len(report.known), 'picture')} never trained on"),
    ]
    if trained_words(report):
        rows.append(("left out", trained_words(report)))
    few = too_few(report)
    rows += [
        ("right", f"{few}, too few to say more" if few else _with(report.accuracy)),
        ("every class alike", share(report.balanced.value)),
        ("called none, wrongly", _with(report.rejected)),
        ("right of the others", _with(report.told_right)),
        ("probabilities off by", f"{share(report.calibration_error)} in the mean"),
    ]
    if report.unseen:
        rows.append(
            (
                "other things caught",
                f"{_with(report.caught)} of {counted(len(report.unseen), 'picture')}",
            )
        )
    else:
        rows.append(("other things", "not asked about: --probe FOLDER names some"))
    rows += [("taken for a class", _why(one)) for one in report.alarms[:MOST]]
    rows += [("mistake", _why(one)) for one in report.mistakes[:MOST]]
    rows += [("note", note) for note in report.notes]
    if report.left_out:
        key, reason = report.left_out[0]
        more = f", and {len(report.left_out) - 1:,} more" if len(report.left_out) > 1 else ""
        rows.append(("not asked about", f"{key} {reason}{more}"))
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:{width}}  {told}" for name, told in rows)


def _why(why: Why) -> str:
    return f"{why.asked.key}: {why.words}"


def _with(measure: Measure) -> str:
    told = interval(measure)
    return f"{share(measure.value)} ({told})" if told else share(measure.value)
