"""`haiga telephone`: a text painted, put into words, painted again, and what becomes of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haiga.cli import options

if TYPE_CHECKING:
    from haiga.actions.telephone.command import Played
    from haiga.actions.telephone.game import Table


def telephone(
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            "-o",
            metavar="DIR",
            help="The folder of the game: a new one, or one where this game was begun.",
        ),
    ],
    start: Annotated[
        str | None,
        typer.Argument(
            metavar='"TEXT"|IMG|DIR',
            show_default=False,
            help='Words to begin with, "dog standing on a grass hill", or a picture; '
            "with --fork the folder of an earlier game.",
        ),
    ] = None,
    rounds: Annotated[
        int,
        typer.Option("--rounds", metavar="N", help="Pictures painted one after another, 1 to 500."),
    ] = 8,
    chains: Annotated[
        int,
        typer.Option(
            "--chains",
            metavar="M",
            help="Games from the same beginning, 1 to 1000; number i has seed N + i.",
        ),
    ] = 1,
    seed: options.Seed = None,
    painter: Annotated[
        list[str] | None,
        typer.Option(
            "--painter",
            metavar="MODEL",
            help="Who paints: a bundled model, a folder or a registered name; "
            "several play side by side. (default: the artist's)",
        ),
    ] = None,
    captioner: Annotated[
        list[str] | None,
        typer.Option(
            "--captioner",
            metavar="MODEL",
            help="Who says what is seen, in the same way. (default: the bundled one)",
        ),
    ] = None,
    temperature: Annotated[
        float | None,
        typer.Option(
            "--temperature",
            metavar="T",
            help="How freely the captioner speaks: 0 says the likeliest. "
            "(default: the captioner's own)",
        ),
    ] = None,
    fork: Annotated[
        int | None,
        typer.Option(
            "--fork", metavar="ROUND", help="Leave the game in DIR at this round and play on."
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="DIR:ROUND",
            help="The same in one word; DIR:CHAIN:ROUND names another chain than the first.",
        ),
    ] = None,
    artist: options.Artist = options.ARTIST,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Play the telephone: paint a text, say what is seen, paint that, and so on.

    Every picture carries its recipe; a strip, a film and a page show the game, and what was
    lost on the way is measured. Stopped in the middle, the same command goes on.
    """
    from haiga.actions.caption import wildness_told
    from haiga.actions.telephone.beginning import read_beginning
    from haiga.actions.telephone.command import Telephone
    from haiga.actions.telephone.play import Asked
    from haiga.actions.telephone.sides import captioner_sides, painter_sides
    from haiga.cli import ending, output
    from haiga.core.config import load_artist

    asked = Asked(
        beginning=read_beginning(start, fork, source),
        painters=painter_sides(painter or [], load_artist(artist).painter),
        captioners=captioner_sides(captioner or [], temperature),
        rounds=rounds,
        chains=chains,
        seed=seed,
        artist="" if painter else Path(artist).name,
    )
    game = Telephone(asked, out)
    aloud = not json and chains == 1 and len(game.table.games) == 1
    with output.progress(game.rounds + 1) as bar:
        said = 0

        def on_round(what: str, done: bool) -> None:
            nonlocal said
            ending.check_interrupts()
            bar.advance() if done else bar.begin(what)
            if aloud and done:
                with bar.hidden():
                    said = _say(game.table, said)

        played = game.play(on_round)
    for told in {wildness_told(side.use, temperature) for side in asked.captioners} - {""}:
        output.tell(told)
    if json:
        output.give_json(played_table(played))
        return
    _tell(played, said)


def _say(table: Table, said: int, game: int = 0) -> int:
    """Give what the first chain has said since `said` turns were told; how many are told now."""
    from haiga.cli import output

    turns = table.games[game].chains[0].turns
    if said == 0 and table.text:
        output.give(f"    “{table.text}”")
    for turn in turns[said:]:
        output.give(f"{turn.round:>3} {turn.caption or '(nothing was said)'}")
    return len(turns)


def _tell(played: Played, said: int) -> None:
    """The game in a few lines: what was said, what was measured, where it lies."""
    from haiga.actions.telephone.results import near_told, unseen_words, unsure_told
    from haiga.cli import output
    from haiga.inspection import telephone_told as told

    table = played.table
    drifts = played.results.drifts
    for i, (name, game, drift) in enumerate(zip(table.names, table.games, drifts, strict=True)):
        if len(table.games) > 1:
            output.give(f"{name}:")
        _say(table, said, i)
        if drift is not None:
            output.give(told.words_told(drift))
            output.give(told.text_told(drift))
            if table.chains > 1:
                output.give(told.distinct_told(drift))
            for sentence in told.returns_told(drift, table.chains):
                output.give(sentence)
        ended = [(k, c) for k, c in enumerate(game.chains) if c.ended]
        for k, c in ended[:3]:
            output.tell(f"chain {k + 1} ended: {c.ended}")
        if len(ended) > 3:
            output.tell(f"and {len(ended) - 3} more chains ended before the last round")
    for painter, unseen in unseen_words(table).items():
        who = painter if len(table.games) > 1 else "the painter"
        output.tell(f"never seen by {who}: {', '.join(unseen)}")
    for sentence in (unsure_told(table), near_told(table)):
        if sentence:
            output.tell(sentence)
    films = [played.results.film] if played.results.film else []
    for path in (played.results.page, played.results.strip, *films):
        output.give(str(path))
    output.tell(f"seed {table.seed}")


def played_table(played: Played) -> dict[str, object]:
    """A game as `--json` gives it."""
    table = played.table
    return {
        "folder": str(played.folder),
        "seed": table.seed,
        "rounds": table.rounds,
        "chains": table.chains,
        "strip": str(played.results.strip),
        "film": str(played.results.film) if played.results.film else None,
        "page": str(played.results.page),
        "games": [
            {
                "name": name,
                "painter": game.painter.model_dump(mode="json"),
                "captioner": game.captioner.model_dump(mode="json"),
                "chains": [
                    {
                        "seed": chain.seed,
                        "captions": [turn.caption for turn in chain.turns],
                        "ended": chain.ended or None,
                    }
                    for chain in game.chains
                ],
                "measured": table.measured.get(name),
            }
            for name, game in zip(table.names, table.games, strict=True)
        ],
        "playing_s": round(played.playing_s, 3),
        "seconds": round(played.seconds, 3),
    }
