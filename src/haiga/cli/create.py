"""`haiga create`: finished pieces, each on its sheet, kept in the studio."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from haiga.cli import options

if TYPE_CHECKING:
    from haiga.archive.stored import StoredPiece


def create(
    artist: options.Artist = options.ARTIST,
    seed: options.Seed = None,
    count: options.Count = 1,
    mood: options.Mood = None,
    about: options.About = None,
    painter: options.Painter = None,
    candidates: options.Candidates = None,
    allow_copy: options.AllowCopy = None,
    engine: options.Engine = "local",
    workers: options.Workers = None,
    ray_address: options.RayAddress = None,
    events: options.Events = None,
    studio: options.Studio = options.STUDIO,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Write a haiku, paint it, style the painting and mount both on one sheet.

    A piece that copies what its makers learned from, or an earlier piece, is refused.
    With --workers or --engine ray many are made at once, the same to the byte.
    """
    from contextlib import ExitStack, nullcontext

    from haiga.actions.compose import FORM
    from haiga.actions.create import create
    from haiga.actions.create_apart import pieces_apart
    from haiga.actions.event_log import event_log
    from haiga.actions.makers import Makers, with_candidates
    from haiga.actions.painters import with_painter
    from haiga.actions.seeds import seeds_for
    from haiga.archive.studio import Studio
    from haiga.cli import output, sign_of_life
    from haiga.core.config import load_artist, told_by_line
    from haiga.engine.events import Event

    seeds = seeds_for(seed, count)
    chosen = with_painter(load_artist(artist), painter)
    makers = Makers(with_candidates(chosen, candidates))
    with told_by_line(artist):
        makers.check_poet(FORM)  # before a studio is made
    home = Studio.open(studio)
    steps = 13 + (makers.artist.painter.candidates > 1)  # eleven steps, the gate and the keeping
    with ExitStack() as held:
        begin_all = None
        if engine != "local" or workers not in (None, 1) or ray_address is not None:
            begin_all = held.enter_context(
                pieces_apart(
                    engine,
                    home,
                    makers,
                    workers=workers,
                    address=ray_address,
                    force=allow_copy is not None,
                    tell=output.tell,
                )
            )
            steps = 5  # two halves, what is foreseen between them, the gate and the keeping
        held.enter_context(told_by_line(artist))
        bar = held.enter_context(output.progress(steps * count))
        told = held.enter_context(event_log(events))
        moved = output.listener(bar)
        apart, sign, finished = begin_all is not None, None, 0
        if apart and sign_of_life.wanted():
            sign = held.enter_context(sign_of_life.sign_of_life())

        def on_event(event: Event) -> None:
            told(event)
            moved(event)
            if sign is not None:
                sign.heard(event)

        def stopped() -> str:
            again = "the same command" if seed is not None else f"--seed {seeds[0]}"
            kept = f"{finished:,} of {count:,} pieces are done, in {home.folder}"
            return f"stopped; {kept}; {again} goes on"

        if apart:
            held.enter_context(output.stopped_with(stopped))

        pieces = create(
            makers,
            home,
            seeds=seeds,
            mood=mood,
            about=about or "",
            allow_copy=allow_copy,
            on_event=on_event,
            begin_all=begin_all,
        )
        for piece in pieces:
            finished += 1
            with bar.hidden(), nullcontext() if sign is None else sign.hidden():
                if json:
                    output.give_json(piece_table(piece))
                else:
                    output.give(piece_text(piece))


def piece_table(piece: StoredPiece) -> dict[str, object]:
    """A piece as `--json` gives it."""
    from dataclasses import asdict

    return {
        "id": piece.id,
        "seed": piece.seed,
        "artist": piece.artist,
        "poem": list(piece.poem.lines),
        "mood": piece.mood.name,
        "mood_reason": piece.mood.reason,
        "style": piece.style,
        "painting": str(piece.painting),
        "styled": str(piece.styled),
        "sheet": str(piece.sheet),
        "alt_text": piece.alt_text,
        "unknown_about": list(piece.poem.details.get("unknown_about", ())),
        "seconds": dict(piece.seconds),
        "candidates": piece.recipe.get("made", {}).get("candidates"),
        "originality": _found(piece),
        "overrides": piece.recipe.get("overrides", []),
        "redrawn": piece.recipe.get("made", {}).get("redrawn"),
        "verdicts": [asdict(verdict) for verdict in piece.verdicts],
        "made_at": piece.made_at,
    }


def _found(piece: StoredPiece) -> list[dict[str, Any]]:
    """What the gates found of a piece; nothing of one that was made before there were any."""
    found: list[dict[str, Any]] = (
        piece.recipe.get("made", {}).get("originality", {}).get("findings", [])
    )
    return found


def piece_text(piece: StoredPiece) -> str:
    """A piece as a person reads it."""
    lines = [*(f"    {line}" for line in piece.poem.lines), ""]
    lines.append(f"mood      {piece.mood.name}: {piece.mood.reason}")
    if piece.style:
        lines.append(f"style     {credit_line(piece.style)}")
    lines.append(f"alt text  {piece.alt_text}")
    unknown = piece.poem.details.get("unknown_about")
    if unknown:
        lines.append(f"note      the poet does not know: {', '.join(unknown)}")
    noted = {found["gate"] for found in _found(piece) if found["value"] != "new"}
    for verdict in piece.verdicts:
        if not verdict.keep or verdict.name in noted:
            lines.append(f"note      {verdict.name}: {verdict.reason}")
    for each in piece.recipe.get("overrides", []):
        lines.append(f"note      {each['gate']}: kept as a copy, because: {each['reason']}")
    redrawn = piece.recipe.get("made", {}).get("redrawn")
    if redrawn:
        count = len(redrawn["refused"])
        lines.append(
            f"note      drawn anew from seed {redrawn['asked']}: {count} refused as copies"
        )
    lines.append(f"seed      {piece.seed}")
    judged = piece.recipe.get("made", {}).get("candidates")
    chosen = f" ({candidates_text(judged)})" if judged else ""
    lines.append(f"painting  {piece.painting}{chosen}")
    lines.append(f"styled    {piece.styled}")
    lines.append(f"sheet     {piece.sheet}")
    return "\n".join(["", *lines])


def candidates_text(judged: Mapping[str, Any]) -> str:
    """How a painting was chosen among several, in a few words."""
    scores = [float(score) for score in judged["scores"]]
    kept = scores.pop(judged["kept"])
    others = ", ".join(f"{score:.2f}" for score in sorted(scores, reverse=True))
    return f"best of {judged['count']}: matches the words by {kept:.2f}, the others by {others}"


def credit_line(style: Mapping[str, Any]) -> str:
    """An artwork in one line: title, date, artist, credit and rights, as far as known.

    The whole wording of the licence is in the JSON and in the recipe.
    """
    date = f" ({style['date']})" if style["date"] else ""
    by = f" by {style['artist']}" if style["artist"] else ""
    work = f"“{style['title']}”{date}{by}"
    rights = re.split(r" \(|;", style["licence"])[0]
    if style["title"] in style["credit"]:  # many credits begin with artist and title
        work = style["credit"]
        parts = [work, rights]
    else:
        parts = [work, style["credit"], rights]
    return "after " + "; ".join(part for part in parts if part)
