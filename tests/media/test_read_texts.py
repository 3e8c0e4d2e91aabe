"""Files and folders of texts, as people have them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from written_texts import written

from haiga.core.errors import UserError
from haiga.media.texts import Text, read_texts


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.txt", "", "is empty"),
        ("a.txt", " \n\r\n\t", "is empty"),
        ("a.txt", "***\n\n---\n", "holds no text"),
        ("a.csv", "", "is empty"),
        ("a.csv", "text,author\n", "holds no text"),
        ("a.csv", "text,author\n,Li\n", "holds no text"),
        ("a.json", "[]", "holds no record"),
        ("a.json", "7", "holds no record"),
        ("a.json", '[{"text": "a"},\n{"te', "is not sound JSON"),
        ("a.json", "[" * 100_000 + "\n", "is not sound JSON"),
        ("a.jsonl", "snow\nrain\n", "holds no record such as .*: line 1 is not one"),
        ("a.csv", b"\0\1\2\3" * 500, "is a binary file"),
        ("a.csv.gz", b"\x89PNG....", "is a picture"),
    ],
)
def test_a_file_with_nothing_to_read_is_refused(
    tmp_path: Path, name: str, content: str | bytes, words: str
) -> None:
    path = written(tmp_path / name, content)
    with pytest.raises(UserError, match=f"{name}: {words}"):
        read_texts(path)


def test_one_line_is_one_text(tmp_path: Path) -> None:
    read = read_texts(written(tmp_path / "my_haiku.txt", "\ufefffirst snow"))
    assert read.texts == (Text("first snow", "", "my haiku", "my_haiku.txt, line 1"),)
    assert read.notes == ()


def test_a_plain_file_is_split_and_says_where(tmp_path: Path) -> None:
    read = read_texts(written(tmp_path / "poems.txt", "snow\r\nfalls\r\n\r\n***\r\n\r\nrain\r\n"))
    assert [(t.text, t.where, t.title) for t in read.texts] == [
        ("snow\nfalls", "poems.txt, line 1", ""),
        ("rain", "poems.txt, line 6", ""),
    ]


def test_column_options_for_a_plain_file_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.txt", "snow")
    with pytest.raises(UserError, match="is plain text and has no columns"):
        read_texts(path, text_column="text")
    with pytest.raises(UserError, match="holds no table"):
        read_texts(tmp_path, author_column="who")


def test_a_folder_is_read_with_authors_and_titles(tmp_path: Path) -> None:
    root = tmp_path / "verse"
    written(root / "Emily Dickinson" / "Series One" / "A bird.txt", "a bird\n\n\ncame down")
    written(root / "emily_bronte" / "no-coward-soul.md", "no coward\n***\nsoul")
    written(root / "love poems" / "Rose.text.gz", "o rose")
    written(root / "Basho" / "01.txt", "old pond")
    written(root / "anonymous.TXT", "sumer is icumen in")
    written(root / ".hidden.txt", "no")
    written(root / ".git" / "HEAD.txt", "no")
    written(root / "README.md", "about these poems")
    written(root / "cover.jpg", b"\xff\xd8\xff\xe0....")
    read = read_texts(root)
    soul = "verse/emily_bronte/no-coward-soul.md"
    assert [(t.author, t.title, t.text, t.where) for t in read.texts] == [
        ("Basho", "01", "old pond", "verse/Basho/01.txt"),
        (
            "Emily Dickinson",
            "A bird",
            "a bird\n\n\ncame down",
            "verse/Emily Dickinson/Series One/A bird.txt",
        ),
        ("", "anonymous", "sumer is icumen in", "verse/anonymous.TXT"),
        ("emily bronte", "no coward soul", "no coward", f"{soul}, line 1"),
        ("emily bronte", "no coward soul", "soul", f"{soul}, line 3"),
        ("", "Rose", "o rose", "verse/love poems/Rose.text.gz"),
    ]  # fmt: skip
    assert read.notes == (
        "2 files are not read: verse/README.md, verse/cover.jpg",
        "3 authors from the names of folders: Basho, Emily Dickinson, emily bronte",
    )


@pytest.mark.parametrize(
    ("folder", "author"),
    [
        ("Courtney Love", "Courtney Love"),
        ("The Beatles", "The Beatles"),
        ("Dickinson, Emily", "Dickinson, Emily"),
        ("松尾芭蕉", "松尾芭蕉"),
        ("sappho", ""),
        ("Love", ""),
        ("Pop Rock", ""),
        ("My Poems", ""),
        ("train", ""),
        ("1920", ""),
        ("Book 2", ""),
        ("A tale of the sea and of the sky", ""),
    ],
)
def test_only_folders_that_look_like_authors_are(tmp_path: Path, folder: str, author: str) -> None:
    written(tmp_path / folder / "a.txt", "snow")
    assert read_texts(tmp_path).texts[0].author == author


def test_a_long_file_in_a_folder_is_split_as_one_given_alone_is(tmp_path: Path) -> None:
    song = "la la la\n" * 20
    written(tmp_path / "r" / "adele.txt", "\n\n\n".join([song] * 12))
    written(tmp_path / "r" / "short.txt", "\n\n\n".join([song] * 3))
    texts = read_texts(tmp_path / "r").texts
    assert [t.title for t in texts] == ["adele"] * 12 + ["short"]
    assert texts[1].where == "r/adele.txt, line 24"


def test_files_that_cannot_be_read_are_left_out_and_named(tmp_path: Path) -> None:
    root = tmp_path / "r"
    written(root / "a.txt", "snow")
    written(root / "b.txt", "été à Paris, où sont les garçons ?".encode("cp1252"))
    written(root / "c.txt", b"\0\1\2\3" * 500)
    written(root / "d.txt", "")
    (root / "e.txt").symlink_to(root / "gone.txt")
    read = read_texts(root)
    assert [t.title for t in read.texts] == ["a", "b"]
    assert read.notes == (
        "r/b.txt: not UTF-8; read as windows-1252",
        f"left out: {root / 'c.txt'}: is a binary file, not text; give a text file",
        f"left out: {root / 'd.txt'}: is empty",
        f"left out: {root / 'e.txt'}: there is no such file",
    )


def test_a_folder_of_tables_is_read_where_there_is_no_plain_text(tmp_path: Path) -> None:
    root = tmp_path / "csv"
    for artist in ("Adele", "Drake"):
        written(root / f"{artist}.csv", f"Artist,Title,Lyric\n{artist},Hello,la la\n")
    written(root / "numbers.csv", "a,b\n1,2\n")
    read = read_texts(root)
    assert [(t.author, t.where) for t in read.texts] == [
        ("Adele", "csv/Adele.csv, row 2"),
        ("Drake", "csv/Drake.csv, row 2"),
    ]
    assert "csv/Adele.csv, csv/Drake.csv: text from 'Lyric', author from 'Artist'" in read.notes[0]
    assert read.notes[1].startswith(f"left out: {root / 'numbers.csv'}: no column looks like")
    written(root / "notes.txt", "o rose")
    read = read_texts(root)
    assert [t.text for t in read.texts] == ["o rose"]
    assert read.notes == (
        "tables left out, since there are plain text files: "
        "csv/Adele.csv, csv/Drake.csv, csv/numbers.csv",
    )
    assert len(read_texts(root, text_column="Lyric").texts) == 2


@pytest.mark.parametrize("names", [[], ["a.jpg", "b.pdf"], [".a.txt"]])
def test_a_folder_with_nothing_to_read_is_refused(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        written(tmp_path / name, "snow")
    with pytest.raises(UserError, match=r"holds no file that haiga reads: .txt, .md"):
        read_texts(tmp_path)


def test_a_folder_where_nothing_can_be_read_says_why(tmp_path: Path) -> None:
    written(tmp_path / "a.txt", "")
    written(tmp_path / "b.txt", b"\0" * 500)
    with pytest.raises(UserError, match=r"nothing in it .*a.txt: is empty; give a file"):
        read_texts(tmp_path)


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none.csv: there is no such file"):
        read_texts(tmp_path / "none.csv")
    with pytest.raises(UserError, match="cannot be read"):
        read_texts(tmp_path / ("x" * 5000))
    with pytest.raises(UserError, match="cannot be read"):
        read_texts(written(tmp_path / "a", "snow") / "b.txt")


@pytest.mark.skipif(os.name != "posix", reason="pipes and owners are POSIX's")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(UserError, match=r"pipe.txt: is not a file"):
        read_texts(tmp_path / "pipe.txt")


@pytest.mark.skipif(os.name != "posix", reason="pipes and owners are POSIX's")
def test_what_may_not_be_read_is_told(unwritable_folder: Path) -> None:
    """In a process that is not root's, whom no permissions bind."""
    unwritable_folder.chmod(0o755)
    written(unwritable_folder / "a.txt", "snow")
    written(unwritable_folder / "b.txt", "rain").chmod(0o000)
    written(unwritable_folder / "shut" / "c.txt", "hail")
    (unwritable_folder / "shut").chmod(0o000)
    code = (
        "import os, sys, haiga.media.texts as t\n"
        "from haiga.core.errors import UserError\n"
        "if os.getuid() == 0: os.setuid(65534)\n"
        "read = t.read_texts(sys.argv[1])\n"
        "print([x.text for x in read.texts], *read.notes, sep='\\n')\n"
        "try: t.read_texts(sys.argv[1] + '/b.txt')\n"
        "except UserError as error: print(error)\n"
        "try: t.read_texts(sys.argv[1] + '/shut/c.txt')\n"
        "except UserError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(unwritable_folder)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    (unwritable_folder / "shut").chmod(0o755)
    root = unwritable_folder
    assert done.stdout.splitlines() == [
        "['snow']",
        f"left out: {root}/shut: cannot be listed: Permission denied",
        f"left out: {root}/b.txt: may not be read; change its permissions",
        f"{root}/b.txt: may not be read; change its permissions",
        f"{root}/shut/c.txt: cannot be read: Permission denied",
    ], done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_name_that_is_no_text_is_shown_all_the_same(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt"))
    (tmp_path / "a.txt").write_text("rain")
    path.write_text("snow")
    for read in (read_texts(path), read_texts(tmp_path)):
        assert "caf\ufffd.txt" in read.texts[-1].where
        assert read.texts[-1].title == "caf\ufffd"


def test_texts_are_hashable_and_equal_by_what_they_say(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "text,author\nsnow,Li\n")
    assert set(read_texts(path).texts) == set(read_texts(path).texts)


@pytest.mark.parametrize("name", ["a.txt", "a.txt.gz"])
def test_a_file_too_large_for_memory_is_refused(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("haiga.media.text_files.MAX_BYTES", 1_000)
    assert read_texts(written(tmp_path / name, "a" * 1_000)).texts
    with pytest.raises(UserError, match=f"{name}: is larger than . GB; split it"):
        read_texts(written(tmp_path / name, "a" * 1_001))


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.txt", ""), ("a.txt", " \n\n"), ("a.csv", "text,author\n ,Li\n"), ("a.txt", "***\n---\n")],
)
def test_a_file_without_a_word_is_named_with_what_to_give(
    tmp_path: Path, name: str, content: str
) -> None:
    path = written(tmp_path / name, content)
    with pytest.raises(UserError, match="(is empty|holds no text).*; give a file or folder that"):
        read_texts(path)
