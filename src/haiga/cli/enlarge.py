"""`haiga enlarge`: a picture several times larger."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from haiga.cli import options


def enlarge(
    picture: Annotated[
        Path, typer.Argument(metavar="IN.png", help="The picture to enlarge: PNG, JPEG, WebP …")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="OUT.png", help="The PNG to write.")],
    scale: Annotated[
        int,
        typer.Option("--scale", "-x", metavar="2|3|4|6|8", help="How many times larger a side."),
    ] = 4,
    fidelity: Annotated[
        float | None,
        typer.Option(
            "--fidelity",
            metavar="0..1",
            help="1 stays nearest to what was there, 0 draws strokes and grain anew where they "
            "are lost. (default: 1)",
        ),
    ] = None,
    upscaler: Annotated[
        str | None,
        typer.Option(
            "--upscaler",
            metavar="NAME|DIR|FILE",
            help="lanczos, the folder of an upscaler that `haiga train upscaler` made, or a "
            ".safetensors file of the ESRGAN family. (default: the bundled network)",
        ),
    ] = None,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Make a picture larger, and check that the result keeps what was there."""
    from haiga.actions.enlarge import enlarge_file
    from haiga.cli import output

    with output.progress(2) as bar:
        made = enlarge_file(
            picture,
            scale=scale,
            fidelity=fidelity,
            upscaler=upscaler,
            out=out,
            on_event=output.listener(bar),
        )
    width, height = made.size_px
    if json:
        output.give_json(
            {
                "enlarged": str(made.path),
                "size_px": [width, height],
                "scale": scale,
                "upscaler": made.asked.use,
                "settings": made.asked.settings,
                "honesty": made.honesty.table(),
                "faults": made.honesty.faults,
                "remarks": list(made.remarks),
                "seconds": round(made.seconds, 4),
            }
        )
        return
    for remark in made.remarks:
        output.tell(f"{picture}: {remark}")
    for fault in made.honesty.faults:
        output.tell(f"{made.path}: {fault}")
    output.give(f"{made.path} ({width}×{height} px)\n{made.honesty.told()}")
