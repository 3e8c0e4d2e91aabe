"""Whatever is wrong with a request: exit code 2, one message, no traceback, nothing written."""

from __future__ import annotations

import shutil
import struct
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

FAKE = ("--artist", "fake.toml")

MISTAKES: list[tuple[str, tuple[object, ...], tuple[str, ...]]] = [
    ("unknown command", ("crate",), ("crate", "create")),
    ("unknown option", ("create", "--cont", "2"), ("--cont", "--count")),
    ("missing argument", ("paint", "--out", "x.png"), ("TEXT",)),
    ("missing option", ("paint", "snow"), ("--out",)),
    ("unknown artist", ("create", "--artist", "auriaa"), ("auriaa", "auria")),
    ("artist file that is not there", ("create", "--artist", "me.toml"), ("me.toml", "no such")),
    ("artist that is a folder", ("create", "--artist", "folder.toml"), ("folder.toml",)),
    ("unknown mood", ("create", *FAKE, "--mood", "sadnes"), ("sadnes", "did you mean 'sadness'")),
    ("count of zero", ("create", *FAKE, "--count", "0"), ("count", "not 0")),
    ("negative count", ("create", *FAKE, "--count", "-3"), ("count", "-3")),
    ("count that is no number", ("create", *FAKE, "--count", "many"), ("--count",)),
    ("negative seed", ("create", *FAKE, "--seed", "-1"), ("seed", "negative")),
    ("seed too large", ("create", *FAKE, "--seed", str(2**63)), ("seed", str(2**63))),
    (
        "last seed too large",
        ("create", *FAKE, "--seed", str(2**63 - 2), "--count", "3"),
        ("seed", str(2**63)),
    ),
    ("about without words", ("create", *FAKE, "--about", "…!"), ("about", "no word")),
    ("about that is empty", ("create", *FAKE, "--about", ""), ("--about: is empty",)),
    ("about of spaces", ("write", *FAKE, "--about", "  "), ("--about: is empty",)),
    (
        "half of an option",
        ("generate", "watercolours", "--walk", "1"),
        ("--walk", "see 'haiga generate --help'"),
    ),
    ("frames of no walk", ("generate", "watercolours", "--frames", "9"), ("--frames 9", "--walk")),
    (
        "generator in a folder without a model",
        ("generate", "."),
        ("holds no model", "`haiga train generator` makes one"),
    ),
    ("about too long", ("create", *FAKE, "--about", "snow " * 1000), ("about", "2000")),
    ("unknown form", ("write", *FAKE, "--form", "haikoo"), ("haikoo", "haiku")),
    ("empty text", ("paint", "", *FAKE, "--out", "x.png"), ("empty",)),
    ("text of spaces", ("paint", " \n ", *FAKE, "--out", "x.png"), ("empty",)),
    ("text without words", ("paint", "123 !?", *FAKE, "--out", "x.png"), ("no word",)),
    (
        "out in no folder",
        ("paint", "snow", *FAKE, "--out", "no/x.png"),
        ("no/x.png", "no does not"),
    ),
    ("out of another kind", ("paint", "snow", *FAKE, "--out", "x.jpg"), ("x.jpg", ".png")),
    (
        "one file for two",
        ("paint", "snow", *FAKE, "--out", "x.png", "--count", "2"),
        ("x.png", "folder"),
    ),
    ("out is a folder", ("style", "in.png", *FAKE, "--mood", "fear", "--out", "."), ("folder",)),
    ("no way to style", ("style", "in.png", *FAKE, "--out", "x.png"), ("--mood", "--like")),
    (
        "both ways to style",
        ("style", "in.png", *FAKE, "--mood", "fear", "--like", "in.png", "--out", "x.png"),
        ("--mood", "--like"),
    ),
    (
        "strength over 1",
        ("style", "in.png", *FAKE, "--mood", "fear", "--strength", "1.5", "--out", "x.png"),
        ("strength", "1.5"),
    ),
    (
        "strength that is no number",
        ("style", "in.png", *FAKE, "--mood", "fear", "--strength", "nan", "--out", "x.png"),
        ("strength",),
    ),
    (
        "unknown mood to style",
        ("style", "in.png", *FAKE, "--mood", "fera", "--out", "x.png"),
        ("fera", "fear"),
    ),
    (
        "output over its own input",
        ("style", "in.png", *FAKE, "--mood", "fear", "--out", "in.png"),
        ("in.png", "input"),
    ),
    (
        "output over the artwork to follow",
        ("style", "in.png", *FAKE, "--like", "other.png", "--out", "other.png"),
        ("other.png", "input"),
    ),
    (
        "weight of nothing",
        ("style", "in.png", *FAKE, "--like", "other.png:0", "--out", "x.png"),
        ("other.png:0", "above 0"),
    ),
    (
        "negative weight",
        ("style", "in.png", *FAKE, "--like", "other.png:-1", "--out", "x.png"),
        ("other.png:-1", "above 0"),
    ),
    (
        "no such picture to follow",
        ("style", "in.png", *FAKE, "--like", "no.png:0.5", "--out", "x.png"),
        ("no.png", "no such file"),
    ),
    (
        "region without a style",
        ("style", "in.png", *FAKE, "--region", "other.png", "--out", "x.png"),
        ("--region", "MASK.png=STYLE"),
    ),
    (
        "region without a mask",
        ("style", "in.png", *FAKE, "--region", "no.png=other.png", "--out", "x.png"),
        ("no.png", "no such file"),
    ),
    (
        "mask of another size",
        ("style", "in.png", *FAKE, "--region", "small.png=other.png", "--out", "x.png"),
        ("small.png", "size"),
    ),
    (
        "stylist that there is not",
        ("style", "in.png", "--stylist", "adain.v9", "--mood", "fear", "--out", "x.png"),
        ("adain.v9", "adain.v1"),
    ),
    ("no picture to mount", ("mount", "no.png", "poem.txt", *FAKE, "--out", "x.png"), ("no.png",)),
    ("no poem to mount", ("mount", "in.png", "no.txt", *FAKE, "--out", "x.png"), ("no.txt",)),
    (
        "empty poem",
        ("mount", "in.png", "empty.txt", *FAKE, "--out", "x.png"),
        ("empty.txt", "empty"),
    ),
    (
        "poem that is no text",
        ("mount", "in.png", "in.png", *FAKE, "--out", "x.png"),
        ("in.png",),
    ),
    ("poem far too long", ("mount", "in.png", "long.txt", *FAKE, "--out", "x.png"), ("long.txt",)),
    ("nothing to replay", ("replay", "no.png"), ("no.png", "no such file")),
    ("replay of a folder", ("replay", "."), ("folder",)),
    ("replay without a recipe", ("replay", "in.png"), ("in.png", "no haiga recipe")),
    ("unknown recipe", ("train", "haikus"), ("haikus", "did you mean 'haiku'")),
    ("studio that is a file", ("create", *FAKE, "--studio", "poem.txt"), ("poem.txt",)),
    ("studio inside a file", ("create", *FAKE, "--studio", "poem.txt/s"), ("poem.txt",)),
]


@pytest.fixture
def desk(work: Path) -> Path:
    """The work folder with a picture, another, and some poems."""
    noise = np.random.default_rng(1).integers(0, 255, (48, 64, 3)).astype(np.uint8)
    Image.fromarray(noise).save(work / "in.png")
    Image.fromarray(255 - noise).save(work / "other.png")
    Image.fromarray(noise[:20]).save(work / "small.png")
    (work / "poem.txt").write_text("old pond\na frog jumps in\nthe sound of water\n")
    (work / "empty.txt").write_text(" \n\n")
    (work / "long.txt").write_text("snow on snow\n" * 100_000)
    (work / "folder.toml").mkdir()
    return work


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize(("what", "arguments", "told"), MISTAKES, ids=[m[0] for m in MISTAKES])
def test_a_mistake_is_told_in_one_message_and_changes_nothing(
    desk: Path, run: Any, what: str, arguments: tuple[object, ...], told: tuple[str, ...]
) -> None:
    before = contents(desk)
    done = run(*arguments)
    assert done.code == 2, done.err
    assert done.out == ""
    assert done.err.startswith("haiga: ")
    assert len(done.err.splitlines()) == 1
    assert "Traceback" not in done.err
    for text in told:
        assert text in done.err
    assert {k: v for k, v in contents(desk).items() if "studio" not in k} == before


def damaged(desk: Path) -> dict[str, Path]:
    """Files that are no good pictures."""
    whole = (desk / "in.png").read_bytes()
    files = {
        "empty.png": b"",
        "text.png": b"this is not a picture\n",
        "truncated.png": whole[: len(whole) // 2],
        "corrupt.png": whole[:200] + bytes(200) + whole[400:],
        "huge.png": bomb(60_000, 60_000),
    }
    for name, data in files.items():
        (desk / name).write_bytes(data)
    return {name: desk / name for name in files}


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that would decode to gigabytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "name", ["empty.png", "text.png", "truncated.png", "corrupt.png", "huge.png"]
)
def test_a_file_that_is_no_good_picture_is_refused_by_every_verb(
    desk: Path, run: Any, name: str
) -> None:
    damaged(desk)
    for arguments in (
        ("style", name, *FAKE, "--mood", "fear", "--out", "x.png"),
        ("style", "in.png", *FAKE, "--like", name, "--out", "x.png"),
        ("mount", name, "poem.txt", *FAKE, "--out", "x.png"),
        ("replay", name),
    ):
        done = run(*arguments)
        assert done.code == 2, done.err
        assert name in done.err
        assert len(done.err.splitlines()) == 1
        assert not (desk / "x.png").exists()


def test_every_fault_of_an_artists_file_is_told_with_its_line(desk: Path, run: Any) -> None:
    text = (desk / "fake.toml").read_text()
    text = text.replace('[painter]\nuse = "fake.v1"', '[painter]\nuse = "fake.v1"\nsise_px = 3')
    text = text.replace("strength = 0.6", "strength = 6")
    text = text.replace('[poet]\nuse = "fake.v1"', '[poet]\nuse = "fake.v2"')
    (desk / "bad.toml").write_text(text)
    done = run("create", "--artist", "bad.toml")
    assert done.code == 2
    for line, fault in ((5, "fake.v1"), (9, "size_px"), (16, "strength")):
        assert any(f"bad.toml:{line}: " in told and fault in told for told in done.err.splitlines())
    assert not (desk / "haiga-studio").exists()


def test_broken_toml_is_told_with_every_line(desk: Path, run: Any) -> None:
    (desk / "broken.toml").write_text('name = "x\nabout = "y"\n[poet\nuse = lstm\n')
    done = run("create", "--artist", "broken.toml")
    assert done.code == 2
    assert "broken.toml:1: " in done.err
    assert "Traceback" not in done.err


def test_a_sheet_that_cannot_be_drawn_is_told_before_any_work(desk: Path, run: Any) -> None:
    text = (desk / "fake.toml").read_text()
    for fault, told in (
        ('seal = "俳俳俳俳俳"', "4 characters"),
        ('seal = "🦙"', "cannot draw"),
        ('ink = "#fffff0"', "contrast"),
    ):
        (desk / "bad.toml").write_text(text.replace('seal = "俳"', fault))
        done = run("create", "--artist", "bad.toml")
        assert done.code == 2
        assert told in done.err
    assert not (desk / "haiga-studio" / "pieces").exists()


def test_a_job_that_fails_ends_with_1_and_keeps_what_was_done(
    create: Any, run: Any, work: Path
) -> None:
    create("--seed", 1)
    text = (work / "fake.toml").read_text()
    (work / "fake.toml").write_text(text.replace("[painter]", "fail = true\n\n[painter]"))
    done = create("--seed", 2)
    assert done.code == 1
    assert done.err == "haiga: the fake poet has nothing to say\n"
    assert len(run("list", "--studio", "studio", "--json").objects) == 1


def test_a_model_file_that_is_gone_ends_with_1(desk: Path, run: Any) -> None:
    text = (desk / "fake.toml").read_text()
    (desk / "bad.toml").write_text(text.replace("[mood]", 'model = "gone.bin"\n\n[mood]'))
    done = run("create", "--artist", "bad.toml")
    assert done.code == 1
    assert "gone.bin" in done.err


@pytest.mark.skipif(sys.platform != "linux", reason="arguments are bytes as on Linux")
def test_arguments_that_are_no_text_are_told(desk: Path, run: Any) -> None:
    odd = "w\udcffrd"  # what Python makes of the byte 0xff
    for arguments in (
        ("paint", odd, *FAKE, "--out", "x.png"),
        ("create", *FAKE, "--about", odd),
        ("create", *FAKE, "--mood", odd),
        ("create", "--artist", odd),
    ):
        done = run(*arguments)
        assert done.code == 2, done.err
        assert len(done.err.splitlines()) == 1
    named = run("paint", "snow", *FAKE, "--out", f"{odd}.png", "--json")
    assert named.code == 0, named.err
    assert run("replay", f"{odd}.png").code == 0


def test_a_traceback_is_shown_only_with_debug(run: Any) -> None:
    quiet = run("create", *FAKE, "--mood", "nothing")
    loud = run("create", *FAKE, "--mood", "nothing", "--debug")
    assert quiet.code == loud.code == 2
    assert "Traceback" not in quiet.err
    assert "Traceback" in loud.err
    assert loud.err.splitlines()[-1] == quiet.err.splitlines()[-1]
    assert "Traceback" in run("--debug", "create", *FAKE, "--mood", "nothing").err


def test_a_bug_is_told_in_one_line(create: Any, work: Path, plugin: Path, tmp_path: Path) -> None:
    broken = Path(shutil.copytree(plugin, tmp_path / "broken"))
    source = (broken / "fake_makers.py").read_text()
    (broken / "fake_makers.py").write_text(source.replace("time.sleep(", "time.slip("))
    done = create(env={"PYTHONPATH": str(broken)})
    assert done.code == 1
    assert len(done.err.splitlines()) == 1
    assert "bug" in done.err
    assert "--debug" in done.err
