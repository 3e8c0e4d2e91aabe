"""`haiga replay`: a picture made again from the recipe inside it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from haiga.cli import options


def replay(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.png", help="A PNG that haiga made, as it was written.")
    ],
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Make a picture again and compare it, pixel by pixel.

    Ends with 0 when it is identical, and with 1 when it is not, naming each
    input that changed.
    """
    from haiga.actions.replay import replay
    from haiga.cli import output

    with output.progress(10) as bar:
        replayed = replay(file, on_event=output.listener(bar))
    if json:
        output.give_json(
            {
                "identical": replayed.identical,
                "changed": list(replayed.changed),
                "ssim": replayed.ssim,
                "file": str(replayed.path),
                "kind": replayed.kind,
                "picture": replayed.file,
                "seed": replayed.seed,
            }
        )
    elif replayed.identical:
        output.give(f"identical: {file} came out the same, pixel by pixel")
    elif replayed.remade:
        output.give(f"not identical: {file}")
    else:
        output.give(f"could not be made again: {file}")
    if not json:
        for sentence in replayed.changed:
            output.give(f"{'changed' if replayed.remade else 'reason'}: {sentence}")
        if replayed.ssim is not None and not replayed.identical:
            output.give(f"SSIM {replayed.ssim:.6f} (1 is the same)")
    if not replayed.identical:
        raise typer.Exit(1)
