"""`haiga style`: a picture in the colours and strokes of an artwork."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haiga.cli import options

if TYPE_CHECKING:
    from haiga.core.nouns import Style


def style(
    picture: Annotated[
        Path, typer.Argument(metavar="IN.png", help="The picture to restyle: PNG, JPEG, WebP …")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="OUT.png", help="The PNG to write.")],
    mood: Annotated[
        str | None,
        typer.Option(
            "--mood",
            "-m",
            metavar="MOOD|MODE",
            help="Follow an artwork of this mood, such as sadness; from-picture reads the mood of "
            "IN.png, random draws one.",
        ),
    ] = None,
    like: Annotated[
        list[str] | None,
        typer.Option(
            "--like",
            metavar="STYLE[:WEIGHT]",
            help="Follow this picture, or the artwork of this id. Several are mixed by weight.",
        ),
    ] = None,
    region: Annotated[
        list[str] | None,
        typer.Option(
            "--region",
            metavar="MASK.png=STYLE",
            help="Follow this style where the mask is white. May be given several times.",
        ),
    ] = None,
    stylist: Annotated[
        str | None,
        typer.Option(
            "--stylist",
            metavar="NAME",
            help="How it is painted, such as adain.v1. (default: as the artist does)",
        ),
    ] = None,
    keep_structure: Annotated[
        bool,
        typer.Option("--keep-structure", help="Change colours alone: a photograph stays one."),
    ] = False,
    bank: options.Bank = None,
    strength: Annotated[
        float | None,
        typer.Option(
            "--strength",
            metavar="0..1",
            help="0 leaves the picture as it is, 1 repaints it. (default: the artist's own)",
        ),
    ] = None,
    seed: options.Seed = None,
    artist: options.Artist = options.ARTIST,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Restyle a picture after an artwork of a mood, or after pictures of yours."""
    from haiga.actions.makers import Makers
    from haiga.actions.seeds import seeds_for
    from haiga.actions.style import restyle_file
    from haiga.actions.style_banks import with_bank
    from haiga.actions.style_choice import with_stylist
    from haiga.cli import output
    from haiga.core.config import load_artist

    (number,) = seeds_for(seed, 1)
    asked = with_stylist(load_artist(artist), stylist, keep_structure=keep_structure)
    chosen = with_bank(asked, bank)
    with output.progress(2) as bar:
        styled = restyle_file(
            Makers(chosen),
            picture,
            mood=mood,
            likes=like or (),
            regions=region or (),
            strength=strength,
            seed=number,
            out=out,
            on_event=output.listener(bar),
        )
    for remark in styled.remarks:
        output.tell(remark)
    base = _credit(styled.style) if styled.style is not None else None
    places = [_credit(style) for style in styled.regions]
    if json:
        output.give_json(
            {
                "styled": str(styled.path),
                "seed": styled.seed,
                "style": base,
                "regions": places,
                "stylist": chosen.stylist.use,
                "strength": styled.strength,
                "remarks": list(styled.remarks),
                "seconds": round(styled.seconds, 4),
            }
        )
        return
    alone = base if base is not None and len(like or []) < 2 else None
    own = any(Path(text).exists() for text in like or [])
    first = [_told(alone)] if alone is not None and not own else list(like or [])
    inside = [text.partition("=")[2] for text in region or []]
    output.give(f"{styled.path} (seed {styled.seed})\nafter {', '.join([*first, *inside])}")


def _credit(style: Style) -> dict[str, str]:
    names = ("id", "title", "artist", "date", "credit", "licence")
    return {name: getattr(style, name) for name in names}


def _told(credit: dict[str, str]) -> str:
    from haiga.cli.create import credit_line

    return credit_line(credit).removeprefix("after ")
