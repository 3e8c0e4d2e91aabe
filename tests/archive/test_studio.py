import hashlib
import json
import os
from pathlib import Path

import numpy as np
import pytest

from haiga.archive.studio import Studio
from haiga.core.errors import JobError, UserError
from haiga.media.pictures import read_picture, read_recipe


def files_of(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


def test_a_piece_comes_back_as_it_was_kept(tmp_path: Path, make_piece) -> None:
    piece = make_piece(7)
    studio = Studio.open(tmp_path / "studio")
    kept = studio.add_piece(piece)
    assert Studio.open(tmp_path / "studio").piece(piece.id) == kept
    assert kept.poem == piece.poem
    assert kept.mood == piece.mood
    assert kept.verdicts == piece.verdicts
    assert kept.recipe == piece.recipe
    assert kept.seconds == piece.seconds
    assert kept.seed == 7
    assert kept.alt_text == piece.alt_text
    assert kept.style is not None
    assert kept.style["title"] == "Wheat Field"
    for path, picture in (
        (kept.painting, piece.painting),
        (kept.styled, piece.styled),
        (kept.sheet, piece.sheet),
    ):
        assert np.array_equal(read_picture(path), picture)


def test_a_piece_lies_under_names_made_for_people(tmp_path: Path, make_piece) -> None:
    kept = Studio.open(tmp_path).add_piece(make_piece(7))
    assert kept.folder == tmp_path / "pieces" / "auria-000007"
    assert files_of(kept.folder) == {
        "painting.png",
        "styled.png",
        "sheet.png",
        "poem.txt",
        "alt.txt",
        "piece.json",
    }
    assert kept.poem_file.read_text("utf-8") == "snow on the old pine\n—\na crow’s call\n"
    assert kept.alt_file.read_text("utf-8") == "a pine in snow\n"
    assert json.loads((kept.folder / "piece.json").read_text("utf-8"))["mood"]["name"] == "love"


def test_each_picture_carries_the_recipe_and_which_it_is(tmp_path: Path, make_piece) -> None:
    kept = Studio.open(tmp_path).add_piece(make_piece(7))
    assert read_recipe(kept.sheet) == {"kind": "piece", "seed": 7, "file": "sheet"}
    assert read_recipe(kept.painting)["file"] == "painting"


def test_each_picture_is_also_kept_by_the_digest_of_its_bytes(tmp_path: Path, make_piece) -> None:
    studio = Studio.open(tmp_path)
    kept = studio.add_piece(make_piece(7))
    for path in (kept.painting, kept.styled, kept.sheet):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        by_digest = tmp_path / "files" / digest[:2] / f"{digest[2:]}.png"
        assert studio.file(digest) == by_digest
        assert by_digest.read_bytes() == path.read_bytes()


@pytest.mark.skipif(os.name != "posix", reason="links")
def test_a_picture_takes_its_space_once(tmp_path: Path, make_piece) -> None:
    studio = Studio.open(tmp_path)
    sheet = studio.add_piece(make_piece(7)).sheet
    assert sheet.stat().st_nlink == 2


def test_a_picture_damaged_among_the_files_is_mended(tmp_path: Path, make_piece) -> None:
    digest = hashlib.sha256(
        Studio.open(tmp_path / "a").add_piece(make_piece(7)).sheet.read_bytes()
    ).hexdigest()
    studio = Studio.open(tmp_path / "b")
    studio.file(digest).parent.mkdir(parents=True)
    studio.file(digest).write_bytes(b"half")
    kept = studio.add_piece(make_piece(7))
    assert studio.file(digest).read_bytes() == kept.sheet.read_bytes()


def test_nothing_is_left_aside(tmp_path: Path, make_piece) -> None:
    Studio.open(tmp_path).add_piece(make_piece(7))
    assert list((tmp_path / "aside").iterdir()) == []


def test_pieces_come_newest_first(tmp_path: Path, make_piece) -> None:
    studio = Studio.open(tmp_path)
    for seed in (5, 3, 9):
        studio.add_piece(make_piece(seed))
    assert [p.seed for p in studio.pieces()] == [9, 3, 5]
    assert [p.seed for p in studio.pieces(limit=2)] == [9, 3]
    assert [p.number for p in studio.pieces()] == [3, 2, 1]


def test_the_same_piece_again_is_left_as_it_is(tmp_path: Path, make_piece) -> None:
    studio = Studio.open(tmp_path)
    first = studio.add_piece(make_piece(7))
    before = first.sheet.stat().st_mtime_ns
    again = studio.add_piece(make_piece(7))
    assert again == first
    assert first.sheet.stat().st_mtime_ns == before
    assert len(studio.pieces()) == 1


def test_another_piece_with_the_same_id_is_refused(tmp_path: Path, make_piece) -> None:
    studio = Studio.open(tmp_path)
    kept = studio.add_piece(make_piece(7))
    with pytest.raises(JobError, match="another piece has the id 'auria-000007'"):
        studio.add_piece(make_piece(8, id="auria-000007"))
    assert np.array_equal(read_picture(kept.sheet), make_piece(7).sheet)


@pytest.mark.parametrize("piece_id", ["", "../x", "a/b", ".x", "a b", "x" * 101])
def test_an_id_that_is_no_file_name_is_refused(tmp_path: Path, make_piece, piece_id: str) -> None:
    with pytest.raises(JobError, match="cannot be the id of a piece"):
        Studio.open(tmp_path / "s").add_piece(make_piece(7, id=piece_id))


def test_a_piece_is_found_by_the_beginning_of_its_id(tmp_path: Path, make_piece) -> None:
    studio = Studio.open(tmp_path)
    for name in ("heron", "heron-2", "moon"):
        studio.add_piece(make_piece(len(name), id=name))
    assert studio.piece("mo").id == "moon"
    assert studio.piece("heron").id == "heron"  # the whole of an id, and the beginning of another


def test_a_beginning_that_several_share_is_told(tmp_path: Path, make_piece) -> None:
    studio = Studio.open(tmp_path)
    for name in ("heron", "heath"):
        studio.add_piece(make_piece(len(name), id=name))
    with pytest.raises(UserError, match="begins the id of 2 pieces: heron, heath"):
        studio.piece("he")


@pytest.mark.parametrize("asked", ["", "%", "_", "heroon"])
def test_a_piece_that_is_not_there_is_told(tmp_path: Path, make_piece, asked: str) -> None:
    studio = Studio.open(tmp_path)
    studio.add_piece(make_piece(1, id="heron"))
    with pytest.raises(UserError, match="heron|haiga list"):
        studio.piece(asked)


def test_an_empty_studio_has_no_pieces(tmp_path: Path) -> None:
    studio = Studio.open(tmp_path)
    assert studio.pieces() == []
    with pytest.raises(UserError, match="no piece 'x'"):
        studio.piece("x")


def test_recent_styles_are_those_of_the_artists_last_pieces(tmp_path: Path, make_piece) -> None:
    studio = Studio.open(tmp_path)
    for seed in (1, 2, 3):
        studio.add_piece(make_piece(seed))
    studio.add_piece(make_piece(4, artist="basho", id="basho-4"))
    assert studio.recent_styles("auria", 2) == ["style-3", "style-2"]
    assert studio.recent_styles("auria", 99) == ["style-3", "style-2", "style-1"]
    assert studio.recent_styles("auria", 0) == []
    assert studio.recent_styles("nobody", 5) == []


def test_a_piece_without_a_style_is_kept(tmp_path: Path, make_piece) -> None:
    studio = Studio.open(tmp_path)
    assert studio.add_piece(make_piece(1, style=None)).style is None
    assert studio.recent_styles("auria", 5) == []


def test_the_largest_seed_is_kept(tmp_path: Path, make_piece) -> None:
    studio = Studio.open(tmp_path)
    studio.add_piece(make_piece(2**63 - 1, id="last"))
    assert studio.piece("last").seed == 2**63 - 1


def test_a_studio_can_be_moved(tmp_path: Path, make_piece) -> None:
    Studio.open(tmp_path / "here").add_piece(make_piece(7))
    (tmp_path / "here").rename(tmp_path / "there")
    kept = Studio.open(tmp_path / "there").piece("auria")
    assert np.array_equal(read_picture(kept.sheet), make_piece(7).sheet)


def test_the_studio_is_the_folder_given_or_named_or_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HAIGA_STUDIO", raising=False)
    assert Studio.open().folder == Path("haiga-studio")
    monkeypatch.setenv("HAIGA_STUDIO", "named")
    assert Studio.open().folder == Path("named")
    assert Studio.open("given").folder == Path("given")


def test_looking_into_a_studio_that_is_not_there_makes_none(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no studio here; `haiga create` makes one"):
        Studio.open(tmp_path / "none", must_exist=True)
    assert not (tmp_path / "none").exists()


def test_old_leftovers_of_a_killed_process_are_removed(tmp_path: Path) -> None:
    studio = Studio.open(tmp_path)
    for name in ("old", "new"):
        (studio.folder / "aside" / name).mkdir(parents=True)
    os.utime(studio.folder / "aside" / "old", (1, 1))
    Studio.open(tmp_path)
    assert [p.name for p in (tmp_path / "aside").iterdir()] == ["new"]
