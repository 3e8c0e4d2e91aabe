"""A piece as the studio keeps it: a record in plain JSON values, and where its files are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from haiga.core.nouns import Mood, Piece, Poem, Verdict

PICTURES = ("painting", "styled", "sheet")


@dataclass(frozen=True)
class StoredPiece:
    """A finished piece in a studio; its paths lead to files that a person may open.

    `style` holds the id, title, artist, date, credit and licence of the artwork
    it follows; `made_at` is UTC in ISO 8601; `number` counts the studio's pieces.
    """

    number: int
    id: str
    made_at: str
    seed: int
    artist: str
    poem: Poem
    mood: Mood
    style: Mapping[str, Any] | None
    alt_text: str
    verdicts: tuple[Verdict, ...]
    recipe: Mapping[str, Any]
    seconds: Mapping[str, float]
    folder: Path

    @property
    def painting(self) -> Path:
        return self.folder / "painting.png"

    @property
    def styled(self) -> Path:
        return self.folder / "styled.png"

    @property
    def sheet(self) -> Path:
        return self.folder / "sheet.png"

    @property
    def poem_file(self) -> Path:
        return self.folder / "poem.txt"

    @property
    def alt_file(self) -> Path:
        return self.folder / "alt.txt"


@dataclass(frozen=True)
class Earlier:
    """What an artist's new piece is compared with of an earlier one: its words and its painting.

    `looks` are the bytes kept of how the painting looks, None where there are none yet.
    """

    number: int
    id: str
    lines: tuple[str, ...]
    looks: bytes | None
    painting: Path


def record_of(piece: Piece, made_at: str) -> dict[str, Any]:
    """All of a piece but its pixels, as plain JSON values: the content of `piece.json`."""
    style = piece.style
    named = ("id", "title", "artist", "date", "credit", "licence")
    return {
        "id": piece.id,
        "made_at": made_at,
        "seed": piece.seed,
        "artist": piece.artist,
        "poem": {**asdict(piece.poem), "lines": list(piece.poem.lines)},
        "mood": asdict(piece.mood),
        "style": {key: getattr(style, key) for key in named} if style else None,
        "alt_text": piece.alt_text,
        "verdicts": [asdict(verdict) for verdict in piece.verdicts],
        "recipe": dict(piece.recipe),
        "seconds": dict(piece.seconds),
    }


def stored_piece(number: int, record: Mapping[str, Any], folder: Path) -> StoredPiece:
    """The piece that a record describes."""
    poem = dict(record["poem"])
    poem["lines"] = tuple(poem["lines"])
    return StoredPiece(
        number=number,
        id=record["id"],
        made_at=record["made_at"],
        seed=record["seed"],
        artist=record["artist"],
        poem=Poem(**poem),
        mood=Mood(**record["mood"]),
        style=record["style"],
        alt_text=record["alt_text"],
        verdicts=tuple(Verdict(**verdict) for verdict in record["verdicts"]),
        recipe=record["recipe"],
        seconds=record["seconds"],
        folder=folder,
    )
