"""What the commands of `haiga evaluate` have in common."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

Pictures = Annotated[
    Path,
    typer.Option(
        "--pictures",
        metavar="FOLDER",
        help="The pictures it was trained on, or others of their kind.",
    ),
]
PicturesWhere = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        metavar="CONDITION",
        help='Keep pictures by a column: "artist_gender=female". May be repeated.',
    ),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Write report.html and report.json there."),
]


@contextmanager
def telling(steps: int | None) -> Iterator[Callable[[str], None]]:
    """What to call with each thing that begins: a bar on a terminal, else a line now and then.

    `steps` is how many begin; None where that is not known, and the bar stays where it is.
    """
    from haiga.cli import output

    with output.progress(steps or 1) as bar:
        say = now_and_then(output.tell)

        def tell(what: str) -> None:
            output.stop_if_interrupted()
            bar.begin(what)
            if steps is not None:
                bar.advance()
            if not sys.stderr.isatty():
                say(f"{what} …")

        yield tell


def now_and_then(say: Callable[[str], None], seconds: float = 5) -> Callable[[str], None]:
    """Passes on the first sentence, and of the others what comes so long after the last said."""
    said = -math.inf

    def hear(what: str) -> None:
        nonlocal said
        if time.monotonic() - said >= seconds:
            said = time.monotonic()
            say(what)

    return hear
