"""A folder as people have them: nothing crashes, all is counted, nothing is changed."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest
from found import all_of, passport, read_all, tree
from loopback import jpeg

from haiga.collection.sources.folder import FolderSource
from haiga.core.collecting import Attribute, Passport
from haiga.core.errors import UserError


def table(folder: Path, *rows: dict[str, object], name: str = "metadata.jsonl") -> None:
    text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (folder / name).write_text(text, encoding="utf-8")


def test_a_row_becomes_a_passport(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg())
    table(
        tmp_path,
        {
            "file_name": "a.jpg", "Title": "Mask", "Artist Name": "Edna  Lewis", "year": 1931,
            "culture": "Dan", "License": "CC BY 4.0", "license_url": "https://x.org/deed",
            "credit line": "Gift of nobody", "source_url": "https://x.org/1", "consent": "written",
            "caption": "a mask of\nwood", "gender": "female", "self-identified": "yes",
            "Nationality": "Liberian", "medium": "wood", "tags": ["mask", "wood"],
        },
    )  # fmt: skip
    told = passport(FolderSource(tmp_path))
    assert told.source == f"folder {tmp_path}"
    assert (told.source_id, told.title, told.maker) == ("a.jpg", "Mask", "Edna Lewis")
    assert (told.date, told.place, told.credit) == ("1931", "Dan", "Gift of nobody")
    assert told.licence == "CC BY 4.0; https://x.org/deed"
    assert (told.url, told.consent) == ("https://x.org/1", "written")
    assert told.caption == "a mask of wood"
    assert told.attributes == (
        Attribute("gender", "female", "the table", True),
        Attribute("nationality", "Liberian", "the table"),
    )
    assert told.columns == {"caption": "a mask of\nwood", "medium": "wood", "tags": "mask\nwood"}


def test_a_source_that_is_no_address_stays_a_column(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg())
    table(tmp_path, {"file_name": "a.jpg", "source": "my own camera", "artist": "", "author": "I"})
    told = passport(FolderSource(tmp_path))
    assert told.url == ""
    assert told.maker == "I"
    assert told.columns == {"source": "my own camera"}


def test_a_text_beside_a_picture_is_its_caption_and_its_folder_a_column(tmp_path: Path) -> None:
    (tmp_path / "masks").mkdir()
    (tmp_path / "masks" / "a.jpg").write_bytes(jpeg())
    (tmp_path / "masks" / "a.txt").write_text("a red mask")
    told = passport(FolderSource(tmp_path))
    assert told.source_id == "masks/a.jpg"
    assert told.caption == "a red mask"
    assert told.columns == {"folder": "masks"}


def test_conditions_choose_rows(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.jpg").write_bytes(jpeg())
    table(tmp_path, {"file_name": "a.jpg", "year": 1850}, {"file_name": "b.jpg", "year": 1950})
    found, _ = all_of(FolderSource(tmp_path, where=["year<1900"]))
    assert list(found) == ["a.jpg"]


@pytest.mark.skipif(os.name != "posix", reason="names and links as POSIX has them")
def test_a_folder_with_everything_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    good = {
        "a.jpg": jpeg(1), "new\nline.jpg": jpeg(2), "🦊 fox.jpg": jpeg(3), "שלום.jpg": jpeg(4),
        "same.jpg": jpeg(1), " spaces .jpg": jpeg(5), "UPPER.JPG": jpeg(6), "no suffix": jpeg(7),
        "page.jpg": b"<html>not here</html>", "phone.heic": b"\0\0\0\x18ftypheic",
        "empty.jpg": b"", "-rf.jpg": jpeg(8), "a'b\"c;d.jpg": jpeg(9),
    }  # fmt: skip
    for name, data in good.items():
        (folder / name).write_bytes(data)
    (folder / os.fsdecode(b"latin-\xe9.jpg")).write_bytes(jpeg(10))
    (folder / "broken.jpg").symlink_to("gone.jpg")
    (folder / "loop.jpg").symlink_to("loop.jpg")
    (folder / "inner").mkdir()
    (folder / "inner" / "up").symlink_to(folder)  # a circle of folders
    (folder / "inner" / "b.jpg").write_bytes(jpeg(11))
    (folder / "folder.jpg").mkdir()
    os.mkfifo(folder / "pipe.jpg")
    (folder / "huge.jpg").write_bytes(b"")
    os.truncate(folder / "huge.jpg", 300_000_000)
    (folder / "notes.docx").write_bytes(b"PK\3\4")
    with socket.socket(socket.AF_UNIX) as unix:
        here = Path.cwd()
        os.chdir(folder)
        try:
            unix.bind("sock.jpg")
        finally:
            os.chdir(here)
        before = tree_without_huge(folder)
        source = FolderSource(folder)
        found, missed = all_of(source)
        got, not_got = read_all(found)
        assert tree_without_huge(folder) == before
    assert missed == {}
    assert len(got) == len(good) + 2  # one has no UTF-8 name, one is in inner
    assert set(good.values()) <= set(got.values())
    assert "new\ufffdline.jpg" in got
    assert "latin-\ufffd.jpg" in got
    assert not_got == {
        "broken.jpg": "is a link to a file that is not there",
        "loop.jpg": "is a link that leads round in a circle",
        "pipe.jpg": "is a pipe, not a file",
        "sock.jpg": "is a socket, not a file",
        "huge.jpg": "is larger than is taken: 300.0 MB, not 200.0 MB",
    }
    assert any("up: is a link to a folder and not followed" in note for note in source.notes)
    assert any("notes.docx" in note for note in source.notes)


def tree_without_huge(folder: Path) -> object:
    (folder / "huge.jpg").rename(folder.parent / "huge")
    try:
        return {k: v for k, v in tree(folder).items() if k != b"huge.jpg"}
    finally:
        (folder.parent / "huge").rename(folder / "huge.jpg")


def test_rows_without_pictures_and_pictures_without_rows_are_counted(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(jpeg())
    table(
        tmp_path,
        {"file_name": "a.jpg", "licence": "you may use it if you ask nicely"},
        {"file_name": "a.jpg", "licence": "CC0"},
        {"file_name": "gone.jpg"},
        {"file_name": "../../etc/passwd"},
    )
    source = FolderSource(tmp_path)
    found, missed = all_of(source)
    assert list(found) == ["a.jpg", "b.jpg"]
    assert found["a.jpg"].passport.licence == "you may use it if you ask nicely"
    assert found["b.jpg"].passport == Passport(source.name, "b.jpg")
    assert "1 picture without a row in the table, with nothing but the file's name" in source.notes
    chosen = FolderSource(tmp_path, where=["licence!=CC BY"])
    assert list(all_of(chosen)[0]) == ["a.jpg"]
    assert not any("without a row" in note for note in chosen.notes)
    assert missed["gone.jpg"] == "is listed in metadata.jsonl and is not there"
    assert "is not there" in missed["../../etc/passwd"]


def test_a_file_that_goes_while_it_is_wanted_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg())
    found, _ = all_of(FolderSource(tmp_path))
    (tmp_path / "a.jpg").unlink()
    assert read_all(found)[1] == {"a.jpg": "is not there"}
    (tmp_path / "a.jpg").mkdir()
    assert read_all(found)[1] == {"a.jpg": "is a folder, not a file"}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_a_file_that_may_not_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg())
    (tmp_path / "a.jpg").chmod(0)
    assert "may not be read" in read_all(all_of(FolderSource(tmp_path))[0])[1]["a.jpg"]


def test_it_may_be_asked_twice(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg())
    source = FolderSource(tmp_path)
    assert list(all_of(source)[0]) == list(all_of(source)[0])
    assert len(source.notes) == 1


def test_no_folder_and_no_pictures_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no such folder"):
        all_of(FolderSource(tmp_path / "gone"))
    with pytest.raises(UserError, match="holds no picture"):
        all_of(FolderSource(tmp_path))
