"""`haiga mood`: what mood a picture or a poem has, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from haiga.cli import options


def mood(
    given: Annotated[
        list[str],
        typer.Argument(
            metavar='IN.png|POEM.txt|"WORDS"',
            help="A picture, a text file, or the words of a poem, with / between its lines.",
        ),
    ],
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Read the mood of pictures and poems, and say why."""
    from haiga.actions.mood import read_mood_of
    from haiga.cli import output

    for one in given:
        read = read_mood_of(one)
        mood = read.mood
        if json:
            output.give_json(
                {
                    "given": one,
                    "kind": read.kind,
                    "mood": mood.name,
                    "valence": mood.valence,
                    "arousal": mood.arousal,
                    "reason": mood.reason,
                }
            )
            continue
        named = f"{one}: " if len(given) > 1 else ""
        output.give(
            f"{named}{mood.name} (valence {mood.valence:+.2f}, arousal {mood.arousal:+.2f})\n"
            f"  {mood.reason}"
        )
