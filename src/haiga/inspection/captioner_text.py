"""The report on a captioner as lines for the terminal, and the sentences the page has as well."""

from __future__ import annotations

from pathlib import Path

from haiga.core.counted import counted
from haiga.inspection.captioner_report import CAPTIONER, NEAREST, CaptionerReport
from haiga.inspection.captioning import figures_text

REFERENCES = (
    "(beside the captions of the folder, made plain by rule as for training: a captioner that "
    "words things by other rules is not measured by this, however well it sees)"
)
UNLIKE = (
    "It says hardly a phrase of these captions: figures so near to 0 tell that it was taught other "
    "words, and not how well it sees."
)
LOW = 0.05
SAMPLES = 12


def captioner_text(report: CaptionerReport) -> str:
    """The report as a person reads it."""
    lines = [f"{report.model} on {counted(len(report.said), 'picture')} it never saw", REFERENCES]
    lines += ["", figures_text(report.figures)]
    for family, ways in report.families.items():
        count = counted(ways[CAPTIONER].pictures, "picture")
        lines += ["", f"{family}, {count}", figures_text(ways)]
    told = warnings(report)
    if told:
        lines += ["", *told]
    sure = f"{report.milliseconds:.0f} ms a picture alone; sure of {report.sure.value:.0%}"
    true = report.true_where_sure.value
    lines += ["", sure if true != true else f"{sure}, of which {true:.0%} are true", ""]
    for one in report.said[:: max(1, len(report.said) // SAMPLES)]:
        lines.append(f"{Path(one.key).name}: {one.text}\n    told: {'; '.join(one.references)}")
    return "\n".join(lines)


def warnings(report: CaptionerReport) -> list[str]:
    """What must not be read over."""
    ours, near = report.figures[CAPTIONER].cider, report.figures.get(NEAREST)
    found = []
    if report.one_for_all:
        text, count = report.one_for_all
        found.append(
            f"It says one and the same, “{text}”, of {count:,} of {len(report.said):,} pictures: "
            "it has hardly learned to look."
        )
    if ours.value < LOW:
        found.append(UNLIKE)
    elif near is not None and not (ours.low or 0) > (near.cider.high or 0):
        found.append(
            "It is not surely better than saying what was said of the nearest picture: of CIDEr-D "
            "the intervals meet."
        )
    return found
