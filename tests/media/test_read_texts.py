"""Files and folders of texts, as people have them."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from haiga.core.errors import UserError
from haiga.media.texts import Text, read_texts


def written(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content if isinstance(content, bytes) else content.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


SONGS = (
    "artist,song,link,text\n"
    "ABBA,Ahe's My Kind Of Girl,/a/abba/x.html,\"Look at her face  \nIt's a wonderful face  \n\n"
    'And it means something, ""special"" to me  \n"\n'
    "Adele,Snow,/a/adele/y.html,one line\n"
)


def test_a_lyrics_csv_loads_as_it_is(tmp_path: Path) -> None:
    read = read_texts(written(tmp_path / "songdata.csv", SONGS))
    assert read.texts[0] == Text(
        text='Look at her face\nIt\'s a wonderful face\n\nAnd it means something, "special" to me',
        author="ABBA",
        title="Ahe's My Kind Of Girl",
        where="songdata.csv, row 2",
        columns={
            "artist": "ABBA",
            "song": "Ahe's My Kind Of Girl",
            "link": "/a/abba/x.html",
        },
    )
    assert read.texts[1].where == "songdata.csv, row 3"
    assert read.notes == (
        "songdata.csv: text from 'text', author from 'artist', title from 'song'",
    )


@pytest.mark.parametrize("name", ["s.csv", "s.tsv", "s.csv.gz", "S.CSV.GZ"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_any_delimiter_and_line_end_is_read(
    tmp_path: Path, name: str, delimiter: str, end: str
) -> None:
    rows = [
        ["Artist", "Title", "Lyric", "Year"],
        ["Adele", "Snow; and rain", '"one, two|three' + end + 'four"', "2015"],
        ["Björk", "Jóga", "emotional landscapes", "1997"],
    ]
    quoted = [[f'"{c}"' if ";" in c and delimiter == ";" else c for c in row] for row in rows]
    data = end.join(delimiter.join(row) for row in quoted).encode()
    path = tmp_path / name
    path.write_bytes(gzip.compress(data) if name.lower().endswith("gz") else data)
    texts = read_texts(path).texts
    assert [(t.author, t.title, t.text, t.columns["Year"]) for t in texts] == [
        ("Adele", "Snow; and rain", "one, two|three\nfour", "2015"),
        ("Björk", "Jóga", "emotional landscapes", "1997"),
    ]


def test_poetry_foundation_style_loads_as_it_is(tmp_path: Path) -> None:
    content = (
        ',Title,Poem,Poet,Tags\r\n0,"\r\r\n                    Objects\r\r\n                ",'
        '"\r\r\nDog bone, stapler,\r\r\ncribbage board\r\r\n\r\r\nno end",Michelle M.,\r\n'
    )
    (text,) = read_texts(written(tmp_path / "pf.csv", content)).texts
    assert text.text == "Dog bone, stapler,\ncribbage board\n\nno end"
    assert (text.title, text.author) == ("Objects", "Michelle M.")
    assert text.columns["column 1"] == "0"
    assert "Tags" not in text.columns


@pytest.mark.parametrize(
    ("header", "text", "author", "title"),
    [
        ("author,content,poem name,age,type", "content", "author", "poem name"),
        ("index,song,year,artist,genre,lyrics", "lyrics", "artist", "song"),
        ("ALink,SName,SLink,Lyric,language", "Lyric", "", "SName"),
        ("track_id,track_name,track_artist,lyrics", "lyrics", "track_artist", "track_name"),
        ("poem_id,PoemText,poet_url,Poet", "PoemText", "Poet", ""),
        ("artist,album,text_length,poem,song_url,Song Title", "poem", "artist", "Song Title"),
        ("line", "line", "", ""),
    ],
)
def test_columns_are_guessed_from_their_names(
    tmp_path: Path, header: str, text: str, author: str, title: str
) -> None:
    cells = header.split(",")
    read = read_texts(written(tmp_path / "a.csv", f"{header}\n{','.join(f'<{c}>' for c in cells)}"))
    assert read.texts[0].text == f"<{text}>"
    assert read.texts[0].author == (f"<{author}>" if author else "")
    assert read.texts[0].title == (f"<{title}>" if title else "")


def test_columns_can_be_named_and_case_does_not_matter(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "text,words,who,what\nbad,good,Li,Snow\n")
    read = read_texts(path, text_column="Words", author_column="who", title_column="WHAT")
    assert (read.texts[0].text, read.texts[0].author, read.texts[0].title) == ("good", "Li", "Snow")
    assert dict(read.texts[0].columns) == {"text": "bad", "who": "Li", "what": "Snow"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "no column looks like the text; say which one is with --text-column"),
        ({"text_column": "stufff"}, "no column 'stufff' for --text-column; did you mean 'stuff'?"),
        ({"author_column": "x"}, "has no column 'x' for --author-column"),
        ({"title_column": "x"}, "has no column 'x' for --title-column"),
    ],
)
@pytest.mark.parametrize("suffix", ["csv", "jsonl", "json"])
def test_a_missing_column_is_told_with_the_columns_there_are(
    tmp_path: Path, options: dict[str, str], words: str, suffix: str
) -> None:
    record = '{"stuff": "a", "who": "b"}'
    content = {"csv": "stuff,who\na,b\n", "jsonl": record + "\n", "json": f"[{record}]"}[suffix]
    path = written(tmp_path / f"a.{suffix}", content)
    with pytest.raises(UserError) as caught:
        read_texts(path, **options)
    assert str(path) in str(caught.value)
    assert words in str(caught.value)
    assert "its columns are: stuff, who" in str(caught.value)


def test_rows_that_do_not_fit_are_left_out_and_counted(tmp_path: Path) -> None:
    content = "text,author\nsnow,Li\nrain\nhail,Li,more\n,Li\n  ,Li\nwind,Du,\n\nfog,Du\n"
    read = read_texts(written(tmp_path / "a.csv", content))
    assert [(t.text, t.where) for t in read.texts] == [
        ("snow", "a.csv, row 2"),
        ("wind", "a.csv, row 7"),
        ("fog", "a.csv, row 9"),
    ]
    assert read.notes[1:] == (
        "a.csv: 1 row (row 3) with too few columns left out",
        "a.csv: 1 row (row 4) with too many columns left out",
        "a.csv: 2 rows (rows 5, 6) without text left out",
    )


def test_commas_without_quotation_marks_in_a_last_column_of_text_are_text(tmp_path: Path) -> None:
    read = read_texts(written(tmp_path / "a.csv", "author,poem\nLi,snow, rain, and hail\n"))
    assert read.texts[0].text == "snow, rain, and hail"
    assert "1 row (row 2) with more cells than columns" in read.notes[1]


def test_a_huge_cell_is_read_and_the_csv_module_left_as_it_was(tmp_path: Path) -> None:
    import csv

    before = csv.field_size_limit()
    lyric = "na na na\n" * 100_000
    read = read_texts(written(tmp_path / "a.csv", f'text,author\n"{lyric}",Li\n'))
    assert read.texts[0].text.count("na") == 300_000
    assert csv.field_size_limit() == before
    assert "row 2 has 100,001 lines; is a quotation mark left open there?" in read.notes[1]


def test_line_ends_written_out_become_line_ends(tmp_path: Path) -> None:
    read = read_texts(written(tmp_path / "a.csv", "text\nsnow\\r\\nrain\\nhail\n"))
    assert read.texts[0].text == "snow\nrain\nhail"
    assert "a.csv: line ends written as \\n in 1 text" in read.notes


def test_a_csv_in_another_encoding_says_so(tmp_path: Path) -> None:
    content = "artist,text\nBeyoncé,déjà vu — “no”\n".encode("cp1252")
    read = read_texts(written(tmp_path / "lyrics.csv", content))
    assert read.texts[0].author == "Beyoncé"
    assert read.notes[0] == "lyrics.csv: not UTF-8; read as windows-1252"


def test_json_lines_are_read_with_their_numbers(tmp_path: Path) -> None:
    lines = [
        json.dumps({"text": "snow\nfalls", "author": "Li", "year": 1850, "gender": None}),
        "",
        '{"text": "cut sho',
        '"only a text"',
        "[1, 2]",
        json.dumps({"text": "", "author": "Du"}),
        json.dumps({"text": "rain", "old": True, "tags": ["a", "b"], "nan": float("nan")}),
    ]
    read = read_texts(written(tmp_path / "a.jsonl.gz", "\r\n".join(lines)))
    assert [(t.text, t.where, dict(t.columns)) for t in read.texts] == [
        ("snow\nfalls", "a.jsonl.gz, line 1", {"author": "Li", "year": "1850"}),
        ("only a text", "a.jsonl.gz, line 4", {}),
        ("rain", "a.jsonl.gz, line 7", {"old": "true", "tags": "a\nb"}),
    ]
    assert read.notes[1:] == (
        "a.jsonl.gz: 2 lines (lines 3, 5) are no JSON records and were left out",
        "a.jsonl.gz: 1 line (line 6) without text left out",
    )


@pytest.mark.parametrize(
    "content",
    [
        '[{"title": "Snow", "poem": "it falls"}]',
        '{"poems": [{"title": "Snow", "poem": "it falls"}], "count": 1}',
        '{"title": "Snow",\n "poem": "it falls", "notes": [{"by": "me"}]}',
        '[\n {"title": "Snow",\n  "lines": ["it falls"]}\n]',
    ],
)
def test_a_json_list_is_read_wherever_it_stands(tmp_path: Path, content: str) -> None:
    (text,) = read_texts(written(tmp_path / "a.json", content)).texts
    assert (text.text, text.title, text.where) == ("it falls", "Snow", "a.json, item 1")


def test_a_file_of_one_json_line_has_a_line(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", '{"poem": "it falls", "notes": [{"by": "me"}]}\n')
    assert [t.where for t in read_texts(path).texts] == ["a.jsonl, line 1"]


def test_lines_and_stanzas_in_json_become_a_text(tmp_path: Path) -> None:
    content = json.dumps([{"lines": ["a", "b"]}, {"lines": [["a", "b"], ["c"]]}])
    read = read_texts(written(tmp_path / "a.json", content))
    assert [t.text for t in read.texts] == ["a\nb", "a\nb\n\nc"]


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
