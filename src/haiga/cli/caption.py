"""`haiga caption`: what a picture shows, in words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haiga.cli import options

if TYPE_CHECKING:
    from haiga.actions.caption import Captioned


def caption(
    pictures: Annotated[
        list[Path],
        typer.Argument(metavar="IMG…", help="Pictures, or folders of them."),
    ],
    count: Annotated[
        int, typer.Option("--count", "-n", metavar="N", help="Several captions, 1 to 100, drawn.")
    ] = 1,
    temperature: Annotated[
        float | None,
        typer.Option(
            "--temperature",
            "-t",
            metavar="0..2",
            help="Draw the words: low is likely, high is bold. (default: 0, the likeliest caption; "
            "0.8 for several)",
        ),
    ] = None,
    beam: Annotated[
        int | None,
        typer.Option(
            "--beam", metavar="K", help="Captions kept alive in the search, 1 to 10. (default: 3)"
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            "--with",
            metavar="MODEL",
            help="The folder of a captioner that `haiga train captioner` made, or a registered "
            "name. (default: the bundled captioner)",
        ),
    ] = None,
    show_attention: Annotated[
        Path | None,
        typer.Option(
            "--show-attention",
            metavar="DIR",
            help="Write a picture a picture there of where it looked for each word.",
        ),
    ] = None,
    seed: options.Seed = None,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Say what pictures show, in a few words, and show where it looked for each."""
    from haiga.actions.caption import Captioned, caption_files, choose, wildness_told
    from haiga.actions.seeds import seeds_for
    from haiga.cli import output
    from haiga.core.errors import JobError

    asked = choose(model, count=count, temperature=temperature, beam=beam)
    seeds = seeds_for(seed, count)
    several = len(pictures) > 1 or any(path.is_dir() for path in pictures)
    said = 0
    with output.progress(len(pictures)) as bar:
        for one in caption_files(
            pictures, asked, seeds=seeds, show_in=show_attention, on_each=bar.advance
        ):
            with bar.hidden():
                output.stop_if_interrupted()
                if not isinstance(one, Captioned):
                    output.tell(f"left out: {one.path} {one.reason}")
                    continue
                said += 1
                _give(one, asked.settings.get("temperature"), seeds, several=several, json=json)
    if told := wildness_told(asked.use, asked.settings.get("temperature")):
        output.tell(told)
    if not said:
        raise JobError("none of these pictures could be read")


def _give(
    one: Captioned, temperature: float | None, seeds: range, *, several: bool, json: bool
) -> None:
    from haiga.cli import output

    if json:
        output.give_json(
            {
                "picture": str(one.path),
                "captions": [
                    {"text": c.text, "score": round(c.score, 4), "sure": c.sure}
                    for c in one.captions
                ],
                "seed": seeds[0] if temperature else None,
                "attention": None if one.shown is None else str(one.shown),
            }
        )
        return
    if not one.captions:
        told = "(nothing to be seen: it is of one tone)"
        output.give(f"{one.path}: {told}" if several else told)
        return
    for caption in one.captions:
        doubt = "" if caption.sure else "  (unsure)"
        output.give(f"{one.path}: {caption.text}{doubt}" if several else f"{caption.text}{doubt}")
    if one.shown is not None:
        output.tell(f"(where it looked: {one.shown})")
    if len(one.captions) < len(seeds):
        output.tell(f"({one.path}: no more than {len(one.captions)} captions differed)")
