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
from haiga.gallery.typefaces import BRUSH, ITALIC, ROMAN, Typeface
from haiga.gallery.typeset import ligatures, typeset

CELL_PX = 340
"""The side of a picture on the sheet."""
ALONE_PX = 560
"""The side of a picture that has the sheet to itself."""
GAP, MARGIN = 56, 96
TITLE_EM, CAPTION_EM, FOOT_EM, NAME_EM = 66.0, 33.0, 25.0, 36.0
LEADING = 1.16
MOST_LINES = 4
"""Lines of one caption; what goes beyond ends in an ellipsis."""
LEAST_INK = 0.025
"""A picture that would keep back less of the paper's light is printed with its ground."""
SOFT: Rgb = (112, 103, 96)
MARKS = ",.;:!?…”’"


@dataclass(frozen=True)
class Captioned:
    """A picture and what is under it; an empty caption leaves the place blank.

    A caption that is not `sure` is set in a lighter ink.
    """

    picture: Picture
    caption: str
    sure: bool = True


@dataclass(frozen=True)
class Row:
    """Pictures that follow one another; `name` stands over them where rows are told apart."""

    cells: Sequence[Captioned]
    name: str = ""


@dataclass(frozen=True)
class Line:
    """Words of one line with their ink, to be set from the left; `ink` is that of most."""

    words: tuple[tuple[str, Rgb], ...]
    ink: Rgb = SUMI


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
    in vermilion wherever a caption says them. Characters that the typeface lacks are set in the
    brush's, or left out where that lacks them too. `scale` makes everything smaller or larger.
    """
    cell_px, gap, margin = (round(size * scale) for size in (CELL_PX, GAP, MARGIN))
    title_em, caption_em, foot_em, name_em = (
        em * scale for em in (TITLE_EM, CAPTION_EM, FOOT_EM, NAME_EM)
    )
    across = max(1, min(columns, max(len(row.cells) for row in rows)))
    if across == 1:  # else there is no room for what is written above and below
        cell_px = round(ALONE_PX * scale)
    width = 2 * margin + across * cell_px + (across - 1) * gap
    inner = width - 2 * margin
    title = set_text(opening, ITALIC, title_em, inner, red, 6) if opening else []
    folded = [
        (row.name if not start else "", row.cells[start : start + across])
        for row in rows
        for start in range(0, len(row.cells), across)
    ]
    set_rows = [
        (name, [(cell, _under(cell, caption_em, cell_px, red)) for cell in cells])
        for name, cells in folded
    ]
    height = margin + round(len(title) * title_em * LEADING) + (gap // 2 if title else 0)
    tops = []
    for name, cells in set_rows:
        height += round(name_em * 1.9) if name else 0
        tops.append(height)
        deepest = max((len(lines) for _, lines in cells), default=0)
        height += cell_px + round((deepest * LEADING + 0.75) * caption_em) + gap
    stone = 58.0 * scale
    foot_lines = set_text(foot, ROMAN, foot_em, inner - stone - gap / 2, ink=SOFT) if foot else []
    deep = max(len(foot_lines) - 1, 0) * LEADING * foot_em
    height += round(foot_em * 2.2 + deep) + margin // 2
    page = make_paper(width, height, hex_rgb(PAPERS["washi"]), derive_seed(seed, "captioned"))
    wash = ink_wash(width, height, generator(seed, "captioned", "ink"))
    edges = generator(seed, "captioned", "edge")
    write_lines(page, wash, title, ITALIC, title_em, margin, margin + title_em * 0.55)
    for top, (name, cells) in zip(tops, set_rows, strict=True):
        if name:
            line = drawable(typeset(name), ROMAN)
            _lay(page, wash, ROMAN, line, name_em, margin, top - name_em * 0.7, SUMI)
        for i, (cell, lines) in enumerate(cells):
            left = margin + i * (cell_px + gap)
            box = _inside(cell.picture, cell_px, left, top)
            print_picture(page, cell.picture, box, "soft", edges, least_ink=LEAST_INK)
            under = top + cell_px + caption_em * 1.05
            write_lines(page, wash, lines, ITALIC, caption_em, left, under)
    base = height - margin * 0.72
    write_lines(page, wash, foot_lines, ROMAN, foot_em, margin, base - deep)
    box = Box(width - margin - stone, base - stone * 0.72, stone, stone)
    press_seal(page, seal, box, stone, VERMILION, generator(seed, "captioned", "seal"))
    return as_picture(page)


def drawable(text: str, face: Typeface) -> str:
    """The text without the characters that neither the typeface nor the brush's can draw."""
    return "".join(c for c in ligatures(text, face) if face.draws(c) or BRUSH.draws(c))


def legible(text: str) -> bool:
    """Whether most of the letters of a text can be drawn."""
    letters = [c for c in typeset(text) if c.isalnum()]
    return 2 * sum(bool(drawable(c, ITALIC)) for c in letters) > len(letters)


def _runs(text: str, face: Typeface) -> list[tuple[Typeface, str]]:
    """The text in pieces of one typeface each; a space stays with what is before it."""
    runs: list[tuple[Typeface, str]] = []
    for character in text:
        own = face if face.draws(character) else BRUSH
        if runs and (character == " " or runs[-1][0] is own):
            runs[-1] = (runs[-1][0], runs[-1][1] + character)
        else:
            runs.append((own, character))
    return runs


def _width(text: str, face: Typeface, em: float) -> float:
    return sum(own.width(piece, em) for own, piece in _runs(text, face))


def _lay(
    page: Field, wash: Field | None, face: Typeface, text: str, em: float, x: float, y: float,
    ink: Rgb,
) -> None:  # fmt: skip
    """Writes one line, each character in the typeface that has it."""
    for own, piece in _runs(text, face):
        if piece.strip():
            lay_text(page, wash, own, piece, em, x, y, ink)
        x += own.width(piece, em)


def _under(cell: Captioned, em: float, width: float, red: frozenset[str]) -> list[Line]:
    return set_text(cell.caption, ITALIC, em, width, red, ink=SUMI if cell.sure else SOFT)


def set_text(
    text: str,
    face: Typeface,
    em: float,
    width: float,
    red: frozenset[str] = frozenset(),
    most: int = MOST_LINES,
    ink: Rgb = SUMI,
) -> list[Line]:
    """The text in even lines that fit the width, at most so many, words of `red` in vermilion.

    The others are in `ink`.
    """
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
        while len(last) > 1 and _width(" ".join(last) + "…", face, em) > width:
            last.pop()
        last[-1] += "…"
    return [Line(tuple((word, _ink(word, red, ink)) for word in line), ink) for line in lines]


def _folded(text: str, face: Typeface, em: float, width: float) -> list[list[str]]:
    """The text's words in lines as full as the width lets them be; a longer word is cut."""
    lines: list[list[str]] = []
    for raw in typeset(text).split():
        word = drawable(raw, face)
        if not word:
            continue
        while _width(word, face, em) > width and len(word) > 2:
            cut = len(word) - 1
            while cut > 1 and _width(word[:cut], face, em) > width:
                cut -= 1
            lines.append([word[:cut]])
            word = word[cut:]
        if lines and _width(" ".join([*lines[-1], word]), face, em) <= width:
            lines[-1].append(word)
        else:
            lines.append([word])
    return lines


def _ink(word: str, red: frozenset[str], ink: Rgb) -> Rgb:
    bare = words(word.replace("ﬁ", "fi").replace("ﬂ", "fl"))
    return VERMILION if any(part in red for part in bare) else ink


def write_lines(
    page: Field,
    wash: Field | None,
    lines: Sequence[Line],
    face: Typeface,
    em: float,
    x: float,
    y: float,
) -> None:
    """Writes lines one under another, the first one's baseline at `y`, in pixels.

    Marks after a red word are not red.
    """
    for i, line in enumerate(lines):
        so_far = ""
        for word, ink in line.words:
            at = x + (_width(f"{so_far} ", face, em) if so_far else 0.0)
            down = y + i * LEADING * em
            bare = word.rstrip(MARKS) if ink == VERMILION else word
            _lay(page, wash, face, bare, em, at, down, ink)
            if mark := word[len(bare) :]:
                _lay(page, wash, face, mark, em, at + _width(bare, face, em), down, line.ink)
            so_far = f"{so_far} {word}".strip()


def _inside(picture: Picture, cell_px: float, left: float, top: float) -> Box:
    """The largest box of the picture's shape in its cell, in the middle."""
    height, width = picture.shape[:2]
    scale = cell_px / max(height, width)
    w, h = max(width * scale, 2.0), max(height * scale, 2.0)
    return Box(left + (cell_px - w) / 2, top + (cell_px - h) / 2, w, h)
