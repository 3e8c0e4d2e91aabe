"""The best of several paintings: what the recipe keeps of the choice, and its replay."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from haiga.actions.create import create
from haiga.actions.makers import Makers, with_candidates
from haiga.actions.paint import paint
from haiga.actions.replay import replay
from haiga.archive.studio import Studio
from haiga.core.config import load_artist
from haiga.core.errors import UserError
from haiga.core.nouns import Poem
from haiga.media.pictures import read_picture, read_recipe


@pytest.fixture
def choosing(artist_file: Path) -> Makers:
    """The fake artist, painting three pictures of a poem."""
    text = artist_file.read_text()
    artist_file.write_text(text.replace("[painter]", "[painter]\ncandidates = 3"))
    return Makers(load_artist(artist_file))


def test_a_painting_says_how_it_was_chosen_and_is_the_same_in_its_replay(
    choosing: Makers, tmp_path: Path
) -> None:
    (painted,) = paint(choosing, "snow on the sea", seeds=range(5, 6), out=tmp_path / "a.png")
    judged = read_recipe(painted.path)["made"]["candidates"]
    assert judged == painted.candidates
    assert judged["count"] == len(judged["scores"]) == len(set(judged["seeds"])) == 3
    assert judged["scores"][judged["kept"]] == max(judged["scores"])
    (kept,) = choosing.painter.paint(
        [Poem(("snow on the sea",))], seeds=[judged["seeds"][judged["kept"]]]
    )
    assert np.array_equal(read_picture(painted.path), kept)
    replayed = replay(painted.path)
    assert replayed.identical
    assert replayed.changed == ()


def test_a_piece_keeps_every_score_and_is_the_same_in_its_replay(
    choosing: Makers, studio: Studio
) -> None:
    (piece,) = create(choosing, studio, seeds=range(7, 8))
    made = read_recipe(piece.sheet)["made"]["candidates"]
    assert len(made["scores"]) == 3
    models = {n for step in piece.recipe["steps"] for n in step["models"]}
    assert any(name.startswith("critic/") for name in models)
    for picture in (piece.painting, piece.sheet):
        assert replay(picture).identical


def test_the_first_candidate_is_the_picture_of_no_choice(makers: Makers, tmp_path: Path) -> None:
    (plain,) = paint(makers, "sea", seeds=range(5, 6), out=tmp_path / "plain.png")
    three = Makers(with_candidates(makers.artist, 3))
    (chosen,) = paint(three, "sea", seeds=range(5, 6), out=tmp_path / "chosen.png")
    (first,) = makers.painter.paint([Poem(("sea",))], seeds=[chosen.candidates["seeds"][0]])
    assert np.array_equal(read_picture(plain.path), first)
    assert plain.candidates == {}
    assert "candidates" not in read_recipe(plain.path)["made"]


def test_an_artist_without_a_choice_has_a_plan_and_recipe_as_before(
    makers: Makers, studio: Studio
) -> None:
    (piece,) = create(makers, studio, seeds=range(7, 8))
    assert "candidates" not in [step["step"] for step in piece.recipe["steps"]]
    assert not any("critic" in n for step in piece.recipe["steps"] for n in step["models"])


@pytest.mark.parametrize("count", [0, -3, 65])
def test_a_count_out_of_range_is_named(makers: Makers, artist_file: Path, count: int) -> None:
    with pytest.raises(UserError, match=f"--candidates: {count} is outside 1 to 64"):
        with_candidates(makers.artist, count)
    text = artist_file.read_text()
    artist_file.write_text(text.replace("[painter]", f"[painter]\ncandidates = {count}"))
    with pytest.raises(UserError, match=r"fake.toml:\d+: painter.candidates: "):
        load_artist(artist_file)
