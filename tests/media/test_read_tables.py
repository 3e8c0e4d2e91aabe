"""Texts in tables: CSV and JSON, as people have them."""

import gzip
import json
from pathlib import Path

import pytest
from written_texts import written

from haiga.core.errors import UserError
from haiga.media.texts import Text, read_texts

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
