"""`haiga create`: what it gives, keeps and says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from haiga.core.moods import MOODS
from haiga.media.pictures import read_picture, read_recipe

KEYS = {
    "id",
    "seed",
    "artist",
    "poem",
    "mood",
    "mood_reason",
    "painting",
    "styled",
    "sheet",
    "alt_text",
    "seconds",
    "verdicts",
}


def test_a_piece_is_given_as_one_object_with_everything_promised(create: Any, work: Path) -> None:
    done = create("--seed", 5)
    assert done.code == 0
    piece = done.object
    assert set(piece) >= KEYS
    assert piece["seed"] == 5
    assert piece["artist"] == "fake"
    assert len(piece["poem"]) == 3
    assert piece["mood"] in MOODS
    assert piece["mood_reason"]
    for name in ("painting", "styled", "sheet"):
        with Image.open(work / piece[name]) as image:
            assert image.format == "PNG"
    assert 0 < len(piece["alt_text"]) <= 400
    assert piece["alt_text"].endswith(" / ".join(piece["poem"]))
    assert all(seconds >= 0 for seconds in piece["seconds"].values())
    assert {"poem", "painting", "styled", "sheet"} <= set(piece["seconds"])
    for verdict in piece["verdicts"]:
        assert set(verdict) == {"name", "keep", "score", "reason"}
        assert 0 <= verdict["score"] <= 1


def test_several_pieces_have_consecutive_seeds_and_differ(create: Any, work: Path) -> None:
    pieces = create("--seed", 10, "--count", 4).objects
    assert [piece["seed"] for piece in pieces] == [10, 11, 12, 13]
    assert len({piece["id"] for piece in pieces}) == 4
    sheets = [read_picture(work / piece["sheet"]).tobytes() for piece in pieces]
    assert len(set(sheets)) == 4


def test_a_piece_depends_on_its_seed_and_not_on_its_batch(
    create: Any, run: Any, work: Path
) -> None:
    batch = create("--seed", 20, "--count", 3).objects[2]
    common = ("--artist", "fake.toml", "--json", "--studio", "other")
    alone = run("create", *common, "--seed", 22).object
    assert alone["poem"] == batch["poem"]
    assert alone["mood"] == batch["mood"]
    a, b = (read_picture(work / piece["painting"]) for piece in (alone, batch))
    assert np.array_equal(a, b)


def test_the_same_seed_gives_the_same_bytes_in_two_studios(run: Any, work: Path) -> None:
    common = ("--artist", "fake.toml", "--json", "--seed", "3", "--studio")
    one, two = (run("create", *common, studio).object for studio in ("one", "two"))
    assert one["id"] == two["id"]
    for name in ("painting", "styled", "sheet"):
        assert (work / one[name]).read_bytes() == (work / two[name]).read_bytes()


def test_without_a_seed_one_is_drawn_and_reported(create: Any) -> None:
    first, second = create().object, create().object
    assert first["seed"] != second["seed"]
    again = create("--seed", first["seed"]).object
    assert again["poem"] == first["poem"]


def test_a_mood_asked_for_is_the_mood(create: Any) -> None:
    piece = create("--seed", 1, "--mood", "Sadness").object
    assert piece["mood"] == "sadness"
    assert "asked" in piece["mood_reason"]


def test_a_style_rests_for_as_many_pieces_as_the_artist_says(create: Any, work: Path) -> None:
    pieces = create("--seed", 1, "--count", 9, "--mood", "love").objects
    ids = [piece["style"]["id"] for piece in pieces]
    for i, style in enumerate(ids):
        assert style not in ids[max(0, i - 3) : i]
    recipe = read_recipe(work / pieces[8]["sheet"])
    assert recipe["request"]["avoided"] == [ids[7], ids[6], ids[5]]


def test_making_a_piece_again_where_nothing_rests_keeps_one_copy(
    create: Any, run: Any, work: Path
) -> None:
    artist = (work / "fake.toml").read_text()
    (work / "fake.toml").write_text(artist.replace("rest = 3", "rest = 0"))
    assert create("--seed", 4).object["id"] == create("--seed", 4).object["id"]
    assert len(run("list", "--studio", "studio", "--json").objects) == 1


def test_every_picture_carries_its_recipe_without_paths_or_times(create: Any, work: Path) -> None:
    piece = create("--seed", 8, "--about", "an old dog").object
    for name in ("painting", "styled", "sheet"):
        recipe = read_recipe(work / piece[name])
        assert recipe["file"] == name
        assert recipe["kind"] == "piece"
        assert recipe["seed"] == 8
        assert recipe["request"]["about"] == "an old dog"
        assert recipe["artist"]["name"] == "fake"
        assert set(recipe["libraries"]) == {"numpy", "pillow", "onnxruntime"}
        assert set(recipe["outputs"]) == {"painting", "styled", "sheet"}
        assert str(work) not in json.dumps(recipe)


def test_a_person_reads_the_poem_mood_style_alt_text_and_files(run: Any, work: Path) -> None:
    done = run("create", "--artist", "fake.toml", "--seed", "5")
    assert done.code == 0
    piece = run("show", "--json").object
    for line in piece["poem"]:
        assert f"    {line}" in done.out
    for text in (piece["mood"], piece["mood_reason"], piece["alt_text"], piece["sheet"]):
        assert text in done.out
    assert "“Study No." in done.out
    assert "Museum of Fakes; CC0" in done.out
    assert done.err == ""


def test_a_blank_painting_is_kept_and_judged_so(create: Any, run: Any, work: Path) -> None:
    artist = (work / "fake.toml").read_text()
    (work / "fake.toml").write_text(artist.replace("[mood]", "flat = true\n\n[mood]"))
    piece = create("--seed", 1).object
    verdict = next(v for v in piece["verdicts"] if v["name"] == "painting")
    assert not verdict["keep"]
    assert "black" in verdict["reason"]
    assert (
        "note      painting: the picture is nearly black" in run("show", "--studio", "studio").out
    )


def test_the_studio_may_be_named_in_the_environment(run: Any, work: Path) -> None:
    done = run("create", "--artist", "fake.toml", "--json", env={"HAIGA_STUDIO": "elsewhere"})
    assert done.object["sheet"].startswith("elsewhere")
    assert not (work / "haiga-studio").exists()
