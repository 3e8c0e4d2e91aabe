"""The report on a poet as lines for the terminal."""

from __future__ import annotations

from haiga.core.counted import counted
from haiga.inspection.metrics.collapse import find_collapse
from haiga.inspection.poet_poems import Borrowed, Loops, Writing
from haiga.inspection.poet_report import PoetReport
from haiga.inspection.poet_texts import Reading, than
from haiga.pages.numbers import number, share

Row = tuple[str, str]
RUNS_TOLD = 3
SHOWN = 160
"""Characters of a text that are shown."""


def poet_text(report: PoetReport) -> str:
    """The report's main figures, one a line, a name before each."""
    rows: list[Row] = [("poet", f"{report.poet}: {report.title}")]
    if report.reading:
        rows += _reading(report.reading)
    if report.why_no_reading:
        rows.append(("perplexity", f"none: {report.why_no_reading}"))
    if report.writing:
        rows += _writing(report.writing)
    if report.why_no_writing:
        rows.append(("poems", f"none: {report.why_no_writing}"))
    rows += [("note", note) for note in report.notes]
    return "\n".join(f"{name:<17}{value}" for name, value in rows)


def _reading(reading: Reading) -> list[Row]:
    rows: list[Row] = []
    for part in reading.parts:
        held = "held-out, " if part.part == reading.held_out else ""
        known = (
            f"; {number(part.perplexity_known)} without the {share(part.unknown_share)} "
            f"unknown {reading.unit}"
            if part.unknown_share
            else ""
        )
        rows.append(
            (
                "perplexity",
                f"{number(part.perplexity)} on {counted(part.works, f'{part.part} work')} ({held}"
                f"{counted(part.tokens, 'token')}){known}",
            )
        )
        rival = reading.kneser_ney
        if held and rival:
            rows.append(
                (
                    f"{rival.order}-gram",
                    f"{number(rival.perplexity)} on the same; {number(rival.perplexity_known)} "
                    f"without unknown {reading.unit}: the poet is {than(rival.lower_by)} it",
                )
            )
    if reading.gap is not None:
        rows.append(("gap", f"{number(reading.gap)} times as perplexed by validation as training"))
    if reading.caution:
        rows.append(("note", reading.caution))
    if reading.why_not_held_out:
        rows.append(("note", reading.why_not_held_out))
    elif reading.kneser_ney is None:
        rows.append(("note", f"no n-gram model beside it: {reading.why_no_kneser_ney}"))
    return rows


def _writing(writing: Writing) -> list[Row]:
    rows: list[Row] = []
    if writing.form_kept is not None:
        kept = f"{share(writing.form_kept)} of {counted(writing.poems, 'poem')} keep {writing.form}"
        rows.append(("form", kept))
    if writing.unwritten:
        rows.append(("unwritten", f"{writing.unwritten:,} more could not be brought to an end"))
    alone = writing.alone
    rows.append(("loops", f"in {share(writing.loops.rate)} of the poems"))
    if alone:
        rows.append(
            (
                "",
                f"the network alone: {_loops(alone.drawn)} drawn, {_loops(alone.greedy)} greedy",
            )
        )
        if alone.shown:
            fault = find_collapse(alone.shown.text, alone.shown.begun)
            told = _on_one_line(alone.shown.text) + (f" ({fault})" if fault else "")
            rows.append(("", f"a greedy text: {told}"))
    ours, human = writing.variety.poems, writing.variety.human
    for key in ("distinct_1", "distinct_2", "distinct_3", "self_repetition"):
        beside = f"; {writing.variety.human_are} {share(getattr(human, key))}" if human else ""
        rows.append((key.replace("_", "-"), share(getattr(ours, key)) + beside))
    copies = writing.copies
    if copies is None:
        rows.append(("copies", f"unknown: {writing.why_no_copies}"))
        return rows
    five = f"{share(copies.lines_5)} of 5 or more, " if copies.lines_5 is not None else ""
    rows.append(("copies", f"lines in a shared run of words: {five}{share(copies.lines_6)} of 6"))
    if alone and alone.copies_drawn and alone.copies_greedy:
        rows.append(
            (
                "",
                f"the network alone, of 6: {share(alone.copies_drawn.lines_6)} drawn, "
                f"{share(alone.copies_greedy.lines_6)} greedy",
            )
        )
    rows.append(("", f"compared with {copies.against}"))
    rows += [("", _told(run)) for run in copies.longest[:RUNS_TOLD]]
    return rows


def _loops(loops: Loops) -> str:
    collapsed = f" ({loops.collapsed:,} of them collapsed)" if loops.collapsed else ""
    return share(loops.rate) + collapsed


def _on_one_line(text: str) -> str:
    """A text with its line ends as strokes, cut where it is long."""
    told = " ".join(" / ".join(text.split("\n")).split())
    return told if len(told) <= SHOWN else f"{told[: SHOWN - 1].rstrip()}…"


def _told(run: Borrowed) -> str:
    text = " / ".join(run.lines[line][start:end] for line, start, end in run.spans)
    by = f"{run.author}, " if run.author else ""
    title = f"“{run.title}”" if run.title else "an untitled work"
    return f"“{text}”: {by}{title}, line {run.source_line}"
