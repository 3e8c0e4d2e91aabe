"""`haiga write`: poems alone."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from haiga.cli import options

BOLD, PLAIN = "\x1b[1;4m", "\x1b[0m"
OTHERS = "Only with --with verse or a folder of your own"
"""Above the options that the haiku poet, who writes when no other is named, does not take."""


def write(
    form: Annotated[
        str,
        typer.Option(
            "--form",
            metavar="FORM|FILE.toml",
            help="haiku (5-7-5), tanka, lune, couplet, quatrain, lyric, free, or a file.",
        ),
    ] = "haiku",
    model: Annotated[
        str | None,
        typer.Option(
            "--with",
            metavar="NAME|DIR",
            help="A bundled poet, or a folder that `haiga train poet` made. "
            "(default: the artist's poet)",
        ),
    ] = None,
    count: options.Count = 1,
    seed: options.Seed = None,
    about: options.About = None,
    begin: Annotated[
        str | None,
        typer.Option(
            "--begin",
            rich_help_panel=OTHERS,
            metavar='"WORDS"',
            help="The poem's first words, kept as they are.",
        ),
    ] = None,
    lines: Annotated[
        int | None,
        typer.Option(
            "--lines",
            rich_help_panel=OTHERS,
            metavar="N",
            help="Lines of free verse or of a form in stanzas.",
        ),
    ] = None,
    temperature: Annotated[
        float | None,
        typer.Option(
            "--temperature",
            metavar="T",
            help="Above 0, to 3 (haiku: 2): 0.5 is tame, 1 as the poet learned it.",
        ),
    ] = None,
    top_p: Annotated[
        float | None,
        typer.Option(
            "--top-p",
            rich_help_panel=OTHERS,
            metavar="P",
            help="0 to 1: draw from the likeliest words that hold P.",
        ),
    ] = None,
    greedy: Annotated[
        bool,
        typer.Option(
            "--greedy",
            rich_help_panel=OTHERS,
            help="Always the likeliest word; the seed plays no part.",
        ),
    ] = False,
    candidates: Annotated[
        int | None,
        typer.Option("--candidates", "-k", metavar="K", help="Drafts of each, the best is kept."),
    ] = None,
    diction: Annotated[
        str | None,
        typer.Option(
            "--diction",
            rich_help_panel=OTHERS,
            metavar="plain|period|any|FILE",
            help="Which words; FILE: only its own.",
        ),
    ] = None,
    season: Annotated[
        str | None,
        typer.Option(
            "--season",
            rich_help_panel=OTHERS,
            metavar="SEASON",
            help="spring, summer, autumn, winter.",
        ),
    ] = None,
    imagery: Annotated[
        float | None,
        typer.Option(
            "--imagery",
            rich_help_panel=OTHERS,
            metavar="X",
            help="0 to 3: how much things of the senses gain.",
        ),
    ] = None,
    repetition: Annotated[
        float | None,
        typer.Option(
            "--repetition",
            rich_help_panel=OTHERS,
            metavar="X",
            help="0 to 10: against saying a word again.",
        ),
    ] = None,
    max_shared_words: Annotated[
        int | None,
        typer.Option(
            "--max-shared-words",
            rich_help_panel=OTHERS,
            metavar="N",
            help="Words in a row it may share with a known work.",
        ),
    ] = None,
    quotations: Annotated[
        list[str] | None,
        typer.Option(
            "--quotation",
            rich_help_panel=OTHERS,
            metavar="TITLE",
            help="A work it may quote; may be repeated.",
        ),
    ] = None,
    artist: options.Artist = options.ARTIST,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Write poems of a form, without painting them."""
    given: dict[str, Any] = {
        "begin": begin, "lines": lines, "temperature": temperature, "top_p": top_p,
        "greedy": greedy or None, "candidates": candidates, "diction": diction,
        "season": season, "imagery": imagery, "repetition": repetition,
        "max_shared_words": max_shared_words, "quotations": quotations or None,
    }  # fmt: skip
    settings = {name: value for name, value in given.items() if value is not None}

    import sys

    from haiga.actions.makers import Makers
    from haiga.actions.poets import option_of, with_poet
    from haiga.actions.seeds import seeds_for
    from haiga.actions.write import remarks, shown, write
    from haiga.cli import output
    from haiga.core.config import load_artist, told_by_line

    seeds = seeds_for(seed, count)
    makers = Makers(with_poet(load_artist(artist), model, settings))
    marks = (BOLD, PLAIN) if sys.stdout.isatty() else ("", "")
    told: set[str] = set()
    named = options.named({name: option_of(name) for name in settings})
    with told_by_line(artist), named:
        for written in write(makers, form=form, seeds=seeds, about=about or ""):
            output.stop_if_interrupted()
            if json:
                output.give_json(written.table())
                continue
            first = written.seed == seeds[0]
            output.give(("" if first else "\n") + shown(written.poem, *marks))
            unknown = list(written.poem.details.get("unknown_about", ()))
            if unknown and first:
                output.tell(f"the poet does not know: {', '.join(unknown)}")
            for remark in remarks(written.poem):
                if remark not in told:
                    output.tell(remark)
                    told.add(remark)
            if seed is None and not greedy:
                output.tell(f"(seed {written.seed})")
