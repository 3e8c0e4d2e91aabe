"""What mood a picture or a poem has, and why."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from haiga.actions.inputs import read_input
from haiga.actions.texts import read_poem
from haiga.core.errors import UserError
from haiga.core.moods import MOODS
from haiga.core.nouns import Mood, Poem
from haiga.media.picture_listing import SUFFIXES


@dataclass(frozen=True)
class ReadMood:
    """The mood of one thing, and what kind of thing that is."""

    kind: Literal["picture", "poem"]
    mood: Mood


def read_mood_of(given: str) -> ReadMood:
    """The mood of a picture's file, of a text file, or of the words themselves.

    Raises `UserError` for a file that cannot be read, for a name of a picture that is
    not there, and for no words at all.
    """
    from haiga.roles.moods import lexicon
    from haiga.roles.moods.sight import read_picture_mood

    path = Path(given)
    if _is_file(path):
        if path.suffix.lower() in (".txt", ".md"):
            return ReadMood("poem", lexicon.read_mood(read_poem(path), tuple(MOODS), 0))
        return ReadMood("picture", read_picture_mood(read_input(path).picture))
    if path.suffix.lower() in (*SUFFIXES, ".txt") and " " not in given.strip():
        raise UserError(f"{given}: there is no such file")
    lines = tuple(line.strip() for line in given.replace(" / ", "\n").splitlines() if line.strip())
    if not lines:
        raise UserError("there is nothing to read: give a picture's file or the words of a poem")
    return ReadMood("poem", lexicon.read_mood(Poem(lines), tuple(MOODS), 0))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a poem may be longer than a file's name can be
        return False
