"""`haiga write`, `paint`, `style` and `mount`: what they give and write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from haiga.inspection.poems import possible_syllables
from haiga.media.pictures import read_picture, read_recipe

FAKE = ("--artist", "fake.toml")


@pytest.fixture
def desk(work: Path) -> Path:
    """The work folder with two pictures and a poem."""
    noise = np.random.default_rng(1).integers(0, 255, (48, 64, 3)).astype(np.uint8)
    Image.fromarray(noise).save(work / "in.png")
    Image.fromarray(255 - noise).save(work / "other.jpg")
    (work / "poem.txt").write_text("old pond\r\n  a frog jumps in \n\nthe sound of water\n")
    return work


def test_haiku_are_given_with_their_lines_syllables_and_seeds(run: Any) -> None:
    done = run("write", *FAKE, "--form", "haiku", "--count", 3, "--seed", 5, "--json")
    assert done.code == 0
    assert [written["seed"] for written in done.objects] == [5, 6, 7]
    for written in done.objects:
        assert written["syllables"] == [5, 7, 5]
        for line, count in zip(written["lines"], written["syllables"], strict=True):
            assert count in possible_syllables(line)


def test_a_poem_is_the_one_that_create_writes_with_the_seed(run: Any, create: Any) -> None:
    assert (
        run("write", *FAKE, "--seed", 9, "--json").object["lines"]
        == create("--seed", 9).object["poem"]
    )


def test_poems_are_plain_text_apart_by_an_empty_line(run: Any) -> None:
    done = run("write", *FAKE, "--count", 2, "--seed", 5)
    assert done.out.count("\n\n") == 1
    assert len(done.out.splitlines()) == 7


def test_words_the_poet_does_not_know_are_told_and_not_dropped_in_silence(run: Any) -> None:
    about = ("--about", "snow zyzzyva")
    given = run("write", *FAKE, *about, "--json")
    assert given.object["unknown_about"] == ["zyzzyva"]
    assert "zyzzyva" in run("write", *FAKE, *about, "--count", 2).err
    made = run("create", *FAKE, *about, "--json")
    assert made.object["unknown_about"] == ["zyzzyva"]
    assert "the poet does not know: zyzzyva" in run("show").out


def test_a_painting_is_written_and_names_the_words_its_painter_never_saw(
    run: Any, desk: Path
) -> None:
    done = run("paint", "zebra in the snow", *FAKE, "--seed", 3, "--out", "x.png", "--json")
    assert done.object["painting"] == "x.png"
    assert done.object["unseen_words"] == ["zebra"]
    height, width, _ = read_picture(desk / "x.png").shape
    assert done.object["size_px"] == [width, height]
    assert read_recipe(desk / "x.png")["request"] == {"text": "zebra in the snow"}
    told = run("paint", "zebra", *FAKE, "--out", "x.png")
    assert "zebra" in told.err
    assert told.out.startswith("x.png (seed ")


def test_several_paintings_go_into_a_folder_by_their_seeds(run: Any, desk: Path) -> None:
    done = run("paint", "snow", *FAKE, "--seed", 3, "--count", 2, "--out", "new", "--json")
    assert [Path(p["painting"]) for p in done.objects] == [Path("new/3.png"), Path("new/4.png")]
    a, b = (read_picture(desk / p["painting"]) for p in done.objects)
    assert not np.array_equal(a, b)


@pytest.mark.parametrize("way", [("--mood", "fear"), ("--like", "other.jpg")])
def test_a_picture_is_restyled_at_its_own_size(run: Any, desk: Path, way: tuple[str, ...]) -> None:
    before = (desk / "in.png").read_bytes()
    done = run("style", "in.png", *way, *FAKE, "--strength", "0.9", "--out", "x.png", "--json")
    assert done.code == 0
    assert done.object["strength"] == 0.9
    assert done.object["style"]["title"]
    styled = read_picture(desk / "x.png")
    assert styled.shape == read_picture(desk / "in.png").shape
    assert not np.array_equal(styled, read_picture(desk / "in.png"))
    assert (desk / "in.png").read_bytes() == before


def test_no_strength_leaves_every_pixel(run: Any, desk: Path) -> None:
    run("style", "in.png", "--mood", "fear", *FAKE, "--strength", "0", "--out", "x.png")
    assert np.array_equal(read_picture(desk / "x.png"), read_picture(desk / "in.png"))


def test_a_picture_and_a_poem_are_mounted(run: Any, desk: Path) -> None:
    done = run("mount", "in.png", "poem.txt", *FAKE, "--out", "sheet.png", "--json")
    assert done.object["poem"] == ["old pond", "a frog jumps in", "the sound of water"]
    height, width, _ = read_picture(desk / "sheet.png").shape
    assert done.object["size_px"] == [width, height]


@pytest.mark.parametrize(
    "name", ["ünïcode 雪.png", "-dash.png", "with 'quotes'.png", "a" * 200 + ".png"]
)
def test_files_with_odd_names_are_written_and_replayed(run: Any, desk: Path, name: str) -> None:
    done = run("paint", *FAKE, f"--out={name}", "--", "snow")
    assert done.code == 0, done.err
    replayed = run("replay", "--json", "--", name)
    assert replayed.code == 0, replayed.err
    assert replayed.object["identical"] is True


def test_a_replay_ends_with_1_and_says_so_when_a_pixel_was_changed(run: Any, desk: Path) -> None:
    from haiga.media.pictures import write_png

    run("paint", "snow", *FAKE, "--out", "x.png")
    picture = read_picture(desk / "x.png")
    picture[0, 0] += 100
    write_png(desk / "y.png", picture, recipe=read_recipe(desk / "x.png"))
    given = run("replay", "y.png", "--json")
    assert given.code == 1
    assert given.object["identical"] is False
    assert 0 < given.object["ssim"] < 1
    read = run("replay", "y.png")
    assert read.code == 1
    assert "not identical" in read.out
    assert "edited" in read.out
    assert "SSIM" in read.out


def test_a_replay_does_not_need_the_file_to_be_where_it_was_made(run: Any, desk: Path) -> None:
    run("paint", "snow", *FAKE, "--out", "x.png")
    (desk / "away").mkdir()
    (desk / "x.png").rename(desk / "away" / "y.png")
    assert run("replay", "away/y.png").code == 0
