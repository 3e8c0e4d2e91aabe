"""The report on a collection as one page: its figures, examples, ledger, and a map."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from haiga import __version__
from haiga.actions.report_pictures import EXAMPLE_PX, MAP_PX, Seer
from haiga.collection.ledger import NOT_TOLD, Row
from haiga.collection.report import MOST_EXAMPLES, CollectionReport, report_on
from haiga.collection.store import Collection
from haiga.core.collecting import Item
from haiga.core.counted import counted
from haiga.core.errors import UserError
from haiga.features.colour import clustered, nearest_of, oklab, srgb
from haiga.features.colour_names import colour_name
from haiga.media.durable import make_folder, write_durably
from haiga.pages import parts
from haiga.pages.markup import Html, element
from haiga.pages.numbers import share
from haiga.pages.page import Section, page
from haiga.pages.parts import Figure
from haiga.pages.picture_map import Spot, picture_map
from haiga.pages.pictures import Shown, row

HTML, JSON = "report.html", "report.json"
MARK = "Written by haiga collection report"
MOST_ROWS = 12
PALETTE = 10
"""Colours of the palette."""
QUESTIONS = {
    "makers": "Makers",
    "gender": "Gender, as it was told",
    "places": "Places",
    "centuries": "Centuries",
    "sources": "Sources",
}


def write_collection_report(
    collection: Collection,
    target: Path,
    *,
    on_each: Callable[[int, int], None] = lambda i, n: None,
) -> tuple[CollectionReport, Path]:
    """Writes the page to a file that ends in .html, or with `report.json` into a folder.

    `on_each` is called with how many pictures have been read, of how many. Raises UserError
    where it cannot be written, or a page is there that this command did not write; what was
    there before is then as it was.
    """
    alone = target.suffix.lower() in (".html", ".htm")
    _check_ours(target if alone else target / HTML, () if alone else (target / JSON,))
    report = report_on(collection)
    html = collection_page(report, collection, on_each=on_each).encode("utf-8")
    if alone:
        make_folder(target.parent)
        write_durably(target, html)
        return report, target
    make_folder(target)
    text = json.dumps(report.as_json(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    write_durably(target / JSON, text.encode("utf-8", "replace"))
    write_durably(target / HTML, html)
    return report, target / HTML


def _check_ours(page: Path, beside: Sequence[Path]) -> None:
    """Refuses to write over a page, or what lies beside it, that is not a report of haiga's."""
    try:
        ours = page.is_file() and MARK.encode() in page.read_bytes()
        foreign = [path for path in (page, *beside) if path.exists() and not ours]
    except OSError as error:
        raise UserError(f"{page}: cannot be read: {error.strerror}") from error
    if foreign:
        raise UserError(
            f"{foreign[0]}: is there already, and haiga did not write it; choose another name"
        )


def collection_page(
    report: CollectionReport,
    collection: Collection,
    *,
    on_each: Callable[[int, int], None] = lambda i, n: None,
) -> str:
    """The report as one HTML page, its pictures inside it and nothing from elsewhere."""
    see = Seer(collection, report, on_each)
    sections = [
        _first(report, see),
        *_map(report, see),
        *_judges(report, see),
        *_colours(see),
        _licences(report),
        _ledger(report),
        *_splits(report),
        *_missed(report),
        _credits(report),
    ]
    made = f"begun on {report.made_at[:10]}" if report.made_at else ""
    return page(
        report.name,
        sections,
        subtitle=report.about or f"A collection {made}".strip(),
        footer=f"{MARK} {__version__}. Nothing on this page comes from elsewhere.",
    )


def _first(report: CollectionReport, see: Seer) -> Section:
    counts = report.counts
    figures = [
        Figure("pictures", f"{counts['items']:,}"),
        Figure("kept", f"{counts['kept']:,}"),
        Figure("dropped", f"{counts['dropped']:,}"),
        Figure("undecided", f"{counts['undecided']:,}", red=counts["undecided"] > 0),
    ]
    if counts["missed"]:
        figures.append(Figure("could not be had", f"{counts['missed']:,}"))
    notes = list(report.notes)
    if see.lost:
        notes.append(f"{counted(see.lost, 'file')} of it cannot be read any more: not shown here")
    body = [parts.key_figures(figures), *(parts.warning(_sentence(note)) for note in notes)]
    return Section("At a glance", body)


def _map(report: CollectionReport, see: Seer) -> list[Section]:
    if len(report.map) < 2:
        return []
    spots = [
        Spot(
            place.x,
            place.y,
            see.at(place.item, MAP_PX),
            title_of(place.item),
            _by(place.item),
            _kind(place.item, place.proposed),
        )
        for place in report.map
    ]
    drawn = len(spots)
    some = f" {drawn:,} of {report.looked_at:,} are drawn." if drawn < report.looked_at else ""
    about = (
        "Pictures that the eye sees alike lie close together. Black: kept; pale: undecided; "
        f"hollow: dropped; red: a judge proposes to drop it and nobody has answered.{some}"
    )
    lead = "Point at a dot, or move to it with the Tab key, and it shows its picture."
    told = f"A map of {counted(drawn, 'picture')} by what they look like"
    return [Section("A map", picture_map(spots, told=told, about=about), lead=lead)]


def _kind(item: Item, proposed: bool) -> str:
    if proposed:
        return "proposed"
    return "open" if item.fate == "undecided" else item.fate


def _judges(report: CollectionReport, see: Seer) -> list[Section]:
    if not report.judges:
        return []
    rows = [
        [j.curator, f"{j.judged:,}", f"{j.proposed:,}", f"{j.open:,}", f"{j.followed:,}",
         f"{j.rejected:,}", share(j.answered_no)]
        for j in report.judges
    ]  # fmt: skip
    heads = ["judge", "judged", "proposed", "open", "followed", "rejected", "false alarms"]
    body: list[Html] = [parts.table(heads, rows, numbers=6)]
    for judge in report.judges:
        found = report.examples.get(judge.curator, ())
        if not found:
            continue
        more = f", the worst {MOST_EXAMPLES} of {judge.proposed:,}"
        body.append(element("h3", judge.curator + (more if judge.proposed > len(found) else "")))
        shown = [
            Shown(data, title_of(item), f"#{item.number} {_fate(item)}{verdict.reason} "
                  f"({verdict.score:.2f})")
            for item, verdict in found
            if (data := see.at(item, EXAMPLE_PX))
        ]  # fmt: skip
        body.append(row(shown))
    if report.rules:
        body += [
            Html("<h3>Who decided</h3>"),
            parts.table(["by", "items"], [[by, f"{n:,}"] for by, n in report.rules], numbers=1),
        ]
    lead = (
        "A judge drops nothing: it proposes, and a person or a rule decides. Scores run from 0, "
        "bad, to 1. False alarms are the share of a judge's answered proposals that people kept."
    )
    return [Section("What judges say", body, lead=lead)]


def _fate(item: Item) -> str:
    return {"kept": "(kept) ", "dropped": "(dropped) "}.get(item.fate, "")


def _colours(see: Seer) -> list[Section]:
    if not see.palettes:
        return []
    colours = np.array([c for of, _ in see.palettes for c in of], np.uint8)
    shares = np.array([s for _, of in see.palettes for s in of]) / len(see.palettes)
    points = oklab(colours)
    centres = clustered(points, min(PALETTE, len(points)))
    owner = nearest_of(points, centres)
    sums = np.bincount(owner, shares, len(centres))
    levels = srgb(centres)
    order = [int(k) for k in np.argsort(-centres[:, 0]) if sums[k] > 0]
    bars, said = [], []
    for k in order:
        red, green, blue = (int(v) for v in levels[k])
        code = f"#{red:02x}{green:02x}{blue:02x}"
        bars.append(element("span", "", style=f"flex:{sums[k]:.4f} 1 0;background:{code}"))
        said.append(f"{colour_name((red, green, blue))} {share(round(float(sums[k]), 2))}")
    strip = element("div", bars, class_="palette", role="img", aria_label="; ".join(said))
    caption = element("p", ", ".join(said) + ".", class_="lead")
    lead = f"What {counted(len(see.palettes), 'picture')} of it are coloured with, light to dark."
    return [Section("Its colours", [strip, caption], lead=lead)]


def _licences(report: CollectionReport) -> Section:
    held = sum(row.items for row in report.licences)
    meanings = {
        "commercial": "to earn with, pictures and what is made of them",
        "share": "to pass on, pictures and what is made of them",
        "research": "to study, passing nothing on",
    }
    figures = [
        Figure(gate, f"{count:,}", meanings[gate], f"{held - count:,}")
        for gate, count in report.gates.items()
    ]
    rows = [
        [
            [
                element("span", one.name, class_="name"),
                element("span", _sentence(one.reason), class_="means"),
            ],
            _passed([gate for gate in report.gates if one.passes[gate]], len(report.gates)),
            f"{one.items:,}",
        ]
        for one in report.licences
    ]
    heads = ["licence", "passes", "items"]
    body = [
        element("div", parts.table(heads, rows, numbers=1), class_="figures"),
        Html("<h3>What each gate would keep</h3>"),
        parts.figures_table(figures, value="keeps", beside="leaves out"),
    ]
    lead = (
        "Of everything that is not dropped. A licence that nobody told passes no gate but research."
    )
    return Section("What may be done with it", body, lead=lead)


def _passed(gates: Sequence[str], every: int) -> str:
    if len(gates) == every:
        return "all gates"
    return ", ".join(gates) if gates else "no gate"


def _ledger(report: CollectionReport) -> Section:
    body: list[Html] = []
    for question, title in QUESTIONS.items():
        rows = report.ledger.tables[question]
        if all(one.value == NOT_TOLD for one in rows):
            body += [element("h3", title), parts.paragraph("Nobody told any.")]
            continue
        by = any(one.told_by for one in rows)
        heads = [question.rstrip("s") if question != "centuries" else "century",
                 *(["told by"] if by else []), "kept", "undecided", "dropped"]  # fmt: skip
        cells = [
            [
                one.value.replace(NOT_TOLD, "not\u00a0told"),
                *([one.told_by] if by else []),
                *(f"{int(n):,}" for n in _numbers(one)),
            ]
            for one in _shortened(rows)
        ]
        body += [element("h3", title), parts.table(heads, cells, numbers=3)]
    lead = (
        "As sources and lists told it; nothing is guessed from names or pictures, and what "
        "nobody told has a row of its own. An item counts under each of its makers."
    )
    return Section("Who and what is here", body, lead=lead)


def _numbers(one: Row) -> tuple[float, float, float]:
    return one.kept, one.undecided, one.dropped


def _shortened(rows: Sequence[Row]) -> list[Row]:
    """The first rows, the rest as one, and "not told" whatever its place."""
    told = [one for one in rows if one.value != NOT_TOLD]
    untold = [one for one in rows if one.value == NOT_TOLD]
    if len(told) <= MOST_ROWS:
        return [*told, *untold]
    rest = told[MOST_ROWS:]
    sums = [sum(values) for values in zip(*(_numbers(one) for one in rest), strict=True)]
    return [*told[:MOST_ROWS], Row(f"{len(rest):,} others", "", *sums), *untold]


def _splits(report: CollectionReport) -> list[Section]:
    if not report.splits:
        return []
    rows = [
        [
            split.name,
            ", ".join(f"{part} {n:,}" for part, n in split.sizes.items()),
            f"works{' and makers' if split.by_maker else ''}",
            f"{split.seed}",
            element("code", split.digest[:12]),
            f"{later:,}",
        ]
        for split, later in report.splits
    ]
    heads = ["name", "parts", "kept apart", "seed", "digest", "came later"]
    return [Section("Splits", parts.table(heads, rows, numbers=1), lead="Frozen for good.")]


def _missed(report: CollectionReport) -> list[Section]:
    if not report.missed:
        return []
    rows = [
        [
            one.reason,
            one.source,
            ", ".join(one.names) + (" …" if one.count > len(one.names) else ""),
            f"{one.count:,}",
        ]
        for one in report.missed
    ]
    total = counted(report.counts["missed"], "thing")
    lead = f"{total} that sources named and could not give, by reason."
    heads = ["reason", "source", "for example", "how many"]
    return [Section("What could not be had", parts.table(heads, rows, numbers=1), lead=lead)]


def _credits(report: CollectionReport) -> Section:
    heads = ["credit", "items"]
    rows = [[credit, f"{count:,}"] for credit, count in report.credits]
    body = [parts.table(heads, rows[:MOST_ROWS], numbers=1)]
    if rest := rows[MOST_ROWS:]:
        summary = element("summary", f"{counted(len(rest), 'credit line')} more")
        body.append(element("details", [summary, parts.table(heads, rest, numbers=1)]))
    return Section("Credits", body)


def title_of(item: Item) -> str:
    """What an item is called on a page: its title, or what its source calls it."""
    return item.passport.title or item.passport.source_id


def _by(item: Item) -> str:
    return ", ".join(part for part in (item.passport.maker, item.passport.date) if part)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"
