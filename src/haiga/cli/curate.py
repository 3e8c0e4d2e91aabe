"""`haiga collection curate`: going through a collection by keyboard, one picture at a time."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haiga.cli import options

if TYPE_CHECKING:
    from rich.console import Console

    from haiga.actions.curate import Question, Triage
    from haiga.cli.keys import ReadKey
    from haiga.core.collecting import Decision, Fate

KEYS = (
    "k keep   d drop   K, D the same with a reason   space skip   u undo   w details   "
    "o where it lies   q end"
)
MOST_COLUMNS, LEAST_ROWS = 100, 6
BELOW = 13  # lines of text under a picture
DRAFT_PX = 256


def curate(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The collection.")],
    studio: options.Studio = options.STUDIO,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Go through a collection by keyboard: what judges propose to drop comes first.

    Each key is kept at once; end at any time and go on later. Keys can come from a pipe, one
    a character.
    """
    from haiga.actions.curate import Triage
    from haiga.cli import output
    from haiga.collection.proposals import standings, told
    from haiga.collection.store import Collection
    from haiga.core.errors import Stopped

    collection = Collection.open(studio, name)
    triage = Triage(collection)
    try:
        _walk(triage, json)
    except KeyboardInterrupt:
        kept = len(triage.answered)
        raise Stopped(f"stopped; {'1 decision is' if kept == 1 else f'{kept} decisions are'} kept; "
                      f"`haiga collection curate {name}` goes on") from None  # fmt: skip
    fates = [decision.fate for decision in triage.answered]
    if not json:
        left = triage.left if triage.current() else 0
        output.give(
            f"{name}: {fates.count('kept'):,} kept and {fates.count('dropped'):,} dropped; "
            f"{left:,} left to look at"
        )
        for standing in standings(collection):
            if standing.proposed or standing.rejected or standing.followed:
                output.give(f"  {told(standing)}")


def _walk(triage: Triage, json: bool) -> None:
    from rich.console import Console

    from haiga.cli.keys import END, read_keys

    console = Console(stderr=True, highlight=False)
    said = ""
    with read_keys() as read_key:
        while (question := triage.current()) is not None:
            _show(console, triage, question, said)
            said = ""
            while not said:
                key = read_key()
                if key in (END, "q"):
                    return
                said = _press(key, triage, question, console, read_key, json)
    if said:
        console.print(said, markup=False)
    console.print("There is nothing left to look at.", markup=False)


def _press(
    key: str, triage: Triage, question: Question, console: Console, read_key: ReadKey, json: bool
) -> str:
    """Does what a key asks for; returns what is to be said before the next picture, or ""."""
    from haiga.cli import output
    from haiga.core.errors import UserError

    item = question.item
    if key in "kdKD" and key:
        reason = _reason(console, read_key) if key.isupper() else ""
        if reason is None:
            return "nothing was decided"
        fate: Fate = "kept" if key.lower() == "k" else "dropped"
        made = triage.answer(fate, reason, item=item.id)
        _give(made, item.number, json)
        return f"#{item.number} {made.fate}{f': {made.reason}' if made.reason else ''}"
    if key in (" ", "s"):
        triage.skip()
        return f"#{item.number} skipped"
    if key == "u":
        try:
            gone = triage.undo()
        except UserError as error:
            return str(error)
        number = triage.collection.item(gone.item).number
        _give(gone, number, json)
        return f"undone: #{number} {gone.fate}"
    if key == "w":
        for line in details(question):
            console.print(_clean(line), markup=False, soft_wrap=True)
    elif key == "o":
        console.print(str(triage.collection.file(item)), markup=False, soft_wrap=True)
    elif key.isprintable():
        output.tell(KEYS)
    return ""


def _give(decision: Decision, number: int, json: bool) -> None:
    from dataclasses import asdict

    from haiga.cli import output

    if json:
        output.give_json({"item_number": number, **asdict(decision)})


def _reason(console: Console, read_key: ReadKey) -> str | None:
    from haiga.cli.keys import read_line

    def echo(text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()

    echo("reason: ")
    line = read_line(read_key, echo)
    echo("\n")
    return line


def _show(console: Console, triage: Triage, question: Question, said: str) -> None:
    from haiga.cli.terminal_picture import half_blocks, shows_pictures
    from haiga.core.errors import BadPicture
    from haiga.media.picture_judging import judge_picture

    if console.is_terminal:
        console.clear()
    if said:
        console.print(_clean(said), markup=False, style="dim")
    fault = ""
    if shows_pictures(console):
        path: Path = triage.collection.file(question.item)
        try:
            picture = judge_picture(path, draft_px=DRAFT_PX, least_px=1).pixels
            rows = max(LEAST_ROWS, console.height - BELOW)
            columns = min(console.width - 1, MOST_COLUMNS)
            console.print(half_blocks(picture, columns, rows), end="", soft_wrap=True)
        except BadPicture as error:
            fault = f"its file {error}"
    place, every = triage.place
    for line in [f"{place:,} of {every:,}", *summary(question), *([fault] if fault else [])]:
        console.print(_clean(line), markup=False, soft_wrap=True)
    console.print(KEYS, markup=False, style="dim", soft_wrap=True)


def summary(question: Question) -> list[str]:
    """What is said of an item beside its picture, a line each."""
    item = question.item
    passport = item.passport
    by = ", ".join(part for part in (passport.maker, passport.date) if part)
    lines = [
        f"#{item.number}  {passport.title or passport.source_id}{f'  ·  {by}' if by else ''}",
        f"{item.width} × {item.height}  ·  {passport.licence or 'no licence told'}  ·  "
        f"{passport.source}",
    ]
    if question.again:
        lines.append("you kept it before this was said:")
    lines += [f"  {v.name} {v.score:.2f}: {v.reason}" for v in question.proposals]
    if not question.proposals:
        lines.append("  no judge proposes to drop it")
    return lines


def details(question: Question) -> list[str]:
    """Everything that is known of an item, a line each."""
    item = question.item
    lines = [f"sha256 {item.id}", f"{item.bytes:,} bytes, added {item.added_at}", *item.remarks]
    for passport in item.passports:
        told = {
            "source": passport.source, "called": passport.source_id, "url": passport.url,
            "title": passport.title, "maker": passport.maker, "date": passport.date,
            "place": passport.place, "licence": passport.licence, "credit": passport.credit,
            "consent": passport.consent, "caption": passport.caption,
            **{a.name: f"{a.value} (told by {a.told_by or passport.source})"
               for a in passport.attributes},
            **passport.columns,
        }  # fmt: skip
        lines += [f"{name:9} {value}" for name, value in told.items() if value]
    lines += [
        f"{'keep' if v.keep else 'DROP':9} {v.name} {v.score:.2f} {v.reason}"
        for v in question.verdicts
    ]
    return lines


def _clean(text: str) -> str:
    """The text without what would steer the terminal."""
    return "".join(c if c.isprintable() else " " for c in text)
