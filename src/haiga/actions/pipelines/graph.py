"""The picture of a pipeline: its steps, what goes from one to the other, and where each runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from haiga.actions.pipelines.compile import Compiled
from haiga.actions.pipelines.show import (
    environment_note,
    needs_of,
    use_of,
    written_name,
)
from haiga.core.errors import UserError
from haiga.engine.plan import Step
from haiga.gallery.graph import Card, Link, draw_graph
from haiga.gallery.line_art import Drawing, picture_of, svg_of
from haiga.media.durable import write_durably
from haiga.media.pictures import write_png

MOST_NOTE = 44
SCALE = 2.0
"""Pixels of a .png for each of the drawing's."""
MOST_SIDE_PX, MOST_PX = 20_000, 40_000_000


def write_graph(compiled: Compiled, out: Path | None) -> Path:
    """Writes the picture as .svg or .png, whole or not at all, and gives its path."""
    path = out if out is not None else Path(f"{_file_name(compiled.name)}.svg")
    suffix = path.suffix.lower()
    if suffix not in (".svg", ".png"):
        raise UserError(f"--out {path}: the graph is written as .svg or .png; end the name so")
    drawing = graph_of(compiled)
    width, height = round(drawing.width * SCALE), round(drawing.height * SCALE)
    if suffix == ".png" and (max(width, height) > MOST_SIDE_PX or width * height > MOST_PX):
        raise UserError(
            f"--out {path}: the graph would have {width:,} × {height:,} pixels; a .png is drawn up "
            f"to {MOST_SIDE_PX:,} a side and {MOST_PX:,} in all; write an .svg instead"
        )
    if suffix == ".png":
        write_png(path, picture_of(drawing, SCALE))
    else:
        write_durably(path, svg_of(drawing).encode())
    return path


def graph_of(compiled: Compiled) -> Drawing:
    """The drawing; a loop is one frame with the steps of a round."""
    first: dict[str, Step] = {}
    for step in compiled.pipeline.steps:
        first.setdefault(written_name(compiled, step.name), step)
    red = _last_result(compiled)
    cards = [
        Card(name, name, _given(compiled, name), plain=True) for name in compiled.pipeline.given
    ]
    loops: dict[str, str] = {}
    for name, step in first.items():
        place = compiled.places[step.name]
        if place.loop:
            rounds = "1 round" if place.times == 1 else f"{place.times} rounds"
            loops[place.loop] = f"{place.loop}: {rounds}"
        cards.append(
            Card(
                id=name,
                name=name.removeprefix(f"{place.loop}.") if place.loop else name,
                use=_short(use_of(step)),
                notes=tuple(_notes(step)),
                count=compiled.widths[step.name],
                group=place.loop,
                red=name == red,
            )
        )
    links = list(dict.fromkeys(_links(compiled)))
    return draw_graph(compiled.name, compiled.about, cards, links, loops)


def _links(compiled: Compiled) -> Iterator[Link]:
    places = compiled.places
    for step in compiled.pipeline.steps:
        mine = places[step.name]
        for source in step.sources.values():
            other = places.get(source)
            back = (
                other is not None
                and bool(other.loop)
                and other.loop == mine.loop
                and other.round != mine.round
            )
            yield Link(written_name(compiled, source), written_name(compiled, step.name), back)


def _last_result(compiled: Compiled) -> str:
    """What the whole is made for: the last picture that nothing reads, else the last result."""
    read = {
        written_name(compiled, source)
        for step in compiled.pipeline.steps
        for source in step.sources.values()
    }
    ends = [s for s in compiled.pipeline.steps if written_name(compiled, s.name) not in read]
    pictures = [step for step in ends if step.makes == "picture"]
    last = (pictures or ends or list(compiled.pipeline.steps))[-1]
    return written_name(compiled, last.name)


def _notes(step: Step) -> Iterator[str]:
    if step.environment is not None:
        yield _short(environment_note(step.environment))
    if needs := needs_of(step.needs):
        yield needs


def _given(compiled: Compiled, name: str) -> str:
    given = compiled.given[name]
    if given.path is not None:
        return "" if given.path.stem == name else _short(given.path.name)
    return f"“{_short(given.text)}”" if given.text else ""


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MOST_NOTE else line[: MOST_NOTE - 1].rstrip() + "…"


def _file_name(name: str) -> str:
    kept = "".join(c if c.isalnum() or c in "-_." else "-" for c in name).strip("-.")
    return kept or "pipeline"
