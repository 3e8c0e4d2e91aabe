"""`haiga alt-text`: what a piece says to those who cannot see it."""

from __future__ import annotations

from typing import Annotated

import typer

from haiga.cli import options


def alt_text(
    id: Annotated[
        str, typer.Argument(metavar="ID", help="Of a piece; the beginning of an id will do.")
    ],
    text: Annotated[
        str | None,
        typer.Argument(metavar='["TEXT"]', help="The new text, at most 1,000 characters."),
    ] = None,
    studio: options.Studio = options.STUDIO,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Show the alt text of a piece, or put your own in its place."""
    from haiga.actions.alt_text import checked
    from haiga.archive.studio import Studio
    from haiga.cli import output

    wanted = None if text is None else checked(text)
    home = Studio.open(studio, must_exist=True)
    piece = home.piece(id)
    if wanted is not None:
        piece = home.set_alt_text(piece.id, wanted)
    drafted = piece.recipe.get("made", {}).get("alt_text", piece.alt_text)
    if json:
        output.give_json({"id": piece.id, "alt_text": piece.alt_text, "drafted": drafted})
        return
    output.give(piece.alt_text)
