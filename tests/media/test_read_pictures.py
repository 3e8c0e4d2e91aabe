"""Folders of pictures, with tables, texts beside them, sub-folders, and nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from picture_files import noise, write_lines, write_pictures

from haiga.core.errors import UserError
from haiga.media.picture_choice import PictureChoice
from haiga.media.picture_folders import ReadPictures, read_pictures

ABC = ("a.png", "b.png", "c.png")


def read(path: Path, *where: str, caption: str | None = None, label: str | None = None
         ) -> ReadPictures:  # fmt: skip
    return read_pictures(PictureChoice(path, where, caption, label))


def keys(found: ReadPictures) -> list[str]:
    return [record.key for record in found.records]


def captions(found: ReadPictures) -> dict[str, str]:
    return {record.key: record.caption for record in found.records}


def test_a_folder_of_nothing_but_pictures_is_read_in_order_of_names(tmp_path: Path) -> None:
    found = read(write_pictures(tmp_path, ["c.png", "b.jpg", "x/a.webp"]))
    assert keys(found) == ["b.jpg", "c.png", "x/a.webp"]
    assert [r.path for r in found.records] == [tmp_path / k for k in keys(found)]
    assert found.left_out == ()
    assert found.notes == ("3 pictures: no captions",)


def test_the_name_of_a_sub_folder_is_a_column(tmp_path: Path) -> None:
    write_pictures(tmp_path, ["mask/a.png", "deep/bowl/b.png", "c.png"])
    found = read(tmp_path)
    assert [r.columns.get("folder") for r in found.records] == [None, "bowl", "mask"]
    assert keys(read(tmp_path, "folder=mask")) == ["mask/a.png"]


def test_lines_of_metadata_name_files_and_caption_them(tmp_path: Path) -> None:
    write_pictures(tmp_path, ABC)
    write_lines(tmp_path / "metadata.jsonl", [
        {"file_name": "a.png", "captions": ["a wave", "two boats"], "year": 1831, "tags": ["x"]},
        {"file_name": "b.png", "captions": [], "title": "Red\n Fuji", "artist": None},
        {"file_name": "./c.png", "description": "rain", "tags": ["sea", "sky"]},
    ])  # fmt: skip
    found = read(tmp_path)
    assert captions(found) == {"a.png": "a wave two boats", "b.png": "Red Fuji", "c.png": "rain"}
    assert dict(found.records[0].columns) == {
        "captions": "a wave\ntwo boats", "year": "1831", "tags": "x"
    }  # fmt: skip
    assert keys(read(tmp_path, "year<1900")) == ["a.png"]
    assert keys(read(tmp_path, "tags=Sky")) == ["c.png"]
    assert keys(read(tmp_path, "tags!=x")) == ["c.png"]
    assert keys(read(tmp_path, "tags=")) == ["b.png"]


@pytest.mark.parametrize("name", ["masks.csv", "metadata.tsv"])
def test_a_table_names_files_in_whatever_column(tmp_path: Path, name: str) -> None:
    write_pictures(tmp_path, [f"img/{n}" for n in ABC])
    tab = "\t" if name.endswith("tsv") else ","
    lines = ["no,what,region", r"1,IMG\A.PNG,Mali", "2,/home/me/b.png,Congo", "3,c,Mali"]
    (tmp_path / name).write_text("\n".join(lines).replace(",", tab))
    found = read(tmp_path)
    assert [r.columns["region"] for r in found.records] == ["Mali", "Congo", "Mali"]
    assert found.left_out == ()


def test_a_caption_in_the_last_column_may_hold_commas(tmp_path: Path) -> None:
    write_pictures(tmp_path, ABC[:2])
    (tmp_path / "t.csv").write_text("file,caption\na.png,a mask, of wood\nb.png,two\n")
    assert captions(read(tmp_path)) == {"a.png": "a mask, of wood", "b.png": "two"}


def test_several_rows_for_a_picture_are_several_captions(tmp_path: Path) -> None:
    write_pictures(tmp_path, ABC[:1])
    (tmp_path / "t.csv").write_text("image,caption\na.png,one\na.png,two\na.png,one\n")
    found = read(tmp_path)
    assert captions(found) == {"a.png": "one two"}
    assert "2 rows more for pictures already named" in found.notes[0]


def test_a_text_beside_a_picture_is_its_caption(tmp_path: Path) -> None:
    write_pictures(tmp_path, ABC)
    (tmp_path / "a.txt").write_text(" a wave,\nfoam\n", encoding="utf-8")
    (tmp_path / "b.png.txt").write_bytes("un café".encode("cp1252"))
    (tmp_path / "readme.txt").write_text("not a caption")
    found = read(tmp_path)
    assert captions(found) == {"a.png": "a wave, foam", "b.png": "un café", "c.png": ""}
    assert "2 with captions" in found.notes[-1]


def test_each_sub_folder_may_have_its_own_table(tmp_path: Path) -> None:
    write_pictures(tmp_path, ["one/a.png", "two/a.png", "three/a.png"])
    write_lines(tmp_path / "one/metadata.jsonl", [{"file": "a.png", "title": "first"}])
    write_lines(tmp_path / "two/metadata.jsonl", [{"file": "a.png", "title": "second"}])
    assert captions(read(tmp_path)) == {
        "one/a.png": "first", "three/a.png": "", "two/a.png": "second"
    }  # fmt: skip


def test_files_missing_and_files_not_listed_are_left_out_and_said(tmp_path: Path) -> None:
    write_pictures(tmp_path, ABC)
    rows = [{"file": "a.png"}, {"file": "gone.png"}, {"file": "../../secret.png"}, {"title": "x"}]
    write_lines(tmp_path / "metadata.jsonl", rows)
    write_pictures(tmp_path.parent, ["secret.png"])
    found = read(tmp_path)
    assert keys(found) == ["a.png"]
    assert {(out.key, out.reason) for out in found.left_out} == {
        ("gone.png", "is listed in metadata.jsonl and is not there"),
        ("../../secret.png", "is listed in metadata.jsonl and is not there"),
        ("b.png", "is not listed in metadata.jsonl"),
        ("c.png", "is not listed in metadata.jsonl"),
    }
    assert any("1 without a file's name" in note for note in found.notes)


def test_a_table_that_names_no_picture_is_not_used_and_said(tmp_path: Path) -> None:
    write_pictures(tmp_path, ABC)
    (tmp_path / "sales.csv").write_text("day,sum\nMonday,12\n")
    (tmp_path / "notes.json").write_bytes(b"\x00\x01\x02\xff" * 50)
    found = read(tmp_path)
    assert len(found.records) == 3
    assert any("sales.csv: names none of the pictures" in note for note in found.notes)
    assert any("notes.json" in note for note in found.notes)


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("titel=x", "--where 'titel=x': no picture has a column 'titel'; did you mean 'title'?"),
        ("title=x", "keeps none of 3 pictures; title is: sea (2), sky (1)"),
        ("title", "is no condition"),
    ],
)
def test_a_condition_that_cannot_be_met_says_what_could_be(
    tmp_path: Path, where: str, words: str
) -> None:
    write_pictures(tmp_path, ABC)
    titles = ("sea", "sea", "sky")
    rows = [{"file": f, "title": t} for f, t in zip(ABC, titles, strict=True)]
    write_lines(tmp_path / "metadata.jsonl", rows)
    with pytest.raises(UserError) as caught:
        read(tmp_path, where)
    assert words in str(caught.value)


def test_a_named_column_of_captions_is_the_only_one_that_counts(tmp_path: Path) -> None:
    write_pictures(tmp_path, ABC[:2])
    rows = [{"file": "a.png", "title": "t", "mood": "calm"}, {"file": "b.png", "title": "u"}]
    write_lines(tmp_path / "metadata.jsonl", rows)
    assert captions(read(tmp_path, caption="Mood")) == {"a.png": "calm", "b.png": ""}
    with pytest.raises(
        UserError, match="--caption-column: no picture has a column 'mod'; did you mean"
    ):
        read(tmp_path, caption="mod")


def test_pictures_without_a_label_or_alone_with_it_are_left_out(tmp_path: Path) -> None:
    write_pictures(tmp_path, ["a/1.png", "a/2.png", "b/1.png", "b/2.png", "c/1.png", "0.png"])
    found = read(tmp_path, label="Folder")
    assert keys(found) == ["a/1.png", "a/2.png", "b/1.png", "b/2.png"]
    assert found.label_column == "folder"
    assert {(out.key, out.reason) for out in found.left_out} == {
        ("0.png", "has no 'folder' to be its label"),
        ("c/1.png", "is the only picture whose folder is 'c'"),
    }


def test_one_label_alone_and_an_unknown_column_are_refused(tmp_path: Path) -> None:
    write_pictures(tmp_path, ["a/1.png", "a/2.png", "c/1.png"])
    with pytest.raises(UserError, match="'folder' gives 1 label with two pictures or more and 1"):
        read(tmp_path, label="folder")
    with pytest.raises(UserError, match="--label: no picture has a column 'fodler'; did you mean"):
        read(tmp_path, label="fodler")


def test_no_folder_a_file_and_no_picture_are_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no such folder"):
        read(tmp_path / "gone")
    (tmp_path / "notes.md").write_text("x")
    with pytest.raises(UserError, match="is a file; give the folder"):
        read(tmp_path / "notes.md")
    with pytest.raises(UserError, match="holds no picture; give a folder with"):
        read(tmp_path)


def test_hostile_names_are_read_and_can_be_printed(tmp_path: Path) -> None:
    names = ["a\nb.png", "é\x1b[31m.png", "-rf.png", "a b'\".png", "x" * 200 + ".png"]
    write_pictures(tmp_path, names)
    if os.name == "posix":
        for raw in (b"\xff.png", b"\xfe.png"):
            noise(9).save(tmp_path / "t.png")
            (tmp_path / "t.png").rename(tmp_path / os.fsdecode(raw))
    found = read(tmp_path)
    assert len(found.records) == len(set(keys(found))) == len(list(tmp_path.iterdir()))
    assert all(key.isprintable() and key.encode() for key in keys(found))
    assert all(record.path.exists() for record in found.records)


def test_links_that_go_round_hidden_files_and_pipes_do_no_harm(tmp_path: Path) -> None:
    write_pictures(tmp_path, [*ABC[:2], ".hidden.png", ".git/d.png"])
    (tmp_path / "round").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self.png").symlink_to(tmp_path / "self.png")
    os.mkfifo(tmp_path / "pipe")
    found = read(tmp_path)
    assert keys(found) == ["a.png", "b.png", "self.png"]
    assert any("round: is a link to a folder and not followed" in note for note in found.notes)


def test_a_picture_without_suffix_is_known_by_its_first_bytes(tmp_path: Path) -> None:
    write_pictures(tmp_path, ["a.png"])
    (tmp_path / "a.png").rename(tmp_path / "scan")
    (tmp_path / "movie.mp4").write_bytes(b"\0\0\0 ftyp")
    found = read(tmp_path)
    assert keys(found) == ["scan"]
    assert "1 file is no picture: movie.mp4" in found.notes
