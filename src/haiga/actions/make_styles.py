"""A style bank made of a user's own folder of pictures, without torch."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from haiga.actions.targets import check_bank_target
from haiga.core.counted import counted
from haiga.core.errors import BadPicture, UserError
from haiga.core.moods import known_mood
from haiga.media.picture_choice import PictureChoice
from haiga.media.picture_folders import LeftOut, PictureRecord, read_pictures
from haiga.media.picture_judging import judge_picture
from haiga.media.pictures import picture_digest
from haiga.roles.stylists.making import Entry, measured, write_bank
from haiga.roles.stylists.network import CodeReader

READ_AT_PX = 512
"""Large JPEGs are decoded no larger than needed: styles are measured at 192 px."""
MOST_ABOUT = 200

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "name"),
    "artist": ("artist", "maker", "painter", "author", "creator", "photographer"),
    "date": ("date", "year", "created"),
    "museum": ("museum", "collection", "institution", "repository"),
    "credit": ("credit", "credit_line", "credits", "creditline"),
    "licence": ("licence", "license", "rights"),
    "medium": ("medium", "technique", "material"),
    "mood": ("mood", "emotion"),
    "url": ("url", "link", "page"),
}
"""What is known of an artwork, by the names that a table's column may have."""

_MEDIA: Mapping[str, str] = {
    "watercolour": r"watercolo|gouache|aquarell?e?",
    "woodblock": r"woodblock|woodcut|ukiyo|lino|screen ?print",
    "ink": r"\bink\b|sumi|tusche",
    "oil": r"\boil|öl\b|tempera|acryl",
}


@dataclass(frozen=True)
class MadeBank:
    """A bank that was made: where, how many artworks, what is not in it, what is to be said."""

    folder: Path
    artworks: int
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]


def make_style_bank(
    folder: Path,
    out: Path,
    *,
    where: tuple[str, ...] = (),
    on_each: Callable[[int, int], None] = lambda i, n: None,
) -> MadeBank:
    """Measure every picture below a folder and write a bank of them.

    Tables beside the pictures (`metadata.jsonl`, `.csv` …) give title, artist, date,
    museum, credit, licence, medium, mood and address; what they do not give is left
    empty, or read from the picture. Raises `UserError` where the folder holds nothing
    readable, or `out` something that is no bank; nothing is written then.
    """
    check_bank_target(out)
    read = read_pictures(PictureChoice(folder, where=where))
    left, notes, styles = list(read.left_out), list(read.notes), []
    codes = CodeReader()
    seen: dict[str, str] = {}
    ids: set[str] = set()
    unknown: dict[str, int] = {}
    for i, record in enumerate(read.records):
        on_each(i, len(read.records))
        try:
            picture = judge_picture(record.path, draft_px=READ_AT_PX, least_px=1).pixels
        except BadPicture as error:
            left.append(LeftOut(record.key, str(error)))
            continue
        digest = picture_digest(picture)
        if digest in seen:
            left.append(LeftOut(record.key, f"is the same picture as {seen[digest]}"))
            continue
        seen[digest] = record.key
        entry = _entry(record, ids, unknown)
        styles.append(measured(entry, picture))
        codes.read(picture)
    if not styles:
        reasons = "; ".join(f"{o.key} {o.reason}" for o in left[:3])
        more = f" and {len(left) - 3:,} more" if len(left) > 3 else ""
        raise UserError(f"{folder}: none of its pictures can be a style: {reasons}{more}")
    for mood, count in unknown.items():
        notes.append(
            f"the mood '{mood}' of {counted(count, 'picture')} is no mood that haiga knows: "
            "it was read from the picture instead"
        )
    licences = sorted({style.licence for style in styles if style.licence})
    write_bank(
        out,
        styles,
        card={
            "name": re.sub(r"[^A-Za-z0-9_.-]+", "-", out.resolve().name).strip("-.") or "styles",
            "role": "stylist",
            "title": f"Style bank of {folder.resolve().name}",
            "about": f"Colour, light and brush measurements of {counted(len(styles), 'artwork')}; "
            "no pictures.",
            "licence": ", ".join(licences)[:200] or "not stated",
            "origin": "measured by `haiga styles make`",
            "recipe": "haiga styles make FOLDER --out DIR",
            "data": [
                {
                    "name": folder.resolve().name,
                    "items": len(styles),
                    "licence": ", ".join(licences)[:200] or "not stated",
                    "credit": "see each artwork",
                }
            ],
        },
    )
    codes.write(out)
    return MadeBank(out, len(styles), tuple(left), tuple(notes))


def _entry(record: PictureRecord, ids: set[str], unknown: dict[str, int]) -> Entry:
    told = {_plain(name): " ".join(value.split()) for name, value in record.columns.items()}

    def said(what: str) -> str:
        return next((told[name] for name in _COLUMNS[what] if told.get(name)), "")

    mood = known_mood(said("mood")) or ""
    if said("mood") and not mood:
        unknown[said("mood")] = unknown.get(said("mood"), 0) + 1
    title = said("title") or Path(record.key).stem.replace("_", " ").replace("-", " ").strip()
    about = [record.caption, told.get("tags", "")]
    return Entry(
        id=_id(record.key, ids),
        title=title or record.key,
        artist=said("artist"),
        date=said("date"),
        museum=said("museum"),
        credit=said("credit"),
        url=said("url"),
        about="; ".join(part for part in about if part and part != title)[:MOST_ABOUT],
        licence=said("licence") or "not stated",
        medium=_medium(said("medium")),
        mood=mood,
    )


def _plain(column: str) -> str:
    return re.sub(r"[\s-]+", "_", column.strip().lower())


def _medium(said: str) -> str:
    """The stylist's medium that a description names; "" where it names none, to be guessed."""
    return next((m for m, named in _MEDIA.items() if re.search(named, said.lower())), "")


def _id(key: str, ids: set[str]) -> str:
    """A short name made from the file's, used once."""
    stem = re.sub(r"[^\w]+", "-", str(Path(key).with_suffix("")).lower()).strip("-")[:60] or "work"
    name, number = stem, 1
    while name in ids:
        number += 1
        name = f"{stem}-{number}"
    ids.add(name)
    return name
