"""Texts chosen by their columns: "gender=female", "year<1900", authors with enough works."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from haiga.core.counted import counted
from haiga.core.errors import UserError
from haiga.media.column_filters import folded, keep_matching
from haiga.media.text import Text


def keep_where(
    texts: Sequence[Text], where: Sequence[str], *, min_works: int = 0
) -> tuple[Text, ...]:
    """The texts that meet every condition, in order; then those of authors with enough works.

    What a condition is, `keep_matching` says; `author` and `title` are columns too.
    `min_works` keeps the authors of at least so many of the texts that are left;
    texts without an author are then left out.

    Raises `UserError` for a condition that cannot be read, a column that no text
    has (the message lists those there are), and when nothing is left.
    """
    columns = dict.fromkeys(column for text in texts for column in text.columns)
    kept = keep_matching(
        texts, where, noun="text", columns=[*(columns | {"author": None, "title": None})],
        values=lambda text, column: (_value(text, column),),
    )  # fmt: skip
    if min_works < 2:
        return kept
    return _of_busy_authors(kept, min_works)


def _value(text: Text, column: str) -> str:
    value = text.columns.get(column, "")
    if value or column not in ("author", "title"):
        return value
    return text.author if column == "author" else text.title


def _of_busy_authors(texts: tuple[Text, ...], least: int) -> tuple[Text, ...]:
    works = Counter(folded(text.author) for text in texts if text.author)
    if texts and not works:
        raise UserError(
            f"at least {least} works an author: the texts name no author; say which column does "
            "with --author-column"
        )
    left = tuple(text for text in texts if works[folded(text.author)] >= least)
    if texts and not left:
        raise UserError(
            f"at least {least} works an author: keeps none of {counted(len(texts), 'text')}; no "
            f"author has more than {max(works.values()):,}"
        )
    return left
