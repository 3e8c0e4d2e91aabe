"""`haiga collection`: pictures one can stand behind, each with its passport."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haiga.cli import options

if TYPE_CHECKING:
    from haiga.core.collecting import Fate, Item

app = typer.Typer(
    help="Collections of pictures: gather, judge, decide, report and give away.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The collection.")]
Gate = Annotated[
    str | None,
    typer.Option(
        "--licence-gate",
        metavar="GATE",
        help="Only what may be used so: commercial, share or research.",
    ),
]
SHOWN = 20
"""So many items, or reasons why files could not be had, are told one by one."""


@app.callback()
def collection() -> None:
    """Collections of pictures: gather, judge, decide, report and give away."""


@app.command("new")
def new(
    name: Name,
    about: Annotated[str, typer.Option("--about", metavar="WORDS", help="What it is for.")] = "",
    studio: options.Studio = options.STUDIO,
    debug: options.Debug = False,
) -> None:
    """Make an empty collection."""
    from haiga.cli import output
    from haiga.collection.store import Collection

    made = Collection.new(studio, name, about=about)
    output.give(f"{made.folder}: an empty collection\nfill it   haiga collection add {name} FOLDER")


@app.command("names")
def list_names(studio: options.Studio = options.STUDIO, debug: options.Debug = False) -> None:
    """List the studio's collections."""
    from haiga.cli import output
    from haiga.collection.store import names

    for name in names(studio):
        output.give(name)


@app.command("add")
def add(
    name: Name,
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="A folder, a table of addresses (.csv, .tsv, .jsonl), a .zip or .tar, "
            'or met:WORDS, aic:WORDS, commons:Category:NAME, "flickr:tag=mask", hf:OWNER/NAME.',
        ),
    ],
    gate: Gate = None,
    where: Annotated[
        list[str] | None,
        typer.Option("--where", metavar="CONDITION", help='By a column: "artist=Monet".'),
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", "-n", metavar="N", min=1, help="At most N.")
    ] = None,
    key: Annotated[
        str | None,
        typer.Option("--key", metavar="KEY", envvar="HAIGA_SOURCE_KEY", help="A service's key."),
    ] = None,
    address: Annotated[
        str | None,
        typer.Option("--address", metavar="URL", help="A mirror to ask instead of the service."),
    ] = None,
    studio: options.Studio = options.STUDIO,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Add pictures from sources; a run that was ended goes on where it was."""
    from haiga.actions.collect import fill
    from haiga.cli import output
    from haiga.collection.reasons import grouped
    from haiga.collection.store import Collection
    from haiga.core.counted import counted

    opened = Collection.open(studio, name)
    with output.progress(1) as bar:

        def on_each(told: str) -> None:
            output.stop_if_interrupted()
            bar.begin(told[:60])

        filled = fill(
            opened, sources, gate=gate, limit=limit, key=key, address=address,
            where=tuple(where or ()), on_each=on_each,
        )  # fmt: skip
    for one in filled:
        for note in one.notes:
            output.tell(note)
        groups = grouped(one.added.missed)
        for group in groups[:SHOWN]:
            output.tell(f"not added: {group.told()}")
        if len(groups) > SHOWN:
            rest = sum(group.count for group in groups[SHOWN:])
            output.tell(f"not added: {rest:,} more for other reasons")
        if json:
            output.give_json(
                {
                    "source": one.source,
                    "new": one.added.new,
                    "again": one.added.again,
                    "same": one.added.same,
                    "restored": one.added.restored,
                    "missed": [{"id": m.source_id, "reason": m.reason} for m in one.added.missed],
                    "notes": list(one.notes),
                }
            )
            continue
        output.give(
            f"{one.source}: {one.added.new:,} new, {one.added.again:,} here before, "
            f"{one.added.same:,} with the bytes of another, {len(one.added.missed):,} not added"
            + (f", {counted(one.added.restored, 'file')} restored" if one.added.restored else "")
        )


@app.command("list")
def list_items(
    name: Name,
    kept: Annotated[bool, typer.Option("--kept", help="Only kept items.")] = False,
    dropped: Annotated[bool, typer.Option("--dropped", help="Only dropped items.")] = False,
    undecided: Annotated[bool, typer.Option("--undecided", help="Only undecided items.")] = False,
    gate: Gate = None,
    count: Annotated[
        int | None, typer.Option("--count", "-n", metavar="N", min=1, help="Only the first N.")
    ] = None,
    studio: options.Studio = options.STUDIO,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """List the items with what was decided, and what judges have against them."""
    from haiga.actions.collect import item_table, listed
    from haiga.cli import output
    from haiga.collection.store import Collection

    asked: dict[Fate, bool] = {"kept": kept, "dropped": dropped, "undecided": undecided}
    chosen = tuple(fate for fate in asked if asked[fate]) or tuple(asked)
    for item, against in listed(Collection.open(studio, name), chosen, gate)[:count]:
        if json:
            output.give_json(item_table(item, against))
        else:
            said = f"  [{'; '.join(v.reason for v in against)}]" if against else ""
            output.give(f"{line_of(item)}{said}")


@app.command("show")
def show(
    name: Name,
    wanted: Annotated[str, typer.Argument(metavar="ITEM", help="Its number or digest.")],
    studio: options.Studio = options.STUDIO,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Show an item's passport, where its file lies, and every verdict on it."""
    from haiga.actions.collect import item_table
    from haiga.cli import output
    from haiga.collection.licences import read_licence
    from haiga.collection.store import Collection

    opened = Collection.open(studio, name)
    item = opened.item(wanted)
    verdicts = opened.verdicts().get(item.id, [])
    if json:
        output.give_json({**item_table(item, verdicts), "file": str(opened.file(item))})
        return
    output.give(line_of(item))
    output.give(f"file       {opened.file(item)} ({item.width} x {item.height} px)")
    for passport in item.passports:
        licence = read_licence(passport.licence)
        told = {
            "source": f"{passport.source}, {passport.source_id}",
            "page": passport.url,
            "title": passport.title,
            "maker": passport.maker,
            "date": passport.date,
            "place": passport.place,
            "licence": f"{passport.licence or 'not stated'} ({licence.reason})",
            "credit": passport.credit,
            "consent": passport.consent or "not recorded",
            "caption": passport.caption,
        }
        for attribute in passport.attributes:
            told[attribute.name] = f"{attribute.value} (told by {attribute.told_by or 'nobody'})"
        for key, value in told.items():
            if value:
                output.give(f"{key:10} {' '.join(value.split())}")
    for remark in item.remarks:
        output.give(f"remark     {remark}")
    for verdict in verdicts:
        output.give(f"{verdict.name:16} {verdict.score:.2f}  {verdict.reason}")


@app.command("export")
def export(
    name: Name,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="A new folder.")],
    undecided: Annotated[
        bool, typer.Option("--undecided", help="Undecided items too, not only kept ones.")
    ] = False,
    gate: Gate = None,
    studio: options.Studio = options.STUDIO,
    debug: options.Debug = False,
) -> None:
    """Write the kept pictures with their passports and credits into a folder to train on."""
    from haiga.actions import collect
    from haiga.cli import output
    from haiga.collection.store import Collection

    made = collect.export(Collection.open(studio, name), out, everything=undecided, gate=gate)
    tell_gone(made.gone, "not exported")
    if made.kept_back:
        output.tell(f"{made.kept_back:,} kept back by the gate {gate}")
        for number, reason in list(made.reasons.items())[:SHOWN]:
            output.tell(f"kept back: item {number}: {reason}")
    output.give(
        f"{made.folder}: {made.pictures:,} pictures, metadata.jsonl and CREDITS.txt\n"
        f"train on it   haiga train generator --pictures {made.folder} --out MODEL"
    )


def cut(text: str, most: int | None) -> str:
    """A text on one line, of at most `most` characters."""
    line = " ".join(text.split())
    return line if most is None or len(line) <= most else line[: most - 1].rstrip() + "…"


def tell_gone(gone: Sequence[tuple[Item, str]], undone: str) -> None:
    """Names the items whose files are gone, the first of them, and counts the rest."""
    from haiga.cli import output

    for item, why in gone[:SHOWN]:
        called = cut(item.passport.title or item.passport.source_id, 60)
        output.tell(f"{undone}: item {item.number}, '{called}': {why}")
    if len(gone) > SHOWN:
        output.tell(f"{undone}: {len(gone) - SHOWN:,} more whose files are gone")


def line_of(item: Item, *, most: int | None = None) -> str:
    """An item on one line, its title and maker cut at `most` characters each."""
    passport = item.passport
    called = cut(passport.title or passport.source_id, most)
    by = f", {cut(passport.maker, most)}" if passport.maker else ""
    why = f" ({item.reason})" if item.reason else ""
    line = f"{item.number:>6}  {item.fate}{why}  {called}{by}"
    return " ".join(line.split("\n"))
