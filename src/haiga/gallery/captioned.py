"""Pictures with their captions under them, row by row on one sheet of paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from haiga.core.nouns import Picture
from haiga.core.seeds import derive_seed, generator
from haiga.features.words import words
from haiga.gallery.ink import SUMI, VERMILION, Rgb
from haiga.gallery.layouts import Box
from haiga.gallery.noise import Field
from haiga.gallery.paper import make_paper
from haiga.gallery.printing import as_picture, ink_wash, lay_text, press_seal, print_picture
from haiga.gallery.settings import PAPERS, hex_rgb
from haiga.gallery.typefaces import ITALIC, ROMAN, Typeface
from haiga.gallery.typeset import ligatures, typeset

CELL_PX = 340
"""The side of a picture on the sheet."""
GAP, MARGIN = 56, 96
TITLE_EM, CAPTION_EM, FOOT_EM, NAME_EM = 66.0, 33.0, 25.0, 36.0
LEADING = 1.16
MOST_LINES = 4
"""Lines of one caption; what goes beyond ends in an ellipsis."""
LEAST_INK = 0.025
"""A picture that would keep back less of the paper's light is printed with its ground."""
SOFT: Rgb = (112, 103, 96)


@dataclass(frozen=True)
class Captioned:
    """A picture and what is under it; an empty caption leaves the place blank."""

    picture: Picture
    caption: str


@dataclass(frozen=True)
class Row:
    """Pictures that follow one another; `name` stands over them where rows are told apart."""

    cells: Sequence[Captioned]
    name: str = ""


@dataclass(frozen=True)
class Line:
    """Words of one line with their ink, to be set from the left."""

    words: tuple[tuple[str, Rgb], ...]


def captioned_sheet(
    rows: Sequence[Row],
    *,
    opening: str = "",
    red: frozenset[str] = frozenset(),
    foot: str = "",
    seal: str = "俳",
    columns: int = 4,
    scale: float = 1.0,
    seed: int,
) -> Picture:
    """The rows on one sheet of washi, the opening words large above them; the same for a seed.

    A row longer than `columns` goes on in a further one. Words of `red` (lower case) are set
    in vermilion wherever a caption says them. Characters that the typeface lacks are left out
    with a dot in their place. `scale` makes everything smaller or larger.
    """
    cell_px, gap, margin = (round(size * scale) for size in (CELL_PX, GAP, MARGIN))
    title_em, caption_em, foot_em, name_em = (
        em * scale for em in (TITLE_EM, CAPTION_EM, FOOT_EM, NAME_EM)
    )
    across = max(1, min(columns, max(len(row.cells) for row in rows)))
    width = 2 * margin + across * cell_px + (across - 1) * gap
    inner = width - 2 * margin
    title = set_text(opening, ITALIC, title_em, inner, red, 6) if opening else []
    folded = [
        (row.name if not start else "", row.cells[start : start + across])
        for row in rows
        for start in range(0, len(row.cells), across)
    ]
    set_rows = [
        (name, [(cell, set_text(cell.caption, ITALIC, caption_em, cell_px, red)) for cell in cells])
        for name, cells in folded
    ]
    height = margin + round(len(title) * title_em * LEADING) + (gap // 2 if title else 0)
    tops = []
    for name, cells in set_rows:
        height += round(name_em * 1.9) if name else 0
        tops.append(height)
        deepest = max((len(lines) for _, lines in cells), default=0)
        height += cell_px + round((deepest * LEADING + 0.75) * caption_em) + gap
    height += round(foot_em * 2.2) + margin // 2
    page = make_paper(width, height, hex_rgb(PAPERS["washi"]), derive_seed(seed, "captioned"))
    wash = ink_wash(width, height, generator(seed, "captioned", "ink"))
    edges = generator(seed, "captioned", "edge")
    write_lines(page, wash, title, ITALIC, title_em, margin, margin + title_em * 0.55)
    for top, (name, cells) in zip(tops, set_rows, strict=True):
        if name:
            line = drawable(typeset(name), ROMAN)
            lay_text(page, wash, ROMAN, line, name_em, margin, top - name_em * 0.7, SUMI)
        for i, (cell, lines) in enumerate(cells):
            left = margin + i * (cell_px + gap)
            box = _inside(cell.picture, cell_px, left, top)
            print_picture(page, cell.picture, box, "soft", edges, least_ink=LEAST_INK)
            under = top + cell_px + caption_em * 1.05
            write_lines(page, wash, lines, ITALIC, caption_em, left, under)
    base = height - margin * 0.72
    if foot:
        line = drawable(typeset(foot), ROMAN)
        lay_text(page, wash, ROMAN, line, foot_em, margin, base, SOFT)
    stone = 58.0 * scale
    box = Box(width - margin - stone, base - stone * 0.72, stone, stone)
    press_seal(page, seal, box, stone, VERMILION, generator(seed, "captioned", "seal"))
    return as_picture(page)


def drawable(text: str, face: Typeface) -> str:
    """The text with a dot for every run of characters that the typeface cannot draw."""
    done: list[str] = []
    for character in ligatures(text, face):
        if face.draws(character):
            done.append(character)
        elif not done or done[-1] != "·":
            done.append("·")
    return "".join(done)


def set_text(
    text: str,
    face: Typeface,
    em: float,
    width: float,
    red: frozenset[str],
    most: int = MOST_LINES,
) -> list[Line]:
    """The text in even lines that fit the width, at most so many, words of `red` in vermilion."""
    lines = _folded(text, face, em, width)
    narrower = width
    while len(lines) > 1 and narrower > width / 2:  # as narrow as it goes in so many lines
        narrower -= em / 2
        tried = _folded(text, face, em, narrower)
        if len(tried) > len(lines):
            break
        lines = tried
    if len(lines) > most:
        del lines[most:]
        last = lines[-1]
        while len(last) > 1 and face.width(" ".join(last) + "…", em) > width:
            last.pop()
        last[-1] += "…"
    return [Line(tuple((word, _ink(word, red)) for word in line)) for line in lines]


def _folded(text: str, face: Typeface, em: float, width: float) -> list[list[str]]:
    """The text's words in lines as full as the width lets them be; a longer word is cut."""
    lines: list[list[str]] = []
    for raw in typeset(text).split():
        word = drawable(raw, face)
        while face.width(word, em) > width and len(word) > 2:
            cut = len(word) - 1
            while cut > 1 and face.width(word[:cut], em) > width:
                cut -= 1
            lines.append([word[:cut]])
            word = word[cut:]
        if lines and face.width(" ".join([*lines[-1], word]), em) <= width:
            lines[-1].append(word)
        else:
            lines.append([word])
    return lines


def _ink(word: str, red: frozenset[str]) -> Rgb:
    bare = words(word.replace("ﬁ", "fi").replace("ﬂ", "fl"))
    return VERMILION if any(part in red for part in bare) else SUMI


def write_lines(
    page: Field,
    wash: Field | None,
    lines: Sequence[Line],
    face: Typeface,
    em: float,
    x: float,
    y: float,
) -> None:
    """Writes lines one under another, the first one's baseline at `y`, in pixels."""
    for i, line in enumerate(lines):
        so_far = ""
        for word, ink in line.words:
            at = x + (face.width(f"{so_far} ", em) if so_far else 0.0)
            lay_text(page, wash, face, word, em, at, y + i * LEADING * em, ink)
            so_far = f"{so_far} {word}".strip()


def _inside(picture: Picture, cell_px: float, left: float, top: float) -> Box:
    """The largest box of the picture's shape in its cell, in the middle."""
    height, width = picture.shape[:2]
    scale = cell_px / max(height, width)
    w, h = max(width * scale, 2.0), max(height * scale, 2.0)
    return Box(left + (cell_px - w) / 2, top + (cell_px - h) / 2, w, h)
