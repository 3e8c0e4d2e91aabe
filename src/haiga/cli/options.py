"""Options that several verbs share, with what a value looks like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from haiga.cli import ending


def _turn_debug_on(wanted: bool) -> bool:
    if wanted:
        ending.Debug.on = True
    return wanted


Debug = Annotated[
    bool,
    typer.Option("--debug", callback=_turn_debug_on, help="Show a traceback when something fails."),
]

Artist = Annotated[
    str,
    typer.Option(
        "--artist",
        "-a",
        metavar="NAME|FILE.toml",
        help="A ready artist (auria, shiro) or a file of your own.",
    ),
]

Seed = Annotated[
    int | None,
    typer.Option(
        "--seed",
        "-s",
        metavar="N",
        help="0 to 9223372036854775807; the same seed makes the same again "
        "(create: a seed that the studio holds gives its piece). "
        "(default: drawn at random and reported)",
    ),
]

Count = Annotated[
    int,
    typer.Option(
        "--count", "-n", metavar="N", help="How many, 1 or more; number i has seed N + i."
    ),
]

Candidates = Annotated[
    int | None,
    typer.Option(
        "--candidates",
        "-k",
        metavar="K",
        help="Paint K pictures, 1 to 64, and keep the one that matches the words best. "
        "(default: as the artist says)",
    ),
]

Engine = Annotated[
    str,
    typer.Option(
        "--engine",
        metavar="local|ray",
        help=r"This machine, or Ray (pip install 'haiga\[ray]').",
    ),
]

Workers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        "-w",
        metavar="N",
        help="Work on so many at once, 1 to 512, each in a process of its own. "
        "(default: 1, in this process; with Ray, as many as it has processors)",
    ),
]

RayAddress = Annotated[
    str | None,
    typer.Option(
        "--ray-address",
        metavar="HOST:PORT",
        help="A Ray cluster that runs already, or 'auto'. (default: start Ray here)",
    ),
]

Events = Annotated[
    Path | None,
    typer.Option(
        "--events",
        metavar="FILE",
        help="Write what happens to this file, one JSON object a line, as it happens.",
    ),
]

AllowCopy = Annotated[
    str | None,
    typer.Option(
        "--allow-copy",
        metavar='"REASON"',
        help="Keep what would be refused as a copy; the reason goes into its recipe.",
    ),
]

Painter = Annotated[
    str | None,
    typer.Option(
        "--painter",
        metavar="NAME|DIR",
        help="Paint with this model: the folder of a painter or generator of your own. "
        "(default: as the artist says)",
    ),
]


def _said(words: str | None) -> str:
    """The words as given; none at all where the option is left out, but not where it is empty."""
    if words is not None and not words.strip():
        from haiga.core.errors import UserError

        raise UserError('--about: is empty; give a few words, such as "snow, an old dog"')
    return words or ""


About = Annotated[
    str | None,
    typer.Option(
        "--about",
        metavar='"WORDS"',
        callback=_said,
        help='A few words that steer the poem: "snow, an old dog".',
    ),
]

Mood = Annotated[
    str | None,
    typer.Option(
        "--mood",
        "-m",
        metavar="MOOD|MODE",
        help="A mood, such as sadness; from-poem or from-picture to read it from what is made; "
        "random. (default: as the artist says)",
    ),
]

Bank = Annotated[
    str | None,
    typer.Option(
        "--bank",
        metavar="NAME|DIR",
        help="Follow the artworks of this bank: a folder that `haiga styles make` wrote. "
        "(default: as the artist says)",
    ),
]

Json = Annotated[
    bool,
    typer.Option(
        "--json", help="One JSON object per line on standard output, and nothing else there."
    ),
]

Studio = Annotated[
    Path,
    typer.Option(
        "--studio",
        metavar="DIR",
        envvar="HAIGA_STUDIO",
        help="The folder that keeps the pieces; made when it is not there.",
    ),
]

STUDIO = Path("haiga-studio")
ARTIST = "auria"


@contextmanager
def named(given: Mapping[str, str]) -> Iterator[None]:
    """Let an error about a setting name the option that gave it: setting -> option."""
    from haiga.core.errors import UserError

    try:
        yield
    except UserError as error:
        lines = str(error).splitlines()
        for setting, option in given.items():
            start = f"{setting}: "
            lines = [option + t[len(setting) :] if t.startswith(start) else t for t in lines]
        raise UserError("\n".join(lines)) from error
