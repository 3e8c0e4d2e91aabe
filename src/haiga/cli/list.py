"""`haiga list`: every piece of the studio, newest first."""

from __future__ import annotations

from typing import Annotated

import typer

from haiga.cli import options


def list_pieces(
    count: Annotated[
        int | None,
        typer.Option("--count", "-n", metavar="N", min=1, help="Only the newest N. (default: all)"),
    ] = None,
    studio: options.Studio = options.STUDIO,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """List the pieces of the studio, newest first."""
    from haiga.archive.studio import Studio
    from haiga.cli import output
    from haiga.cli.create import piece_table

    for piece in Studio.open(studio, must_exist=True).pieces(limit=count):
        if json:
            output.give_json(piece_table(piece))
        else:
            verse = " / ".join(piece.poem.lines)
            day = piece.made_at[:10]
            output.give(f"{piece.id}  {day}  {piece.artist}  {piece.mood.name}  {verse}")
