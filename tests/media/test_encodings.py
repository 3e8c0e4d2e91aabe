"""Bytes of many encodings, and bytes that are no text."""

import gzip
import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from haiga.core.errors import UserError
from haiga.media.encodings import decode
from haiga.media.texts import read_texts

ENGLISH = """The naïve café where the old man’s hat was left,
a song — “of summer”, and of snow,
the moon upon the garden wall is cleft
by branches that the winds of evening blow.
"""
FRENCH = """L'été s'achève, la forêt frémit,
où sont les élèves, les garçons, les bêtes ?
Je rêve d'un château, d'une île et de grandes fêtes.
"""
GERMAN = "Über allen Gipfeln ist Ruh, spürest du kaum einen Hauch; die Vögelein schweigen. Süß.\n"
POLISH = """Litwo! Ojczyzno moja! ty jesteś jak zdrowie;
ile cię trzeba cenić, ten tylko się dowie,
kto cię stracił. Dziś piękność twą w całej ozdobie
widzę i opisuję, bo tęsknię po tobie.
"""
CZECH = "Kde domov můj, voda hučí po lučinách, bory šumí po skalinách, příliš žluťoučký kůň\n"
GREEK = "Σε γνωρίζω από την κόψη του σπαθιού την τρομερή\n"
CHINESE = "床前明月光,疑是地上霜。\n举头望明月,低头思故乡。\n"
RUSSIAN = "Белеет парус одинокой в тумане моря голубом! Что ищет он в стране далекой?\n"
JAPANESE = "古池や 蛙飛びこむ 水の音\n閑さや岩にしみ入る蝉の声\n夏草や兵どもが夢の跡\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_what_says_its_encoding_is_read_without_a_word(encoding: str) -> None:
    decoded = decode(ENGLISH.encode(encoding), "a.txt")
    assert decoded.text == ENGLISH
    assert decoded.notes == ()


@pytest.mark.parametrize(
    ("mark", "encoding"), [(b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")]
)
def test_utf_16_is_told_by_its_mark_in_either_order(mark: bytes, encoding: str) -> None:
    assert decode(mark + JAPANESE.encode(encoding), "a.txt").text == JAPANESE


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text",
    [ENGLISH, FRENCH, POLISH, GREEK, RUSSIAN, JAPANESE, CHINESE, "Ā mother — Māori\n" * 9],
)
def test_utf_16_without_a_mark_is_told(encoding: str, text: str) -> None:
    decoded = decode(text.encode(encoding), "a.txt")
    assert decoded.text == text
    assert decoded.notes == (f"not UTF-8; read as {encoding.upper()}",)


@pytest.mark.parametrize("times", [1, 300])
@pytest.mark.parametrize(
    ("text", "encoding", "said"),
    [
        (ENGLISH, "cp1252", "windows-1252"),
        (FRENCH, "cp1252", "windows-1252"),
        (GERMAN, "latin-1", "windows-1252"),
        ("a café in the rain\n", "latin-1", "windows-1252"),
        ("the old man’s hat\n", "cp1252", "windows-1252"),
        ("Thought he’d go for a ride on the trolley;\n", "cp1252", "windows-1252"),
        ("And soonest our best men with thee do go—\n", "cp1252", "windows-1252"),
        ("Oh!...!—\n", "cp1252", "windows-1252"),
        (
            "the wind is in the leaves tonight,—\nit's cold, and the rain is here\n",
            "mac_roman",
            "mac_roman",
        ),
        ("the leaf — who knows —\nis gone\n", "cp1252", "windows-1252"),
        (POLISH, "cp1250", "windows-1250"),
        (POLISH, "iso8859-2", "ISO-8859-2"),
        (CZECH, "cp1250", "windows-1250"),
        (GREEK, "cp1253", "windows-1253"),
        (CHINESE, "gb18030", "gb18030"),
        (RUSSIAN, "cp1251", "windows-1251"),
        (RUSSIAN, "koi8-r", "koi8_r"),
        (JAPANESE, "shift_jis", "cp932"),
        (ENGLISH, "mac_roman", "mac_roman"),
    ],
)
def test_other_encodings_are_recognised_and_told(
    text: str, encoding: str, said: str, times: int
) -> None:
    decoded = decode((text * times).encode(encoding), "a.txt")
    assert decoded.text == text * times
    assert decoded.notes == (f"not UTF-8; read as {said}",)


def test_an_encoding_is_recognised_by_one_line_in_a_very_large_file() -> None:
    line = "snow on the roof " * 300 + "\n"
    text = line * 700 + FRENCH + line * 700
    decoded = decode(text.encode("cp1252"), "a.txt")
    assert decoded.text == text
    assert decoded.notes == ("not UTF-8; read as windows-1252",)


def test_an_encoding_is_recognised_in_one_very_long_line() -> None:
    text = " ".join(RUSSIAN.split()) * 20_000
    assert decode(text.encode("cp1251"), "a.json").text == text


def test_a_few_strays_in_utf_8_are_read_and_counted() -> None:
    data = (FRENCH * 3).encode() + "caf\xe9 \x93no\x94\n".encode("latin-1")
    decoded = decode(data, "a.txt")
    assert decoded.text == FRENCH * 3 + "café “no”\n"
    assert decoded.notes == ("UTF-8 with 3 bytes that are not; read as windows-1252 there",)


def test_utf_8_cut_in_the_middle_of_a_character_is_still_utf_8() -> None:
    decoded = decode((FRENCH + "é").encode()[:-1], "a.txt")
    assert decoded.text.startswith(FRENCH)
    assert decoded.notes == ("UTF-8 with 1 byte that is not; read as windows-1252 there",)


def test_nul_bytes_in_a_text_are_left_out_and_counted() -> None:
    decoded = decode(ENGLISH.encode() + b"snow\0 falls\0\n", "a.txt")
    assert decoded.text == ENGLISH + "snow falls\n"
    assert decoded.notes == ("2 NUL bytes left out",)


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (30, 30), (200, 30, 90)).save(buffer, "PNG")
    return buffer.getvalue()


def archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("word/document.xml", "<w:t>snow</w:t>")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (picture(), "is a picture"),
        (archive(), "is a zip archive or an office document, not text; unpack it"),
        (b"%PDF-1.7\n1 0 obj << /Length 44 >>\n", "is a PDF, not text"),
        (b"{\\rtf1\\ansi snow}", "is an RTF document"),
        (Path(sys.executable).resolve().read_bytes()[:100_000], "is a binary file"),
        (bytes(range(256)) * 40, "is a binary file"),
        (b"\0" * 5000, "is a binary file"),
    ],
)
def test_what_is_no_text_is_refused_by_name(data: bytes, words: str) -> None:
    with pytest.raises(UserError, match=f"x.txt: {words}"):
        decode(data, "x.txt")


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=300))
def test_any_text_in_utf_8_comes_back(text: str) -> None:
    if sum(ord(c) < 32 or c == "\x7f" for c in text) == 0 and not text.startswith("\ufeff"):
        refused = ("PK\x03\x04", "%PDF-", "{\\rtf", "GIF8", "PAR1", "BZh", "SQLite format 3")
        if not text.startswith(refused):
            assert decode(text.encode(), "a.txt").text == text


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_in_words(data: bytes) -> None:
    try:
        decoded = decode(data, "a.txt")
    except UserError:
        return
    assert "\0" not in decoded.text
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff", b"\xef\xbb\xbf"))
    assert decoded.notes or marked or decoded.text.encode() == data


def test_random_bytes_are_refused() -> None:
    with pytest.raises(UserError, match="is a binary file"):
        decode(os.urandom(20_000), "a.txt")


def test_a_packed_file_is_refused_when_it_is_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(os.urandom(3000).hex().encode())[:-200])
    with pytest.raises(UserError, match=r"a.txt.gz: is a damaged .gz file, or cut short"):
        read_texts(path)


def test_reading_texts_loads_nothing_heavy() -> None:
    code = (
        "import sys, haiga.media.texts as t, pathlib, tempfile\n"
        "p = pathlib.Path(tempfile.mkdtemp(), 'a.txt'); p.write_text('snow')\n"
        "assert t.read_texts(p).texts[0].text == 'snow'\n"
        "heavy = ('torch', 'numpy', 'onnxruntime', 'pydantic', 'charset_normalizer')\n"
        "sys.exit(any(name in sys.modules for name in heavy))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
