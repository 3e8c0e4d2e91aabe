"""What was said and painted, round by round, and the file that keeps it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from haiga.actions.telephone.sides import Side
from haiga.core.errors import UserError
from haiga.media.durable import write_durably

FILE = "telephone.json"
PICTURES = "pictures"


class _Kept(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Turn(_Kept):
    """One round: `text` was painted, and `caption` is what was said of the picture.

    `picture` is its file below the game's folder, `pixels` its digest. A turn of round 0 is
    the picture that a game began from. `sure` says whether the
    captioner relies on its caption. `unseen` are the words that the painter has no picture
    of; `near` says which training picture it is close to or a copy of, where it is. `before`
    marks a turn that was played in the game this one was forked from.
    """

    round: int = Field(ge=0)
    text: str = ""
    seed: int = 0
    picture: str
    pixels: str
    caption: str = ""
    caption_seed: int = 0
    score: float = 0.0
    sure: bool = True
    unseen: list[str] = []
    near: str = ""
    before: bool = False


class Chain(_Kept):
    """The turns of one seed; `ended` says why it ended before the others, where it did."""

    seed: int
    turns: list[Turn] = []
    ended: str = ""

    @property
    def played(self) -> int:
        """The number of the last round that was played; 0 before any."""
        return self.turns[-1].round if self.turns else 0


class Game(_Kept):
    """The same beginning between one painter and one captioner, in as many chains as asked."""

    painter: Side
    captioner: Side
    chains: list[Chain]

    @property
    def name(self) -> str:
        """Painter and captioner."""
        return f"{self.painter.name} and {self.captioner.name}"


class Fork(_Kept):
    """Where a game was forked from: the folder's name, and the game, chain and round in it."""

    name: str
    game: int = 1
    chain: int = 1
    round: int
    seed: int


class Table(_Kept):
    """All of a telephone: what was asked and what was played.

    It began from `text`, from the picture `began` (its name and the digest of its pixels), or
    as a fork. `artist` is whose painter plays, by name, where no other was asked for. It holds
    no time: the same command with the same seed gives the same file.
    """

    kind: str = "telephone"
    haiga: str
    seed: int
    rounds: int
    artist: str = ""
    text: str = ""
    began: dict[str, str] | None = None
    fork: Fork | None = None
    games: list[Game]
    measured: dict[str, Any] = {}

    def write(self, folder: Path) -> None:
        """Keep it in the folder, whole or not at all."""
        text = json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=1)
        write_durably(folder / FILE, f"{text}\n".encode())

    @property
    def chains(self) -> int:
        """How many chains each game has."""
        return len(self.games[0].chains)

    @property
    def names(self) -> list[str]:
        """What tells each game from the others: its painter, its captioner, or both."""
        painters = {game.painter.name for game in self.games}
        captioners = {game.captioner.name for game in self.games}
        if len(captioners) == 1:
            return [game.painter.name for game in self.games]
        if len(painters) == 1:
            return [game.captioner.name for game in self.games]
        return [game.name for game in self.games]


def read_table(folder: Path) -> Table:
    """The telephone kept in a folder; `UserError` where there is none or it is damaged."""
    path = folder / FILE
    if not folder.is_dir():
        raise UserError(f"{folder}: is no folder that `haiga telephone` wrote")
    if not path.is_file():
        raise UserError(f"{folder}: holds no {FILE}; give a folder that `haiga telephone` wrote")
    try:
        table = Table.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, ValidationError, RecursionError) as error:
        told = str(error).splitlines()[0]
        raise UserError(f"{path}: is damaged ({told}); give the folder of another game") from error
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from error
    if table.kind != "telephone" or not table.games or not all(g.chains for g in table.games):
        raise UserError(f"{path}: holds no game of the telephone; give another folder")
    return table


def picture_file(games: int, game: int, chain: int, number: int) -> str:
    """Where a picture lies below the folder; its game is named only where there are several."""
    front = f"game{game + 1}-" if games > 1 else ""
    return f"{PICTURES}/{front}chain{chain + 1:03d}-round{number:02d}.png"
