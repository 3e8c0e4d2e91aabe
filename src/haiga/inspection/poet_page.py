"""The report on a poet as a page and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

from haiga import __version__
from haiga.core.counted import counted
from haiga.inspection.metrics.collapse import find_collapse
from haiga.inspection.poet_poems import Beside, Borrowed, Copies, Writing, Written
from haiga.inspection.poet_report import Moment, PoetReport
from haiga.inspection.poet_texts import Comparison, Reading, than
from haiga.media.durable import make_folder, write_durably
from haiga.pages import parts
from haiga.pages.markup import Html
from haiga.pages.numbers import duration, number, share
from haiga.pages.page import Section, page
from haiga.pages.parts import Figure, Span
from haiga.pages.plots import Series, line_chart

JSON, HTML = "report.json", "report.html"

_PARTS = {
    "test": "test works",
    "never seen": "works it never saw",
    "validation": "validation works",
    "train": "training works",
    "partly seen": "works it saw in part",
    "unknown": "works it may have been trained on",
}


def write_report(report: PoetReport, folder: Path) -> None:
    """Writes `report.json` and `report.html` into a folder, made if need be.

    Raises UserError where it cannot be written.
    """
    text = json.dumps(report.as_json(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    html = poet_page(report)
    make_folder(folder)
    write_durably(folder / JSON, text.encode("utf-8", "replace"))
    write_durably(folder / HTML, html.encode("utf-8"))


def poet_page(report: PoetReport) -> str:
    """The report as one HTML page."""
    sections = [
        _first(report),
        *([_reading(report.reading)] if report.reading else []),
        *(_learning(report.learning) if report.learning else []),
        *(_writing(report.writing) if report.writing else []),
        _passport(report),
    ]
    return page(
        report.title or report.poet,
        sections,
        subtitle="What this poet learned, what it writes, and what it borrows",
        footer=f"Written by haiga {__version__}. Nothing on this page comes from elsewhere.",
    )


def _first(report: PoetReport) -> Section:
    reading, writing = report.reading, report.writing
    figures: list[Figure] = []
    held = reading.part(reading.held_out) if reading else None
    if reading and held:
        rival = reading.kneser_ney
        beside = f"5-gram: {number(rival.perplexity)}" if rival else _PARTS[held.part]
        figures.append(Figure("held-out perplexity", number(held.perplexity), beside=beside))
    if writing:
        figures += _first_of_writing(writing)
    notes = [_sentence(reading.why_not_held_out)] if reading and not held else []
    if reading and reading.caution:
        notes.append(_sentence(reading.caution))
    for reason in (report.why_no_reading, report.why_no_writing):
        if reason:
            notes.append(_sentence(reason))
    body = [parts.key_figures(figures)] if figures else []
    return Section("At a glance", [*body, *(parts.warning(note) for note in notes)])


def _first_of_writing(writing: Writing) -> list[Figure]:
    figures = []
    copies = writing.copies
    if copies:
        figures.append(
            Figure(
                "lines with 6 copied words",
                share(copies.lines_6),
                beside=f"of {counted(copies.lines, 'line')}",
                red=copies.lines_6 > 0,
            )
        )
    if writing.form_kept is not None:
        figures.append(
            Figure(f"keep the {writing.form} form", share(writing.form_kept),
                   beside=f"of {counted(writing.poems, 'poem')}")
        )  # fmt: skip
    alone = f"network alone, greedy: {share(writing.alone.greedy.rate)}" if writing.alone else ""
    figures.append(Figure("poems that loop", share(writing.loops.rate), beside=alone))
    return figures


def _reading(reading: Reading) -> Section:
    figures = []
    rival = reading.kneser_ney
    for part in sorted(reading.parts, key=lambda part: part.part != reading.held_out):
        held = part.part == reading.held_out
        figures.append(
            Figure(
                f"perplexity, {_PARTS[part.part]}" + (" (held-out)" if held else ""),
                number(part.perplexity),
                _of_part(part.part) + f" Over {counted(part.works, 'work')}, "
                f"{counted(part.tokens, 'token')}.",
                number(rival.perplexity) if rival and held else "",
            )
        )
        if part.unknown_share:
            figures.append(
                Figure(
                    f"the same, unknown {reading.unit} left out",
                    number(part.perplexity_known),
                    f"{share(part.unknown_share)} of these {reading.unit} lie outside its "
                    "vocabulary. As "
                    "one kind they are easy to expect; here they are not scored.",
                    number(rival.perplexity_known) if rival and held else "",
                )
            )
    if reading.gap is not None:
        figures.append(
            Figure(
                "gap",
                f"{number(reading.gap)} ×",
                "Perplexity on validation works divided by that on training works: about 1 for "
                "a poet that learned the language, large for one that learned the poems by heart.",
            )
        )
    body = [parts.figures_table(figures, value="this poet", beside="5-gram")]
    body.append(parts.paragraph(_rival(rival, reading)))
    return Section(
        "How it reads",
        body,
        lead=f"Perplexity is among how many equally likely {reading.unit} it wavers at each "
        "step; less is better.",
    )


def _of_part(part: str) -> str:
    return {
        "test": "Kept apart before training and never looked at.",
        "never seen": "No text of its training data shares them, as far as its index can tell.",
        "validation": "Not learned from, but they decided when training ended.",
        "train": "What it learned from.",
        "unknown": "It may have learned from them: this says nothing about new texts.",
    }[part]


def _rival(rival: Comparison | None, reading: Reading) -> str:
    if rival is None:
        return _sentence(f"No n-gram model stands beside it: {reading.why_no_kneser_ney}")
    return (
        f"The {rival.order}-gram is an interpolated modified Kneser-Ney model fitted to "
        f"{counted(rival.fitted_works, 'training work')}, {rival.fitted_tokens:,} of the same "
        f"tokens. By its perplexity the poet is {than(rival.lower_by)} it; over works drawn anew, "
        f"95 times of 100 between {_worth(rival.low)} and {_worth(rival.high)}."
    )


def _worth(lower_by: float) -> str:
    return than(lower_by).removesuffix(" than")


def _learning(moments: tuple[Moment, ...]) -> list[Section]:
    def points(name: str) -> list[tuple[float, float]]:
        pairs = [(float(m.step), getattr(m, name)) for m in moments]
        return [(step, value) for step, value in pairs if value is not None]

    chart = line_chart(
        "Perplexity while it learned",
        [
            Series("training", points("perplexity_train")),
            Series("validation", points("perplexity_validation"), red=True),
        ],
        x="step",
        y="perplexity",
        log_y=True,
        about="Training is measured under dropout, which makes it look worse than it is. "
        "Where validation turns upward while training still falls, a poet begins to remember "
        "instead of to learn. Here texts are read in pieces, each begun without what came before, "
        "and the weights not yet rounded to 8 bits; “How it reads” takes the poet as it is kept. "
        "So the two differ, most where the texts are few.",
    )
    best = min(
        (m for m in moments if m.perplexity_validation is not None),
        key=lambda m: m.perplexity_validation or 0.0,
        default=None,
    )
    facts = {"steps": f"{moments[-1].step:,}"}
    if moments[-1].minutes is not None:
        facts["time"] = duration(moments[-1].minutes)
    speeds = sorted(m.tokens_per_s for m in moments if m.tokens_per_s is not None)
    if speeds:
        facts["speed"] = f"{number(speeds[len(speeds) // 2])} tokens/s (median)"
    if best:
        facts["best validation"] = f"{number(best.perplexity_validation)} at step {best.step:,}"
    return [Section("How it learned", [chart, parts.passport(facts)])]


def _writing(writing: Writing) -> list[Section]:
    examples = [_example(one, writing, place) for place, one in enumerate(writing.examples)]
    return [
        Section(
            "How it writes",
            [
                parts.figures_table(_form_and_loops(writing)),
                *_variety(writing.variety),
                *_faults(writing),
            ],
            lead=f"{counted(writing.poems, 'poem')} written for this report.",
        ),
        _copied(writing),
        _alone(writing),
        Section("Poems", parts.poems(examples), lead="The first of them, not chosen."),
    ]


def _form_and_loops(writing: Writing) -> list[Figure]:
    figures = []
    if writing.form_kept is not None:
        figures.append(
            Figure(
                f"{writing.form} form kept",
                share(writing.form_kept),
                "Counted anew from the words alone, by any pronunciation a dictionary lists.",
            )
        )
    if writing.unwritten:
        means = "Poems of which every draft looped, copied or came to no end."
        figures.append(Figure("poems given up", f"{writing.unwritten:,}", means))
    figures.append(
        Figure("different poems", share(writing.different), "Poems that are not one again.")
    )
    means = "Poems in which a line comes three times, or a few words three times in a row."
    figures.append(Figure("poems that loop", share(writing.loops.rate), means))
    return figures


def _variety(beside: Beside) -> list[Html]:
    names = (
        ("distinct-1", "different words as a share of all words"),
        ("distinct-2", "different pairs of words"),
        ("distinct-3", "different runs of three"),
        ("self-repetition", "runs of four words found in another poem too; less is better"),
    )
    figures = []
    for name, means in names:
        key = name.replace("-", "_")
        human = share(getattr(beside.human, key)) if beside.human else ""
        figures.append(
            Figure(
                name, share(getattr(beside.poems, key)), means[0].upper() + means[1:] + ".", human
            )
        )
    told = f"Over {counted(beside.compared, 'poem')}"
    if beside.human:
        told += f", and as many passages of the same lengths from {beside.human_are}"
    table = parts.figures_table(figures, value="this poet", beside="human works")
    return [Html("<h3>Variety</h3>"), table, parts.paragraph(told + ".")]


def _faults(writing: Writing) -> list[Html]:
    found: list[Html] = []
    if writing.form_faults:
        found += [Html("<h3>Where the form broke</h3>"), parts.bullets(writing.form_faults)]
    if writing.loops.examples:
        found += [Html("<h3>What looped</h3>"), parts.bullets(writing.loops.examples)]
    return found


def _alone(writing: Writing) -> Section:
    alone = writing.alone
    title = "The network alone"
    if alone is None:
        return Section(title, parts.paragraph(_sentence(writing.why_not_alone)))
    rows = [
        ["poems", f"{alone.drawn.poems:,}", f"{alone.greedy.poems:,}"],
        ["poems that loop", share(alone.drawn.rate), share(alone.greedy.rate)],
    ]
    if alone.drawn.collapsed or alone.greedy.collapsed:
        collapsed = (f"{loops.collapsed:,}" for loops in (alone.drawn, alone.greedy))
        rows.append(["of them collapsed: no word more", *collapsed])
    drawn, greedy = alone.copies_drawn, alone.copies_greedy
    for name, key in (("5", "lines_5"), ("6", "lines_6")):
        figures = [getattr(copies, key) if copies else None for copies in (drawn, greedy)]
        if figures != [None, None]:
            rows.append([f"lines in a run of {name} or more", *map(share, figures)])
    body: list[Html] = [parts.table(["", "drawn", "greedy"], rows, numbers=2)]
    if alone.shown:
        body += [Html("<h3>A greedy text, as it stands</h3>"), _as_it_stands(alone.shown)]
    longest = [run for copies in (drawn, greedy) if copies for run in copies.longest]
    longest.sort(key=lambda run: -run.words)
    if longest:
        body.append(Html("<h3>The longest runs it would have shared</h3>"))
        body.append(parts.runs([(_passage(run), _source(run)) for run in longest[:5]]))
    looped = [*alone.drawn.examples, *alone.greedy.examples]
    if looped:
        body += [Html("<h3>What looped</h3>"), parts.bullets(dict.fromkeys(looped))]
    lead = (
        "No form, no choice among drafts, no gate against copies or loops: what it knows by "
        "heart shows here. Drawn: each word as likely as the network expects it. Greedy: always "
        "the likeliest word, after the first words of human works."
    )
    return Section(title, body, lead=lead)


def _as_it_stands(one: Written) -> Html:
    """A text with its empty lines, which a poem's lines leave out."""
    fault = find_collapse(one.text, one.begun)
    caption = f"the first, begun with “{one.begun}”" + (f"; {fault}" if fault else "")
    return parts.poem(one.text.split("\n"), caption=caption)


def _copied(writing: Writing) -> Section:
    copies = writing.copies
    if copies is None:
        return Section("What it borrows", parts.warning(_sentence(writing.why_no_copies)))
    figures = []
    if copies.lines_5 is not None:
        figures.append(
            Figure(
                "lines in a run of 5 or more",
                share(copies.lines_5),
                "Lines touched by five words in a row that a known work has too; many are "
                "everybody's (“and in the light of”).",
            )
        )
    figures += [
        Figure(
            "lines in a run of 6 or more",
            share(copies.lines_6),
            "The same with six words in a row: seldom chance.",
            red=copies.lines_6 > 0,
        ),
        Figure(
            "poems the gate would refuse",
            f"{copies.poems_refused:,} of {copies.poems:,}",
            "Poems with six words in a row, two of them of weight, from one work.",
        ),
    ]
    body: list[Html] = [parts.figures_table(figures)]
    if copies.longest:
        body.append(Html("<h3>The longest runs</h3>"))
        body.append(parts.runs([(_passage(run), _source(run)) for run in copies.longest]))
    else:
        body.append(parts.paragraph(_nothing_shared(copies)))
    return Section("What it borrows", body, lead=f"Compared with {copies.against}.")


def _nothing_shared(copies: Copies) -> str:
    least = "five" if copies.lines_5 is not None else "six"
    return f"No poem shares {least} words in a row with any of them."


def _passage(run: Borrowed) -> Html:
    """The lines that a run touches, its words marked."""
    spans = [Span(line - run.spans[0][0], start, end) for line, start, end in run.spans]
    first, last = run.spans[0][0], run.spans[-1][0]
    return parts.poem(run.lines[first : last + 1], spans=spans)


def _source(run: Borrowed) -> str:
    title = f"“{run.title}”" if run.title else "an untitled work"
    by = f"{run.author}, " if run.author else ""
    return f"{run.words} words, {run.content} of weight · {by}{title}, line {run.source_line}"


def _example(one: Written, writing: Writing, place: int) -> Html:
    runs = writing.copies.longest if writing.copies else ()
    spans = [Span(*span) for run in runs if run.poem == place for span in run.spans]
    begun = f", begun with “{one.begun}”" if one.begun else ""
    return parts.poem(one.poem.lines, caption=f"seed {one.seed}{begun}", spans=spans)


def _passport(report: PoetReport) -> Section:
    body: list[Html] = [parts.passport({"poet": report.poet, **report.about})]
    if report.texts:
        body += [Html("<h3>What it was measured on</h3>"), parts.passport(report.texts)]
        body.append(parts.bullets(report.notes))
    if report.settings:
        body += [Html("<h3>How the poems were written</h3>"), parts.passport(report.settings)]
    return Section("Passport", body)


def _sentence(text: str) -> str:
    """The text as a sentence, with a capital and a full stop."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"
