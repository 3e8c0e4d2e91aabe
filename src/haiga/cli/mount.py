"""`haiga mount`: a picture and a poem of yours on one sheet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from haiga.cli import options


def mount(
    picture: Annotated[
        Path, typer.Argument(metavar="PICTURE.png", help="The picture: PNG, JPEG, WebP …")
    ],
    poem: Annotated[
        Path, typer.Argument(metavar="POEM.txt", help="The poem: UTF-8 text, a line a line.")
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="SHEET.png", help="The PNG to write.")
    ],
    seed: options.Seed = None,
    artist: options.Artist = options.ARTIST,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Mount a picture and a poem on one sheet, as the artist lays out sheets."""
    from haiga.actions.mount import mount_files
    from haiga.actions.seeds import seeds_for
    from haiga.cli import output
    from haiga.core.config import load_artist

    (number,) = seeds_for(seed, 1)
    with output.progress(1) as bar:
        mounted = mount_files(
            load_artist(artist),
            picture,
            poem,
            seed=number,
            out=out,
            on_event=output.listener(bar),
        )
    if json:
        output.give_json(
            {
                "sheet": str(mounted.path),
                "seed": mounted.seed,
                "poem": list(mounted.poem.lines),
                "size_px": list(mounted.size_px),
                "seconds": round(mounted.seconds, 4),
            }
        )
        return
    output.give(f"{mounted.path} (seed {mounted.seed})")
