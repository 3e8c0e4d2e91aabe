"""`haiga show`: one piece of the studio."""

from __future__ import annotations

from typing import Annotated

import typer

from haiga.cli import options


def show(
    id: Annotated[
        str | None,
        typer.Argument(metavar="[ID]", help="The beginning of an id will do; none: the last one."),
    ] = None,
    studio: options.Studio = options.STUDIO,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Show one piece: its poem, mood, style, alt text, verdicts and files."""
    from haiga.archive.studio import Studio
    from haiga.cli import output
    from haiga.cli.create import piece_table, piece_text
    from haiga.core.errors import UserError

    home = Studio.open(studio, must_exist=True)
    if id is not None:
        piece = home.piece(id)
    else:
        last = home.pieces(limit=1)
        if not last:
            raise UserError(f"{studio}: holds no piece yet; make one with: haiga create")
        piece = last[0]
    if json:
        output.give_json(piece_table(piece))
        return
    output.give(f"id        {piece.id}\nmade      {piece.made_at} by {piece.artist}")
    output.give(piece_text(piece))
    for verdict in piece.verdicts:
        mark = "good" if verdict.keep else "bad"
        output.give(f"verdict   {verdict.name}: {mark}, {verdict.score:.2f}, {verdict.reason}")
