"""Text a user gives: checked once, with a sentence that says what it should look like."""

from __future__ import annotations

from pathlib import Path

from haiga.core.errors import UserError
from haiga.core.nouns import Poem
from haiga.features.words import words

MAX_CHARACTERS = 2_000


def check_about(about: str) -> str:
    """The words that steer a poem, without spaces around them; nothing is fine too."""
    text = " ".join(about.split())
    if text and not words(text):
        raise UserError(f"about: '{about[:40]}' holds no word; try: snow, an old dog")
    _check_text("about", text)
    return text


def poem_of(text: str, where: str = "text") -> Poem:
    """A free poem of the text's lines; `UserError` when it is empty, too long or has no word."""
    lines = tuple(line for line in (" ".join(raw.split()) for raw in text.splitlines()) if line)
    if not lines:
        raise UserError(f"{where}: is empty; give a few words, such as: winter moon over the sea")
    if not words(text):
        raise UserError(f"{where}: '{lines[0][:40]}' holds no word; try: snow, an old dog")
    _check_text(where, text)
    return Poem(lines)


def read_poem(path: Path) -> Poem:
    """The poem in a UTF-8 text file, one line a line; `UserError` says what is wrong with it."""
    try:
        with path.open("rb") as file:
            data = file.read(4 * MAX_CHARACTERS + 1)
    except FileNotFoundError as error:
        raise UserError(f"{path}: there is no such file") from error
    except IsADirectoryError as error:
        raise UserError(f"{path}: is a folder, not a poem") from error
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from error
    if len(data) > 4 * MAX_CHARACTERS:
        raise UserError(f"{path}: is too long for a poem; at most {MAX_CHARACTERS} characters")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: is not text in UTF-8") from error
    return poem_of(text, str(path))


def _check_text(where: str, text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:  # bytes of another encoding on the command line
        raise UserError(f"{where}: is not text in UTF-8") from error
    if len(text) > MAX_CHARACTERS:
        raise UserError(f"{where}: has {len(text)} characters; at most {MAX_CHARACTERS} are read")
