"""The gate: copies are refused, named, and let pass only for a reason; nothing is half kept."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from haiga.actions.create import create
from haiga.actions.makers import Makers
from haiga.actions.own_pieces import OwnPieces
from haiga.actions.paint import paint
from haiga.actions.replay import replay
from haiga.archive.stored import StoredPiece
from haiga.archive.studio import INDEX, Studio
from haiga.core.config import load_artist
from haiga.core.errors import BadModel, JobError, UserError
from haiga.core.nouns import Poem
from haiga.core.seeds import derive_seed
from haiga.features.eye import Eye
from haiga.features.picture_index import FILE, FOLDER
from haiga.media.pictures import read_picture, read_recipe, write_png

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins"))
from tiny_index import make_index, paintings

Changed = Callable[..., Makers]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model's folder with its index, and one of the pictures it learned from as `5.png`."""
    known = paintings(100, 1)
    folder = make_index(tmp_path_factory.mktemp("models") / "tiny", known, Eye(threads=1))
    write_png(folder / "5.png", known[5])
    return folder


@pytest.fixture
def changed(artist_file: Path) -> Changed:
    """Makers of the fake artist with settings of the painter, and tables, added."""

    def change(tables: str = "", **painter: object) -> Makers:
        text = artist_file.read_text()
        lines = "".join(f"{k} = {v!r}\n" for k, v in painter.items())
        other = artist_file.with_name("other.toml")
        other.write_text(text.replace("[mood]", f"{lines}\n[mood]") + tables)
        return Makers(load_artist(other))

    return change


def one(makers: Makers, studio: Studio, seed: int, **more: Any) -> StoredPiece:
    (piece,) = create(makers, studio, seeds=range(seed, seed + 1), **more)
    return piece


def verdicts(piece: StoredPiece) -> dict[str, str]:
    """What each gate found, by its name, as the PNG has it."""
    findings = read_recipe(piece.sheet)["made"]["originality"]["findings"]
    return {finding["gate"]: finding["value"] for finding in findings}


def nothing_kept(studio: Studio) -> bool:
    files = [p for p in studio.folder.rglob("*") if p.is_file() and not p.name.startswith(INDEX)]
    return studio.pieces() == [] and files == []


def test_a_painting_of_the_training_set_is_refused_and_named(
    changed: Changed, studio: Studio, model: Path
) -> None:
    makers = changed(trained=str(model), shows=str(model / "5.png"))
    with pytest.raises(JobError) as refused:
        one(makers, studio, 3)
    said = str(refused.value)
    assert said.startswith("seed 3: refused as a copy (copy: shows “Disc 5” by A. Painter again")
    assert "--allow-copy" in said
    assert "\n" not in said
    assert nothing_kept(studio)


def test_a_copy_passes_for_a_reason_and_stays_one(
    changed: Changed, studio: Studio, model: Path
) -> None:
    makers = changed(trained=str(model), shows=str(model / "5.png"))
    piece = one(makers, studio, 3, allow_copy="a  homage")
    for picture in (piece.painting, piece.sheet):
        assert read_recipe(picture)["overrides"] == [
            {"gate": "new picture", "reason": "a homage", "work": "“Disc 5” by A. Painter"}
        ]
    (verdict,) = (v for v in piece.verdicts if v.name == "new picture")
    assert not verdict.keep
    assert verdict.score < 0.1
    assert verdict.reason.startswith("copy: ")
    assert replay(piece.sheet).identical
    with pytest.raises(UserError, match="--allow-copy: needs a reason"):
        one(makers, studio, 4, allow_copy=" ")


def test_what_is_new_is_said_with_the_nearest_work(
    changed: Changed, studio: Studio, model: Path
) -> None:
    piece = one(changed(trained=str(model)), studio, 3)
    assert verdicts(piece) == {
        "own words": "new", "new picture": "new", "new in this studio": "new"
    }  # fmt: skip
    (verdict,) = (v for v in piece.verdicts if v.name == "new picture")
    assert "nearest is “Disc" in verdict.reason
    models = read_recipe(piece.sheet)["made"]["originality"]["models"]
    assert set(models) == {f"tiny-pictures/{FILE}", "eye/eye.onnx"}


def test_a_painter_without_an_index_is_not_called_new(makers: Makers, studio: Studio) -> None:
    piece = one(makers, studio, 3)
    assert verdicts(piece)["new picture"] == "not measured"
    (verdict,) = (v for v in piece.verdicts if v.name == "new picture")
    assert verdict.reason == (
        "not measured: 'fake.v1' does not say which model it makes pictures with"
    )


def test_a_model_without_an_index_is_named(
    changed: Changed, studio: Studio, tmp_path: Path
) -> None:
    (tmp_path / "bare").mkdir()
    piece = one(changed(trained=str(tmp_path / "bare")), studio, 3)
    (verdict,) = (v for v in piece.verdicts if v.name == "new picture")
    assert "the model 'bare' carries no index" in verdict.reason


def test_a_damaged_index_is_told_before_anything_is_made(
    changed: Changed, studio: Studio, model: Path
) -> None:
    makers = changed(trained=str(model))
    whole = (model / FOLDER / FILE).read_bytes()
    (model / FOLDER / FILE).write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    try:
        with pytest.raises(BadModel, match="is not the file its card describes"):
            create(makers, studio, seeds=range(3, 4))
    finally:
        (model / FOLDER / FILE).write_bytes(whole)
    assert nothing_kept(studio)


def test_further_seeds_are_drawn_from_where_the_artist_says_so(
    changed: Changed, studio: Studio, model: Path
) -> None:
    tables = '\n[gate]\non_copy = "redraw"\ntries = 20\n'
    settings = {"trained": str(model), "shows": str(model / "5.png"), "shows_every": 2}

    def copied(seed: int) -> bool:
        return derive_seed(seed, "painting") % 2 == 0

    asked = next(s for s in range(100) if copied(s) and not copied(derive_seed(s, "redraw", 1)))
    piece = one(changed(tables, **settings), studio, asked)
    assert piece.seed == derive_seed(asked, "redraw", 1)
    redrawn = read_recipe(piece.sheet)["made"]["redrawn"]
    assert redrawn["asked"] == asked
    assert [each["seed"] for each in redrawn["refused"]] == [asked]
    assert redrawn["refused"][0]["copies"][0]["work"] == "“Disc 5” by A. Painter"
    assert replay(piece.painting).identical
    always = {**settings, "shows_every": 1}
    with pytest.raises(JobError, match="21 seeds gave copies, the last of them seed"):
        one(changed(tables, **always), studio, 500)


def test_a_seed_that_the_studio_holds_gives_its_piece(makers: Makers, studio: Studio) -> None:
    first = one(makers, studio, 3)
    one(makers, studio, 4)
    again = one(makers, studio, 3)  # another style would rest by now
    assert again == first
    assert len(studio.pieces()) == 2


def test_an_earlier_painting_or_poem_again_is_refused(
    makers: Makers, changed: Changed, studio: Studio
) -> None:
    first = one(makers, studio, 3)
    other = changed("\n[gate]\ntries = 1\n", tint=2)  # the same but for two levels
    with pytest.raises(JobError) as refused:
        one(other, studio, 3)
    assert f"is the painting of your piece {first.id} again" in str(refused.value)
    assert f"is the poem of your piece {first.id} again, 100% of it" in str(refused.value)
    assert len(studio.pieces()) == 1
    let = one(other, studio, 3, allow_copy="a second state")
    assert {each["gate"] for each in let.recipe["overrides"]} == {"own words", "new in this studio"}


def test_paintings_of_before_the_gate_are_looked_at_when_they_are_needed(
    makers: Makers, changed: Changed, studio: Studio
) -> None:
    one(makers, studio, 3)
    db = sqlite3.connect(studio.folder / INDEX)
    with db:
        db.execute("DELETE FROM piece_looks")
    with pytest.raises(JobError, match="is the painting of your piece"):
        one(changed(tint=2), studio, 3)
    assert db.execute("SELECT count(*), min(length(looks)) FROM piece_looks").fetchone()[0] == 1
    db.close()


def test_another_artists_pieces_are_not_ones_own(
    makers: Makers, artist_file: Path, studio: Studio
) -> None:
    one(makers, studio, 3)
    artist_file.write_text(artist_file.read_text().replace('"fake"', '"twin"', 1))
    assert one(Makers(load_artist(artist_file)), studio, 3).artist == "twin"


POEMS = [
    ("copy", ("old pond in the rain", "a black crow on a bare branch", "the sound of waters")),
    ("close", ("old pond in the rain", "a black crow on a bare tree", "my own words at last")),
    ("new", ("old pond by the hill", "the dog sleeps beside the door", "my own words at last")),
]


@pytest.mark.parametrize(("value", "lines"), POEMS, ids=[value for value, _ in POEMS])
def test_poems_are_compared_by_the_words_they_share(
    makers: Makers, studio: Studio, value: str, lines: tuple[str, ...]
) -> None:
    from dataclasses import replace

    from haiga.actions.compose import Request
    from haiga.actions.create import compose_piece

    earlier = ("old pond in the rain", "a black crow on a bare branch", "the sound of water")
    piece = compose_piece(makers, Request(), 3)
    kept = studio.add_piece(replace(piece, poem=Poem(earlier, "haiku")))
    own = OwnPieces(studio, "fake", Eye(threads=1))
    own.update()
    found = own.judge_poem(Poem(lines, "haiku"))
    assert found.value == value
    assert (kept.id in found.work) == (value != "new")


def test_a_painting_of_a_text_passes_the_same_gate(
    changed: Changed, model: Path, tmp_path: Path
) -> None:
    makers = changed(trained=str(model), shows=str(model / "5.png"))
    out = tmp_path / "out.png"
    with pytest.raises(JobError, match="shows “Disc 5” by A. Painter again"):
        list(paint(makers, "a disc", seeds=range(1), out=out))
    assert not out.exists()
    (painted,) = paint(makers, "a disc", seeds=range(1), out=out, allow_copy="to show it")
    assert painted.finding.value == "copy"
    assert read_recipe(out)["overrides"][0]["reason"] == "to show it"
    assert replay(out).identical
    assert (read_picture(out) == read_picture(model / "5.png")).all()
