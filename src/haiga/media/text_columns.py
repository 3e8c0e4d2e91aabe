"""Which column of a table is the text, which the author, which the title."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from haiga.core.errors import UserError
from haiga.core.suggest import nearest

TEXT = tuple(
    "text lyrics lyric poem content body poem_text poem_content song_lyrics full_text "
    "verse verses haiku sonnet lines".split()
)
AUTHOR = tuple(
    "author artist poet writer singer author_name artist_name poet_name band performer "
    "interpreter songwriter".split()
)
TITLE = tuple(
    "title song name track_name song_name song_title track_title track poem_title poem_name "
    "s_name work".split()
)
"""Names that are taken at once, the first of them first; `Song Title` is `song_title`."""

_TEXT_WORDS = frozenset("text lyrics lyric poem poems content body haiku verse".split())
_AUTHOR_WORDS = frozenset("author artist poet writer singer".split())
_TITLE_WORDS = frozenset("title song track".split())
_OTHER_WORDS = frozenset(
    "id ids url link href length len count number no index lang language type date year "
    "source tag tags form genre age album popularity hash".split()
)
"""A name with one of these is about the text, the author or the title, and is not it."""


@dataclass(frozen=True)
class Columns:
    """The names of the columns a table's texts are made of; "" where there is none."""

    text: str
    author: str = ""
    title: str = ""

    def told(self) -> str:
        """`text from 'lyrics', author from 'artist', no title`."""
        parts = [f"text from '{self.text}'"]
        for role, column in (("author", self.author), ("title", self.title)):
            parts.append(f"{role} from '{column}'" if column else f"no {role}")
        return ", ".join(parts)


def choose_columns(
    name: str,
    columns: Sequence[str],
    *,
    text: str | None = None,
    author: str | None = None,
    title: str | None = None,
) -> Columns:
    """The columns that were named, and guesses for those that were not.

    Case does not matter in either. Raises `UserError`, which lists the columns
    of the file `name`, when a named column is missing or none looks like the text.
    """
    taken = [
        _named(name, columns, wanted, option)
        for wanted, option in ((text, "text"), (author, "author"), (title, "title"))
    ]
    free = [column for column in columns if column not in taken]
    text_column = taken[0] or guess(free, TEXT, _TEXT_WORDS)
    if not text_column and len(columns) == 1:
        text_column = columns[0]
    if not text_column:
        raise UserError(
            f"{name}: no column looks like the text; say which one is with --text-column; "
            f"{listed(columns)}"
        )
    free = [column for column in free if column != text_column]
    author_column = taken[1] or guess(free, AUTHOR, _AUTHOR_WORDS)
    free = [column for column in free if column != author_column]
    title_column = taken[2] or guess(free, TITLE, _TITLE_WORDS)
    return Columns(text_column, author_column, title_column)


def guess(columns: Sequence[str], names: Sequence[str], words: frozenset[str] = frozenset()) -> str:
    """The column with the first of these names, else the first that has one of these words."""
    plain = {column: _plain(column) for column in columns}
    for wanted in names:
        for column in columns:
            if plain[column] == wanted:
                return column
    for column in columns:
        parts = set(plain[column].split("_"))
        if parts & words and not parts & _OTHER_WORDS:
            return column
    return ""


def listed(columns: Sequence[str], opening: str = "its columns are") -> str:
    """`its columns are: artist, song, text`, shortened where there are very many."""
    shown = [column if len(column) <= 40 else column[:39] + "…" for column in columns[:40]]
    more = f" and {len(columns) - 40} more" if len(columns) > 40 else ""
    return f"{opening}: {', '.join(shown)}{more}"


def _named(name: str, columns: Sequence[str], wanted: str | None, option: str) -> str:
    if wanted is None:
        return ""
    for column in columns:
        if column == wanted:
            return column
    for column in columns:
        if column.casefold() == wanted.strip().casefold():
            return column
    close = nearest(wanted, columns, count=1)
    mean = f"; did you mean '{close[0]}'?" if close else ";"
    raise UserError(
        f"{name}: has no column '{wanted}' for --{option}-column{mean} {listed(columns)}"
    )


def _plain(column: str) -> str:
    """`SongTitle`, `Song Title` and `song-title` are all `song_title`."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", column)
    return re.sub(r"\W+|_+", "_", parted.casefold()).strip("_")
