"""`--candidates`: what is given of the choice, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

FAKE = ("--artist", "fake.toml")


def test_a_painting_gives_every_score_of_its_choice(run: Any, work: Path) -> None:
    asked = ("paint", "snow on the sea", *FAKE, "--out", "a.png", "--seed", 3)
    judged = run(*asked, "--candidates", 3, "--json").object["candidates"]
    assert judged["count"] == len(judged["scores"]) == 3
    assert judged["seeds"][0] != judged["seeds"][1]
    assert run("replay", "a.png", "--json").object["identical"]
    assert run(*asked, "--json").object["candidates"] is None


def test_a_person_reads_how_well_the_best_one_matches(run: Any, work: Path) -> None:
    made = run("create", *FAKE, "--seed", 3, "-k", 2)
    assert "(best of 2: matches the words by " in made.out
    painted = run("paint", "snow", *FAKE, "--out", "a.png", "-k", 2)
    assert "best of 2: matches the words by " in painted.err


def test_a_count_out_of_range_is_refused_before_anything_is_made(run: Any, work: Path) -> None:
    for count in ("0", "65"):
        ended = run("create", *FAKE, "--candidates", count)
        assert ended.code != 0
        assert f"--candidates: {count} is outside 1 to 64" in ended.err
    assert not (work / "haiga-studio").exists()
