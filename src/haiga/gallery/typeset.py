"""From typed text to set text: quotes, dashes, spaces, ligatures; and what cannot be set."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from haiga.core.errors import UserError
from haiga.gallery.typefaces import Typeface

# Words that begin with an apostrophe, where a single quote does not open a quotation.
ELISIONS = "tis|twas|twere|twill|twould|twixt|tween|neath|gainst|midst|mongst|em|til"

_OPENS_AFTER = r"(^|[\s(\[{—–\-“‘])"


def typeset(line: str) -> str:
    """One line as a printer would set it.

    Straight quotes become curly, `--` and a lone `-` a spaced em dash, three dots
    an ellipsis; marks close up to their word; accents are composed and every run of
    white space is one space.
    """
    text = " ".join(unicodedata.normalize("NFC", line).split())
    text = re.sub(r"\.\s?\.\s?\.", "…", text)
    text = re.sub(r"\s*-{2,3}\s*", " — ", text)
    text = re.sub(r"(?<=\s)-(?=\s)|(?<=\s)-$|^-(?=\s)", "—", text)
    text = re.sub(rf'{_OPENS_AFTER}"', r"\1“", text).replace('"', "”")
    text = re.sub(rf"{_OPENS_AFTER}'(?=({ELISIONS})\b|\d)", r"\1’", text, flags=re.I)
    text = re.sub(rf"{_OPENS_AFTER}'", r"\1‘", text).replace("'", "’")
    text = re.sub(r"\s+(?=[,;:.!?](\s|$))", "", text)
    return " ".join(text.split())


def ligatures(text: str, face: Typeface) -> str:
    """The text with `fi` and `fl` as one glyph where the face has it."""
    for pair, joined in (("fi", "ﬁ"), ("fl", "ﬂ")):
        if pair in text and face.draws(joined):
            text = text.replace(pair, joined)
    return text


def set_lines(lines: Sequence[str], face: Typeface) -> list[str]:
    """The poem's lines ready for the page; an empty line between two lines parts stanzas.

    `UserError` where there is nothing to set, or naming every character the face lacks.
    """
    done = [typeset(part) for line in lines for part in (line.splitlines() or [""])]
    while done and not done[0]:
        del done[0]
    while done and not done[-1]:
        del done[-1]
    if not done:
        raise UserError("the poem is empty: a sheet needs at least one line of words")
    refuse_missing("".join(done), face, where="the poem")
    stanzas = [line for i, line in enumerate(done) if line or done[i - 1]]
    return [ligatures(line, face) for line in stanzas]


def refuse_missing(text: Iterable[str], *faces: Typeface, where: str) -> None:
    """`UserError` naming each character that none of the faces can draw."""
    missing = list(dict.fromkeys(c for c in text if not any(f.draws(c) for f in faces)))
    if not missing:
        return
    named = ", ".join(f"{_shown(c)} (U+{ord(c):04X} {unicodedata.name(c, 'unnamed').lower()})"
                      for c in missing[:8])  # fmt: skip
    more = f" and {len(missing) - 8} more" if len(missing) > 8 else ""
    raise UserError(
        f"{where} has characters that the typeface {faces[0].name} cannot draw: {named}{more}; "
        "write it without them"
    )


def _shown(character: str) -> str:
    return f"'{character}'" if character.isprintable() else "an invisible character"
