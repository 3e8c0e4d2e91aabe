"""What a game begins from: a text, a picture, or a round of an earlier game."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from haiga.actions.inputs import PictureInput, read_input
from haiga.actions.telephone.game import FILE, Fork, Table, Turn, read_table
from haiga.actions.texts import poem_of
from haiga.core.errors import UserError
from haiga.core.nouns import Picture
from haiga.media.durable import write_durably
from haiga.media.pictures import picture_digest, read_picture

_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".gif", ".bmp", ".avif", ".jp2")


@dataclass(frozen=True)
class Beginning:
    """A text, or a picture, or the turns of an earlier game up to the round it is forked at.

    `files` are the pictures of these turns, by where they shall lie, each with the file it is
    copied from.
    """

    text: str = ""
    picture: PictureInput | None = None
    fork: Fork | None = None
    before: tuple[Turn, ...] = ()
    files: tuple[tuple[str, Path], ...] = ()

    def turns(self) -> list[Turn]:
        """The turns that every chain has before its first own one."""
        if self.picture is not None:
            told = self.picture.table()
            return [Turn(round=0, picture=_beside(self.picture.path), pixels=told["pixels"])]
        return [turn.model_copy() for turn in self.before]

    def write(self, folder: Path) -> None:
        """Copy the pictures that the game begins from into its folder, byte by byte."""
        for name, source in self.files:
            write_durably(folder / name, source.read_bytes())


def read_beginning(start: str | None, fork: int | None, source: str | None) -> Beginning:
    """The beginning that a command names.

    `start` is a text, a picture's file, or with `fork` the folder of an earlier game; `source`
    is `DIR:ROUND` or `DIR:CHAIN:ROUND`. Raises `UserError` for none, for several, and
    for what cannot be read.
    """
    if source is not None:
        if start is not None or fork is not None:
            raise UserError("give a text or a picture, or --from DIR:ROUND: not both")
        return _forked(*_read_source(source))
    if start is None:
        raise UserError('give a text, such as "dog standing on a grass hill", or a picture')
    if fork is not None:
        return _forked(Path(start), 1, 1, fork)
    if _exists(start, "dir"):
        telephone = (Path(start) / FILE).is_file()
        remedy = "add --fork ROUND" if telephone else "give a text or a picture's file"
        raise UserError(f"{start}: is a folder; {remedy}")
    if _exists(start, "file") or _named_as_picture(start):
        picture = read_input(Path(start))
        return Beginning(picture=picture, files=((_beside(picture.path), picture.path),))
    return Beginning(text=" ".join(poem_of(start).lines))


def read_turn_picture(folder: Path, turn: Turn) -> Picture | None:
    """The picture of a turn as it was then; None where its file is gone or another."""
    try:
        picture = read_picture(folder / turn.picture)
    except UserError:
        return None
    return picture if picture_digest(picture) == turn.pixels else None


def _forked(folder: Path, game: int, chain: int, number: int) -> Beginning:
    table = read_table(folder)
    chains = table.games[game - 1].chains
    if not 1 <= chain <= len(chains):
        raise UserError(f"{folder}: has chains 1 to {len(chains)}, and no chain {chain}")
    there = chains[chain - 1]
    if not 0 <= number <= there.played:
        raise UserError(
            f"{folder}: chain {chain} was played to round {there.played}, and there is "
            f"no round {number} to fork from"
        )
    turns = [turn for turn in there.turns if turn.round <= number]
    if turns and not turns[-1].caption:
        raise UserError(f"{folder}: chain {chain} ends at round {number}: nothing was said there")
    before, files = [], []
    for turn in turns:
        if read_turn_picture(folder, turn) is None:
            raise UserError(
                f"{folder / turn.picture}: is not the picture of round {turn.round} any more; "
                "run the command of that game again, which paints it again"
            )
        name = turn.picture if turn.round == 0 else f"before-round{turn.round:02d}.png"
        before.append(turn.model_copy(update={"picture": name, "before": True}))
        files.append((name, folder / turn.picture))
    fork = Fork(name=folder.resolve().name, game=game, chain=chain, round=number, seed=there.seed)
    return Beginning(table.text, None, fork, tuple(before), tuple(files))


def _read_source(source: str) -> tuple[Path, int, int, int]:
    """The folder, game, chain and round of `DIR:ROUND` or `DIR:CHAIN:ROUND`."""
    parts = source.rsplit(":", 2)
    numbers = [int(part) for part in parts[1:] if part.isdecimal()]
    if len(parts) == 3 and len(numbers) == 2:
        return Path(parts[0]), 1, numbers[0], numbers[1]
    folder, colon, number = source.rpartition(":")
    if not colon or not folder or not number.isdecimal():
        raise UserError(f"--from: '{source}' is not DIR:ROUND, as in game:3, or DIR:CHAIN:ROUND")
    return Path(folder), 1, 1, int(number)


def _exists(start: str, kind: str) -> bool:
    if not start.strip():  # which would be this folder
        return False
    try:
        return Path(start).is_dir() if kind == "dir" else Path(start).is_file()
    except (OSError, ValueError):  # too long for a name, or with a zero byte
        return False


def _named_as_picture(start: str) -> bool:
    return start.lower().endswith(_SUFFIXES) and " " not in start.strip()


def _beside(path: Path) -> str:
    return f"beginning{path.suffix.lower()}"


def same_beginning(table: Table, beginning: Beginning) -> bool:
    """Whether a game that is kept began as this one shall."""
    if table.fork != beginning.fork or table.text != beginning.text:
        return False
    began = beginning.picture.table() if beginning.picture else None
    if table.began != began:
        return False
    kept: Sequence[Turn] = [t for t in table.games[0].chains[0].turns if t.before]
    return [t.model_dump() for t in kept] == [t.model_dump() for t in beginning.before]
