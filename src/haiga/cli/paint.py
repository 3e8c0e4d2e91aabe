"""`haiga paint`: a text as a painting."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haiga.cli import options
from haiga.cli.create import candidates_text

if TYPE_CHECKING:
    from haiga.actions.paint import Painted


def paint(
    text: Annotated[
        str, typer.Argument(metavar='"TEXT"', help='What to paint: "winter moon over the sea".')
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE.png|DIR",
            help="The PNG to write, or a folder, where each is named after its seed.",
        ),
    ],
    seed: options.Seed = None,
    count: options.Count = 1,
    painter: options.Painter = None,
    candidates: options.Candidates = None,
    allow_copy: options.AllowCopy = None,
    artist: options.Artist = options.ARTIST,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Paint a text, and name the words the painter has never seen."""
    from haiga.actions.makers import Makers, with_candidates
    from haiga.actions.paint import paint
    from haiga.actions.painters import with_painter
    from haiga.actions.seeds import seeds_for
    from haiga.cli import output
    from haiga.core.config import load_artist, told_by_line

    seeds = seeds_for(seed, count)
    chosen = with_painter(load_artist(artist), painter)
    makers = Makers(with_candidates(chosen, candidates))
    with told_by_line(artist), output.progress(count) as bar:
        paintings = paint(
            makers,
            text,
            seeds=seeds,
            out=out,
            allow_copy=allow_copy,
            on_event=output.listener(bar),
        )
        for painted in paintings:
            with bar.hidden():
                if json:
                    output.give_json(painted_table(painted))
                    continue
                output.give(f"{painted.path} (seed {painted.seed})")
                if painted.candidates:
                    output.tell(candidates_text(painted.candidates))
                if painted.finding.value != "new":
                    output.tell(f"{painted.finding.gate}: {painted.finding.reason}")
                if painted.unseen_words:
                    output.tell(f"never seen by the painter: {', '.join(painted.unseen_words)}")


def painted_table(painted: Painted) -> dict[str, object]:
    """A painting as `--json` gives it."""
    return {
        "painting": str(painted.path),
        "seed": painted.seed,
        "text": painted.text,
        "unseen_words": list(painted.unseen_words),
        "size_px": list(painted.size_px),
        "seconds": round(painted.seconds, 4),
        "candidates": dict(painted.candidates) or None,
        "originality": [painted.finding.table],
    }
