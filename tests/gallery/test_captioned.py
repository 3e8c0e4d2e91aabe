"""Pictures with captions on one sheet, and the frames of their film."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from haiga.gallery.captioned import (
    ALONE_PX,
    CELL_PX,
    MARGIN,
    VERMILION,
    Captioned,
    Line,
    Row,
    captioned_sheet,
    drawable,
    legible,
    set_text,
    write_lines,
)
from haiga.gallery.captioned_film import captioned_frames
from haiga.gallery.typefaces import ITALIC
from haiga.media.films import write_film


def cells(*captions: str) -> list[Captioned]:
    colours = np.linspace(40, 200, len(captions)).astype(np.uint8)
    return [
        Captioned(np.full((64, 64, 3), c, np.uint8), t)
        for c, t in zip(colours, captions, strict=True)
    ]


def reds(picture: np.ndarray) -> int:
    """Pixels that are much more red than anything else on a sheet of grey pictures."""
    r, g, b = (picture[..., i].astype(int) for i in range(3))
    return int(((r - g > 70) & (r - b > 70)).sum())


def words_of(text: str, width: float = 340.0) -> list[str]:
    return [" ".join(w for w, _ in line.words) for line in set_text(text, ITALIC, 33, width,
                                                                     frozenset())]  # fmt: skip


def test_the_sheet_is_the_same_for_a_seed_and_another_for_another():
    rows = [Row(cells("a dog", "a cat"))]
    one, two = (captioned_sheet(rows, opening="a dog", seed=3) for _ in range(2))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, captioned_sheet(rows, opening="a dog", seed=4))


def test_a_row_goes_on_in_a_further_one_where_it_is_longer_than_the_columns():
    flat = captioned_sheet([Row(cells(*"abcd"))], columns=4, seed=1)
    folded = captioned_sheet([Row(cells(*"abcd"))], columns=2, seed=1)
    assert folded.shape[0] - flat.shape[0] > CELL_PX
    assert flat.shape[1] - folded.shape[1] > 2 * CELL_PX


def test_words_of_the_beginning_are_red_and_no_others():
    rows = [Row(cells("a dog on a hill"))]
    plain = captioned_sheet(rows, seed=1)
    red = captioned_sheet(rows, red=frozenset({"dog", "hill"}), seed=1)
    assert reds(red) > reds(plain) + 100
    (line,) = set_text("Dogs, a dog.", ITALIC, 33, 600, frozenset({"dog"}))
    assert [ink == VERMILION for _, ink in line.words] == [False, False, True]


def test_lines_fit_their_width_and_are_even():
    lines = words_of("an old woman reads a letter beside the window in the evening")
    assert all(ITALIC.width(line, 33) <= 340 for line in lines)
    lengths = [ITALIC.width(line, 33) for line in lines]
    assert min(lengths) > 0.5 * max(lengths)


def test_a_caption_that_is_too_long_ends_in_an_ellipsis():
    lines = words_of("a very long caption " * 30)
    assert len(lines) == 4
    assert lines[-1].endswith("…")


def test_a_word_wider_than_the_picture_is_cut():
    lines = words_of("x" * 200)
    assert all(ITALIC.width(line.rstrip("…"), 33) <= 340 for line in lines)


def test_characters_that_the_typeface_lacks_are_the_brushs_or_left_out():
    assert drawable("山の犬 and 🐕", ITALIC) == "山の犬 and "
    assert words_of("🐕 山の犬, 🐕") == ["山の犬,"]
    rows = [Row(cells(""))]
    titled, plain = (captioned_sheet(rows, opening=t, seed=1) for t in ("山の犬", "🐕"))
    assert titled.shape[0] > plain.shape[0]
    assert legible("山の犬")
    assert legible("a 🐕")
    assert not legible("собака на холме")
    assert not legible("🐕")


def test_the_foot_stays_beside_the_seal_on_the_narrowest_sheet():
    foot = "1 round of telephone between a painter and a captioner; seed 7"
    with_foot, without = (
        captioned_sheet([Row(cells(""))], foot=f, seed=1).astype(int) for f in (foot, "")
    )
    height, width, _ = with_foot.shape
    assert height > without.shape[0]  # it takes two lines
    dark = with_foot[-170:].mean(2) < 150
    marked = np.flatnonzero(dark.any(0))
    assert marked.min() >= MARGIN - 6
    assert marked.max() <= width - MARGIN + 6
    stone = (with_foot[-170:, :, 0] - with_foot[-170:, :, 1] > 70).any(0)
    assert marked[~stone[marked]].max() < np.flatnonzero(stone).min() - 10


def test_a_caption_that_is_not_sure_is_in_a_lighter_ink():
    (picture,) = cells("a dog on a hill")
    doubted = Captioned(picture.picture, picture.caption, sure=False)
    under = (slice(MARGIN + ALONE_PX + 8, MARGIN + ALONE_PX + 60), slice(MARGIN, 400))
    dark, light = (captioned_sheet([Row([c])], seed=1)[under].min() for c in (picture, doubted))
    assert light > dark + 20


def test_a_mark_after_a_red_word_is_not_red():
    line = Line((("dog,", VERMILION),))
    page = np.ones((3, 60, 120), np.float32)
    write_lines(page, None, [line], ITALIC, 40, 5, 40)
    across = ITALIC.width("dog", 40) + 5
    comma = page[:, :, round(across) :]
    place = np.unravel_index(comma.sum(0).argmin(), comma.shape[1:])
    assert np.ptp(comma[:, place[0], place[1]]) < 0.15


def test_an_empty_caption_and_a_picture_of_one_pixel_have_their_place():
    tiny = Captioned(np.full((1, 1, 3), 9, np.uint8), "")
    assert captioned_sheet([Row([tiny])], seed=1).shape[1] > CELL_PX


def test_a_picture_that_is_nearly_blank_is_printed_with_its_ground():
    nearly = np.full((64, 64, 3), 236, np.uint8)
    nearly[30:33, 30:33] = 90
    sheet = captioned_sheet([Row([Captioned(nearly, "")])], seed=1).mean(axis=2)
    middle = sheet[96 + 60 : 96 + 120, 96 + 60 : 96 + 120].mean()
    assert middle < sheet[10:60, 10:60].mean() - 8


def test_a_film_stands_on_what_is_read_and_hurries_over_what_melts(tmp_path: Path):
    frames = captioned_frames(cells("a dog", "a cat"), opening="a dog", seed=1)
    assert len(frames.pictures) == len(frames.frame_ms)
    assert sorted(set(frames.frame_ms)) == [70, 800, 1700, 1900]
    write_film(tmp_path / "film.webp", frames.pictures[:8], frame_ms=frames.frame_ms[:8])
    with Image.open(tmp_path / "film.webp") as film:
        shown = []
        for i in range(film.n_frames):
            film.seek(i)
            film.load()
            shown.append(film.info["duration"])
    assert sum(shown) == sum(frames.frame_ms[:8])
    assert shown[0] == 1900
