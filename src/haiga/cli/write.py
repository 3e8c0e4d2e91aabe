"""`haiga write`: poems alone."""

from __future__ import annotations

from typing import Annotated

import typer

from haiga.cli import options


def write(
    form: Annotated[
        str, typer.Option("--form", metavar="FORM", help="The form to keep, such as haiku (5-7-5).")
    ] = "haiku",
    count: options.Count = 1,
    seed: options.Seed = None,
    about: options.About = "",
    artist: options.Artist = options.ARTIST,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Write poems of a form, without painting them."""
    from haiga.actions.makers import Makers
    from haiga.actions.seeds import seeds_for
    from haiga.actions.write import write
    from haiga.cli import output
    from haiga.core.config import load_artist

    seeds = seeds_for(seed, count)
    first = True
    for written in write(Makers(load_artist(artist)), form=form, seeds=seeds, about=about):
        output.stop_if_interrupted()
        unknown = list(written.poem.details.get("unknown_about", ()))
        if json:
            output.give_json(
                {
                    "lines": list(written.poem.lines),
                    "syllables": list(written.syllables),
                    "seed": written.seed,
                    "form": form,
                    "unknown_about": unknown,
                    "seconds": round(written.seconds, 4),
                }
            )
            continue
        output.give(written.poem.text if first else "\n" + written.poem.text)
        first = False
        if unknown and written.seed == seeds[0]:
            output.tell(f"the poet does not know: {', '.join(unknown)}")
        if seed is None:
            output.tell(f"(seed {written.seed})")
