"""`haiga styles`, `haiga mood`, and banks of one's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from haiga.models.card import read_card


@pytest.fixture
def paintings(work: Path) -> Path:
    """Three pictures with a table, one that is broken, one twice, and one of a single pixel."""
    folder = work / "paintings"
    folder.mkdir()
    rng = np.random.default_rng(5)
    for name, base in (("sea", (60, 110, 170)), ("fire", (200, 70, 40))):
        noise = rng.integers(-30, 30, (80, 100, 3))
        Image.fromarray(np.clip(np.array(base) + noise, 0, 255).astype(np.uint8)).save(
            folder / f"{name}.png"
        )
    (folder / "again.png").write_bytes((folder / "sea.png").read_bytes())
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff broken")
    Image.new("RGB", (1, 1), (90, 90, 90)).save(folder / "dot.png")
    (folder / "metadata.csv").write_text(
        "file,Title,Artist,Year,Museum,License,Mood,Medium\n"
        "sea.png,A Sea,Ada,1901,Town Museum,CC0,calm,Watercolor on paper\n"
        "fire.png,A Fire,Bo,1902,,mine,gloopy,\n"
        "again.png,,,,,,,\nbroken.jpg,,,,,,,\ndot.png,,,,,,,\n"
    )
    return folder


def test_a_folder_becomes_a_bank_and_is_followed(run: Any, paintings: Path) -> None:
    done = run("styles", "make", "paintings", "--out", "mine", "--json")
    assert done.code == 0, done.err
    made = done.object
    assert made["artworks"] == 3
    reasons = {left["file"]: left["reason"] for left in made["left_out"]}
    assert reasons == {
        "broken.jpg": "is not a picture haiga reads",
        "sea.png": "is the same picture as again.png",
    }
    assert any("'gloopy'" in note for note in made["notes"])
    listed = run("styles", "list", "--bank", "mine", "--json").objects
    assert {one["id"] for one in listed} >= {"fire", "dot"}
    styled = run("style", paintings / "fire.png", "--bank", "mine", "--like", "fire",
                 "--out", "out.png", "--seed", "1", "--json")  # fmt: skip
    assert styled.code == 0, styled.err
    assert styled.object["style"]["title"] == "A Fire"
    replayed = run("replay", "out.png", "--json", cwd=paintings.parent)
    assert "input fire.png: is missing" in replayed.out  # not beside the result
    (paintings.parent / "fire.png").write_bytes((paintings / "fire.png").read_bytes())
    assert run("replay", "out.png", "--json").object["identical"]


def test_a_table_gives_title_maker_museum_licence_medium_and_mood(
    run: Any, work: Path, paintings: Path
) -> None:
    (paintings / "again.png").unlink()
    assert run("styles", "make", "paintings", "--out", "mine").code == 0
    sea = run("styles", "show", "sea", "--bank", "mine", "--json").object
    assert (sea["title"], sea["artist"], sea["date"]) == ("A Sea", "Ada", "1901")
    assert (sea["museum"], sea["licence"]) == ("Town Museum", "CC0")
    assert (sea["medium"], sea["mood"]) == ("watercolour", "agreeableness")
    assert sea["credit"] == "Ada, A Sea, 1901. Town Museum"
    assert read_card(work / "mine").role == "stylist"
    artist = (work / "fake.toml").read_text().replace(
        '[stylist]\nuse = "fake.v1"', '[stylist]\nuse = "brush.v1"\nmodel = "mine"'
    )  # fmt: skip
    (work / "own.toml").write_text(artist)
    made = run("create", "--artist", "own.toml", "--studio", "s", "--mood", "calm", "--json",
               "--seed", "3")  # fmt: skip
    assert made.code == 0, made.err
    assert made.object["mood"] == "agreeableness"
    assert made.object["style"]["title"] == "A Sea"


def test_a_folder_with_nothing_readable_is_refused_in_one_sentence(run: Any, work: Path) -> None:
    (work / "bad").mkdir()
    (work / "bad" / "a.jpg").write_bytes(b"nothing")
    done = run("styles", "make", "bad", "--out", "mine")
    assert done.code == 2
    assert "none of its pictures can be a style: a.jpg" in done.err
    assert len(done.err.strip().splitlines()) == 1
    assert not (work / "mine").exists()
    (work / "none").mkdir()
    assert "holds no picture" in run("styles", "make", "none", "--out", "mine").err


def test_a_bank_replaces_a_bank_and_nothing_else(run: Any, work: Path, paintings: Path) -> None:
    (work / "diary").mkdir()
    (work / "diary" / "day.txt").write_text("dear diary")
    refused = run("styles", "make", "paintings", "--out", "diary")
    assert refused.code == 2
    assert "holds other files" in refused.err
    assert (work / "diary" / "day.txt").read_text() == "dear diary"
    for _ in range(2):
        assert run("styles", "make", "paintings", "--out", "mine").code == 0


def test_artworks_are_found_with_reasons_and_shown_whole(run: Any) -> None:
    found = run("styles", "find", "stormy sea", "--count", "3", "--json").objects
    assert len(found) == 3
    assert "sea" in found[0]["title"].lower()
    assert all(one["reasons"] for one in found)
    assert [one["score"] for one in found] == sorted((o["score"] for o in found), reverse=True)
    shown = run("styles", "show", "hokusai-hokusai-01")
    assert "The Great Wave off Kanagawa" in shown.out
    assert "holds no picture of it" in shown.out
    assert "\x1b" not in shown.out


def test_filters_narrow_a_list_and_unknown_ones_are_refused(run: Any) -> None:
    listed = run("styles", "list", "--mood", "sad", "--medium", "ink", "--json").objects
    assert listed
    assert {(one["mood"], one["medium"]) for one in listed} == {("sadness", "ink")}
    assert "no medium named 'chalk'" in run("styles", "list", "--medium", "chalk").err
    assert "did you mean" in run("styles", "show", "hokusai-hokusai-0l").err
    assert "no style bank" in run("styles", "list", "--bank", ".").err


def test_the_mood_of_a_picture_and_of_words_is_told_with_its_reason(
    run: Any, paintings: Path
) -> None:
    seen = run("mood", "paintings/sea.png", "--json").object
    assert seen["kind"] == "picture"
    assert "of 100 paintings" in seen["reason"]
    read = run("mood", "wolves howl in the dark / a shadow crosses the snow", "--json").object
    assert (read["kind"], read["mood"]) == ("poem", "fear")
    missing = run("mood", "nowhere.png")
    assert missing.code == 2
    assert "there is no such file" in missing.err
    assert run("mood", " ").code == 2


@pytest.mark.parametrize("mode", ["random", "from-picture"])
def test_a_picture_gets_a_style_by_its_own_mood_or_a_drawn_one(
    run: Any, work: Path, paintings: Path, mode: str
) -> None:
    common = ("style", "paintings/sea.png", "--artist", "fake.toml", "--mood", mode, "--seed", "4")
    first = run(*common, "--out", "a.png", "--json")
    again = run(*common, "--out", "b.png", "--json")
    assert first.code == 0, first.err
    assert first.object["style"] == again.object["style"]
    (work / "sea.png").write_bytes((paintings / "sea.png").read_bytes())
    replayed = run("replay", "a.png", "--json")
    assert replayed.object["identical"], replayed.out


def test_a_picture_has_no_poem_to_read(run: Any, paintings: Path) -> None:
    done = run("style", "paintings/sea.png", "--mood", "from-poem", "--out", "a.png")
    assert done.code == 2
    assert "there is no poem here" in done.err


def test_no_style_returns_within_rest_pieces_in_runs_of_their_own(create: Any) -> None:
    used = []
    for seed in range(5):
        mode = "from-picture" if seed % 2 else "random"
        used.append(create("--seed", seed, "--mood", mode).object["style"]["id"])
    for i in range(len(used)):
        assert used[i] not in used[max(0, i - 3) : i]  # the fake artist's rest


def test_a_painting_decides_the_mood_and_the_piece_is_made_again(create: Any, run: Any) -> None:
    piece = create("--seed", 7, "--mood", "from-picture").object
    assert piece["mood_reason"].startswith("the painting is ")
    assert "of 100 paintings" in piece["mood_reason"]
    replayed = run("replay", piece["sheet"], "--json").object
    assert replayed["identical"]
    assert json.dumps(replayed["changed"]) == "[]"


def test_what_is_odd_about_the_files_of_a_styling_is_said(
    run: Any, work: Path, paintings: Path
) -> None:
    Image.new("RGB", (40, 40), (250, 10, 10)).save(work / "flat.png")
    Image.new("CMYK", (60, 50), (9, 80, 120, 20)).save(work / "press.jpg")
    Image.new("RGBA", (60, 50), (9, 80, 120, 90)).save(work / "glass.png")
    told = run("style", "press.jpg", "--like", "flat.png", "--out", "a.png")
    assert told.code == 0, told.err
    assert "press.jpg: CMYK" in told.err
    assert "flat.png: is of one flat colour, so there is little to follow" in told.err
    glass = run("style", "glass.png", "--like", "paintings/sea.png", "--out", "b.png", "--json")
    assert "transparency is laid on white and not kept" in glass.object["remarks"][0]
    plain = run("style", "paintings/fire.png", "--like", "paintings/sea.png", "--out", "c.png")
    assert plain.err == ""
