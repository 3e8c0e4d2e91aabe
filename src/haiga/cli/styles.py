"""`haiga styles`: the artworks whose manner paintings can take on."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haiga.cli import options

if TYPE_CHECKING:
    from haiga.core.nouns import Style

app = typer.Typer(
    help="The style bank: artworks to follow, and banks of your own.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Mood = Annotated[
    str | None, typer.Option("--mood", "-m", metavar="MOOD", help="Only artworks of this mood.")
]
Artist = Annotated[
    str | None,
    typer.Option("--artist", metavar="NAME", help='Only by makers whose name holds this: "monet".'),
]
Medium = Annotated[
    str | None,
    typer.Option("--medium", metavar="MEDIUM", help="Only oil, watercolour, woodblock or ink."),
]
Bank = Annotated[
    str, typer.Option("--bank", metavar="NAME|DIR", help="The bank to look into.")
]  # fmt: skip


@app.callback()
def styles() -> None:
    """The style bank: artworks to follow, and banks of your own."""


@app.command("list")
def list_styles(
    mood: Mood = None,
    artist: Artist = None,
    medium: Medium = None,
    count: Annotated[
        int | None,
        typer.Option("--count", "-n", metavar="N", min=1, help="Only the first N. (default: all)"),
    ] = None,
    bank: Bank = "styles",
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """List the artworks of a bank."""
    from haiga.actions.style_banks import filtered, open_bank, style_table
    from haiga.cli import output

    chosen = filtered(open_bank(bank), mood=mood, artist=artist, medium=medium)
    for style in chosen[:count]:
        if json:
            output.give_json(style_table(style))
        else:
            output.give(_line(style))
    if not chosen:
        output.tell("no artwork of the bank meets these conditions")


@app.command("find")
def find_styles(
    query: Annotated[
        str, typer.Argument(metavar='"WORDS"', help='What it should be like: "stormy sea".')
    ],
    mood: Mood = None,
    artist: Artist = None,
    medium: Medium = None,
    count: Annotated[
        int, typer.Option("--count", "-n", metavar="N", min=1, help="At most N.")
    ] = 10,
    bank: Bank = "styles",
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Find artworks by words: in titles and captions, moods and colours; and say why each."""
    from haiga.actions.style_banks import filtered, find, open_bank, style_table
    from haiga.cli import output

    chosen = filtered(open_bank(bank), mood=mood, artist=artist, medium=medium)
    found = find(chosen, query)
    for one in found[:count]:
        if json:
            output.give_json({**style_table(one.style), "score": one.score, "reasons": one.reasons})
        else:
            output.give(f"{_line(one.style)}\n    {'; '.join(one.reasons)}")
    if not found:
        output.tell(f"nothing in the bank answers to '{query}'")


@app.command("show")
def show_style(
    style_id: Annotated[str, typer.Argument(metavar="ID", help="As list and find give it.")],
    bank: Bank = "styles",
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Show all that a bank holds of one artwork."""
    from haiga.actions.style_banks import named_style, open_bank, style_table
    from haiga.cli import output

    style = named_style(open_bank(bank), style_id)
    output.give_json(style_table(style)) if json else output.give(_whole(style))


@app.command("make")
def make_styles(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The pictures to measure.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="The bank to write.")],
    where: Annotated[
        list[str] | None,
        typer.Option(
            "--where",
            metavar="CONDITION",
            help='Keep pictures by a column: "artist=Monet", "year<1900". May be repeated.',
        ),
    ] = None,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Make a bank of a folder of pictures of yours; titles and makers come from a table there."""
    from haiga.actions.make_styles import make_style_bank
    from haiga.cli import output

    with output.progress(1) as bar:

        def on_each(i: int, n: int) -> None:
            output.stop_if_interrupted()
            bar.begin(f"{i + 1} of {n}")

        made = make_style_bank(folder, out, where=tuple(where or ()), on_each=on_each)
    for note in made.notes:
        output.tell(note)
    for left in made.left_out[:SHOWN]:
        output.tell(f"left out: {left.key} {left.reason}")
    if len(made.left_out) > SHOWN:
        output.tell(f"left out: {len(made.left_out) - SHOWN:,} more")
    if json:
        output.give_json(
            {
                "bank": str(made.folder),
                "artworks": made.artworks,
                "left_out": [{"file": o.key, "reason": o.reason} for o in made.left_out],
                "notes": list(made.notes),
            }
        )
        return
    works = "1 artwork" if made.artworks == 1 else f"{made.artworks:,} artworks"
    output.give(
        f"{made.folder}: a bank of {works}\n"
        f"look into it   haiga styles list --bank {made.folder}\n"
        f"follow one     haiga style IN.png --bank {made.folder} --like ID --out OUT.png\n"
        f'always         model = "{made.folder}" under [stylist] in an artist\'s file'
    )


SHOWN = 20
"""So many pictures that were left out are named one by one."""


def _line(style: Style) -> str:
    by = f", {style.artist}" if style.artist else ""
    date = f" ({style.date})" if style.date else ""
    return f"{style.id}  {style.title}{by}{date}  [{style.mood}, {style.medium}]"


def _whole(style: Style) -> str:
    told = {
        "title": style.title,
        "artist": style.artist or "not recorded",
        "date": style.date or "not recorded",
        "museum": style.museum or "not recorded",
        "credit": style.credit,
        "licence": style.licence,
        "page": style.url or "not recorded",
        "about": style.about,
        "medium": style.medium,
        "mood": f"{style.mood} (valence {style.valence:+.2f}, arousal {style.arousal:+.2f})",
        "palette": _swatches(style),
        "offered": "yes: it may be chosen for a mood" if style.offered
        else "no: it is followed only where it is asked for by its id",
    }  # fmt: skip
    lines = [f"{name:9}{value}" for name, value in told.items() if value]
    place = "the page above shows it" if style.url else "look for it where it is kept"
    return "\n".join(
        [style.id, *lines, f"The bank holds no picture of it, only measures; {place}."]
    )


def _swatches(style: Style) -> str:
    """The palette as hexadecimal colours, each beside a patch of it on a terminal with colours."""
    colours = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    patch = "\x1b[48;2;{};{};{}m    \x1b[0m " if colours else ""
    return " ".join(
        f"{patch.format(*colour)}#{colour[0]:02x}{colour[1]:02x}{colour[2]:02x}"
        for colour in dict.fromkeys(style.palette)
    )
