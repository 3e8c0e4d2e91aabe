"""`haiga style`: a picture in the colours and strokes of an artwork."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from haiga.cli import options


def style(
    picture: Annotated[
        Path, typer.Argument(metavar="IN.png", help="The picture to restyle: PNG, JPEG, WebP …")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="OUT.png", help="The PNG to write.")],
    mood: Annotated[
        str | None,
        typer.Option(
            "--mood",
            "-m",
            metavar="MOOD|MODE",
            help="Follow an artwork of this mood, such as sadness; from-picture reads the mood of "
            "IN.png, random draws one.",
        ),
    ] = None,
    like: Annotated[
        Path | None,
        typer.Option(
            "--like",
            metavar="STYLE.jpg|ID",
            help="Follow this picture instead, or the artwork of the bank with this id.",
        ),
    ] = None,
    bank: options.Bank = None,
    strength: Annotated[
        float | None,
        typer.Option(
            "--strength",
            metavar="0..1",
            help="0 leaves the picture as it is, 1 repaints it. (default: the artist's own)",
        ),
    ] = None,
    seed: options.Seed = None,
    artist: options.Artist = options.ARTIST,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Restyle a picture after an artwork of a mood, or after a picture of yours."""
    from haiga.actions.makers import Makers
    from haiga.actions.seeds import seeds_for
    from haiga.actions.style import restyle_file
    from haiga.actions.style_banks import with_bank
    from haiga.cli import output
    from haiga.cli.create import credit_line
    from haiga.core.config import load_artist

    (number,) = seeds_for(seed, 1)
    with output.progress(2) as bar:
        styled = restyle_file(
            Makers(with_bank(load_artist(artist), bank)),
            picture,
            mood=mood,
            like=like,
            strength=strength,
            seed=number,
            out=out,
            on_event=output.listener(bar),
        )
    credit = {
        name: getattr(styled.style, name)
        for name in ("id", "title", "artist", "date", "credit", "licence")
    }
    if json:
        output.give_json(
            {
                "styled": str(styled.path),
                "seed": styled.seed,
                "style": credit,
                "strength": styled.strength,
                "seconds": round(styled.seconds, 4),
            }
        )
        return
    own = like is not None and like.exists()
    followed = str(like) if own else credit_line(credit).removeprefix("after ")
    output.give(f"{styled.path} (seed {styled.seed})\nafter {followed}")
