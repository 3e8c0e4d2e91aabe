"""Create pieces: compose each from its seed and keep it in the studio."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from haiga.actions.compose import (
    BEGUN,
    CAPTION,
    PICTURES,
    Request,
    candidates_table,
    check_sheet,
    enlarge_begun,
    plan_beginning,
    plan_finish,
)
from haiga.actions.gate import Judged, Refused, StudioGate, refusals_told, with_findings
from haiga.actions.makers import Makers
from haiga.actions.mood_choice import check_mood
from haiga.actions.originality import check_reason
from haiga.actions.recipe import digest, write_recipe
from haiga.actions.texts import check_about
from haiga.archive.stored import StoredPiece
from haiga.archive.studio import Studio
from haiga.core.errors import JobError
from haiga.core.nouns import Piece, Style
from haiga.core.seeds import derive_seed
from haiga.engine import local
from haiga.engine.ahead import one_ahead
from haiga.engine.digests import value_digest
from haiga.engine.events import Event

ID_LENGTH = 12

Listener = Callable[[Event], None]


def create(
    makers: Makers,
    studio: Studio,
    *,
    seeds: range,
    mood: str | None = None,
    about: str = "",
    allow_copy: str | None = None,
    on_event: Listener = lambda event: None,
    begin_all: BeginAll | None = None,
) -> Iterator[StoredPiece]:
    """One piece per seed, each yielded once every byte of it is on disk.

    A piece depends on its seed and what is asked alone, but for two rules: the
    styles of the artist's last pieces in this studio rest, and a seed whose piece the
    studio holds gives that piece. `mood` is a mood or a mode. A piece that is a
    copy, of what its painter or poet learned from or of an earlier piece, is refused
    with `JobError`, or drawn again where the artist wants that; `allow_copy` is a reason to
    let it pass, which its recipe keeps. `begin_all` begins the pieces elsewhere (see
    `haiga.actions.create_apart`); they are the same to the byte. Raises `UserError` for an
    unknown mood before anything is made.
    """
    asked = check_mood(mood)
    steering = check_about(about)
    reason = check_reason(allow_copy)
    check_sheet(makers.artist)

    request = Request(asked, steering, captioned=True)
    _ = makers.picture_gate  # a damaged index is told now
    begun = (begin_here if begin_all is None else begin_all)(
        makers, studio, request, seeds, on_event
    )
    return _keep_all(makers, studio, request, reason, begun, on_event)


@dataclass(frozen=True)
class Begun:
    """A piece that has begun, and, where it was made ahead of its turn, all of it.

    `piece` is what it becomes if the styles that rest are `avoided` and no gate refuses it.
    """

    seed: int
    run: local.Run
    piece: Piece | None = None
    avoided: tuple[str, ...] = ()


BeginAll = Callable[[Makers, Studio, Request, range, Listener], Iterable[Begun]]
"""Begins the piece of every seed, in order."""


def begin_here(
    makers: Makers, studio: Studio, request: Request, seeds: range, on_event: Listener
) -> Iterable[Begun]:
    """Begins the pieces in this process."""
    plan = plan_beginning(makers, request)

    def begin(seed: int) -> Begun:
        return Begun(seed, local.run(plan, seed, digest=digest, on_event=on_event))

    # While a piece is styled, mounted and kept, the next one is written and painted.
    return one_ahead(begin, seeds) if len(seeds) > 1 else map(begin, seeds)


def _keep_all(
    makers: Makers,
    studio: Studio,
    request: Request,
    reason: str | None,
    begun: Iterable[Begun],
    on_event: Listener,
) -> Iterator[StoredPiece]:
    """Judges, finishes and keeps pieces that have begun, one after the other."""
    gate = StudioGate(makers, studio)
    plan = plan_beginning(makers, request)

    def judge(beginning: local.Run) -> Judged:
        on_event(Event("started", "gate"))
        judged = gate.judge(beginning)
        on_event(Event("done", "gate"))
        return judged

    for each in begun:
        seed, beginning = each.seed, each.run
        held = None if reason else gate.held(request, seed, beginning)
        if held is not None:
            yield held
            continue
        judged = judge(beginning)
        refusals: list[Refused] = []
        used = seed
        while judged.copies and reason is None:
            refusals.append(Refused(used, judged.copies))
            choice = makers.artist.gate
            if choice.on_copy == "refuse" or len(refusals) > choice.tries:
                raise JobError(refusals_told(refusals))
            used = derive_seed(seed, "redraw", len(refusals))
            beginning = local.run(plan, used, digest=digest, on_event=on_event)
            judged = judge(beginning)
        avoided = tuple(studio.recent_styles(makers.artist.name, makers.artist.stylist.rest))
        if each.piece is not None and not refusals and avoided == each.avoided:
            piece = each.piece
        else:
            beginning = enlarge_begun(makers, used, beginning)
            resting = replace(request, avoided=avoided)
            piece = finish_piece(makers, resting, used, beginning, on_event)
        piece = with_findings(piece, judged, seed, refusals, reason)
        on_event(Event("started", "archive"))
        kept = studio.add_piece(piece, judged.looks)
        on_event(Event("done", "archive"))
        yield kept


def compose_piece(
    makers: Makers,
    request: Request,
    seed: int,
    on_event: Listener = lambda event: None,
) -> Piece:
    """A finished piece with its recipe; writes nothing."""
    plan = plan_beginning(makers, request)
    beginning = local.run(plan, seed, digest=digest, on_event=on_event)
    return finish_piece(makers, request, seed, beginning, on_event)


def finish_piece(
    makers: Makers,
    request: Request,
    seed: int,
    beginning: local.Run,
    on_event: Listener = lambda event: None,
) -> Piece:
    """A piece that has begun, finished, with its recipe; writes nothing."""
    run = local.run(
        plan_finish(makers, request),
        seed,
        given={name: beginning.values[name] for name in BEGUN},
        digest=digest,
        on_event=on_event,
    )
    values = {**beginning.values, **run.values}
    seconds = {**beginning.seconds, **run.seconds}
    style: Style = values["style"]
    recipe = write_recipe(
        "piece",
        seed,
        request=request.table(),
        artist=makers.artist.model_dump(mode="json"),
        provenance=[*beginning.provenance.values(), *run.provenance.values()],
        pictures={name: values[name] for name in PICTURES},
        made={
            "poem": list(values["poem"].lines),
            "mood": values["mood"].name,
            "mood_reason": values["mood"].reason,
            "style": style_credit(style),
            "alt_text": values["alt_text"],
            **({CAPTION: values[CAPTION]} if CAPTION in values else {}),
            **candidates_table(values),
        },
    ).for_file("sheet")
    return Piece(
        id=value_digest(recipe)[:ID_LENGTH],
        seed=seed,
        artist=makers.artist.name,
        poem=values["poem"],
        mood=values["mood"],
        painting=values["painting"],
        styled=values["styled"],
        sheet=values["sheet"],
        alt_text=values["alt_text"],
        style=style,
        verdicts=values["verdicts"],
        recipe=recipe,
        seconds={name: round(taken, 4) for name, taken in seconds.items()},
    )


def style_credit(style: Style) -> dict[str, Any]:
    """Whose artwork it is, in plain values."""
    return {
        name: getattr(style, name)
        for name in ("id", "title", "artist", "date", "credit", "licence")
    }
