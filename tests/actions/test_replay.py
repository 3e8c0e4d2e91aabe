"""A replay makes the same picture again, or names what has changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from haiga.actions.create import create
from haiga.actions.makers import Makers
from haiga.actions.mount import mount_files
from haiga.actions.paint import paint
from haiga.actions.replay import replay
from haiga.actions.style import restyle_file
from haiga.archive.stored import StoredPiece
from haiga.archive.studio import Studio
from haiga.core import registry
from haiga.core.config import load_artist
from haiga.core.errors import UserError
from haiga.media.pictures import read_picture, read_recipe, write_png

Piece = StoredPiece


@pytest.fixture
def piece(makers: Makers, studio: Studio) -> Piece:
    (made,) = create(makers, studio, seeds=range(7, 8), about="snow")
    return made


def rewritten(path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """A copy of a PNG whose recipe has been changed."""
    recipe = read_recipe(path)
    change(recipe)
    copy = path.with_name(f"changed-{path.name}")
    write_png(copy, read_picture(path), recipe=recipe)
    return copy


@pytest.mark.parametrize("name", ["painting", "styled", "sheet"])
def test_each_picture_of_a_piece_comes_out_the_same(piece: Piece, name: str) -> None:
    replayed = replay(piece.folder / f"{name}.png")
    assert replayed.identical
    assert replayed.changed == ()
    assert replayed.ssim == 1.0
    assert replayed.file == name


def test_the_recipe_counts_and_not_the_artists_file_of_today(
    piece: Piece, artist_file: Path
) -> None:
    artist_file.write_text('name = "fake"\n')
    assert replay(piece.sheet).identical


def test_the_styles_that_rested_then_rest_in_the_replay(makers: Makers, studio: Studio) -> None:
    pieces = list(create(makers, studio, seeds=range(5), mood="love"))
    assert all(replay(piece.styled).identical for piece in pieces)


def test_edited_pixels_are_said_and_measured(piece: Piece) -> None:
    picture = read_picture(piece.styled)
    picture[20:60, 20:60] = 0
    edited = piece.folder / "edited.png"
    write_png(edited, picture, recipe=read_recipe(piece.styled))
    replayed = replay(edited)
    assert not replayed.identical
    assert replayed.ssim is not None
    assert 0 < replayed.ssim < 1
    assert any("edited" in sentence for sentence in replayed.changed)


def test_a_resized_picture_has_no_ssim(piece: Piece) -> None:
    small = piece.folder / "small.png"
    write_png(small, read_picture(piece.sheet)[::2, ::2], recipe=read_recipe(piece.sheet))
    replayed = replay(small)
    assert not replayed.identical
    assert replayed.ssim is None


def test_another_version_or_library_is_named_even_where_it_changed_nothing(piece: Piece) -> None:
    def older(recipe: dict[str, Any]) -> None:
        recipe["haiga"] = "0.0.1"
        recipe["libraries"]["numpy"] = "1.0"
        recipe["machine"] = "Abacus"

    replayed = replay(rewritten(piece.sheet, older))
    assert replayed.identical
    told = "\n".join(replayed.changed)
    assert "made with haiga 0.0.1" in told
    assert "numpy: made with 1.0" in told
    assert "made on Abacus" in told


def test_a_model_file_with_other_bytes_is_named(
    artist_file: Path, tmp_path: Path, studio: Studio
) -> None:
    weights = tmp_path / "weights.bin"
    weights.write_bytes(b"\x01 weights")
    text = artist_file.read_text().replace("[mood]", f'model = "{weights}"\n\n[mood]')
    artist_file.write_text(text)
    (piece,) = create(Makers(load_artist(artist_file)), studio, seeds=range(1, 2))
    assert replay(piece.sheet).identical
    weights.write_bytes(b"\x02 weights")
    replayed = replay(piece.sheet)
    assert not replayed.identical
    assert len(replayed.changed) == 1
    assert replayed.changed[0].startswith("model fake/weights.bin: was sha256")
    assert replayed.ssim is not None
    assert replayed.ssim < 1
    weights.unlink()
    gone = replay(piece.sheet)
    assert not gone.identical
    assert "weights.bin" in gone.changed[0]
    assert gone.ssim is None


def test_a_maker_that_is_no_longer_installed_is_named(
    piece: Piece, monkeypatch: pytest.MonkeyPatch
) -> None:
    painters = registry._group("haiga.painters")
    monkeypatch.delitem(painters, "fake.v1")
    replayed = replay(piece.sheet)
    assert not replayed.identical
    assert "no haiga.painters named 'fake.v1'" in replayed.changed[0]
    assert replayed.ssim is None


def test_a_setting_the_maker_no_longer_has_is_named(piece: Piece) -> None:
    def changed(recipe: dict[str, Any]) -> None:
        recipe["artist"]["painter"]["settings"]["brightness"] = 3

    replayed = replay(rewritten(piece.sheet, changed))
    assert not replayed.identical
    assert "brightness: no such setting" in replayed.changed[0]


def test_a_setting_of_the_artist_that_this_haiga_does_not_know_is_named(piece: Piece) -> None:
    def changed(recipe: dict[str, Any]) -> None:
        recipe["artist"]["stylist"]["wildness"] = 3

    replayed = replay(rewritten(piece.sheet, changed))
    assert not replayed.identical
    assert "stylist.wildness" in replayed.changed[0]


def test_a_step_that_comes_out_otherwise_without_a_cause_is_named(
    piece: Piece, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fake_makers

    paint_one = fake_makers.FakePainter._one

    def brighter(self: Any, poem: Any, seed: int) -> Any:
        return np.minimum(paint_one(self, poem, seed), 250) + np.uint8(5)

    monkeypatch.setattr(fake_makers.FakePainter, "_one", brighter)
    replayed = replay(piece.sheet)
    assert not replayed.identical
    assert replayed.changed == (
        "code: the step 'painting' (fake.v1) gives another result "
        "although no input of it has changed",
    )


def test_a_painting_of_a_text_comes_out_the_same(makers: Makers, tmp_path: Path) -> None:
    (painted,) = paint(makers, "a red kite", seeds=range(3, 4), out=tmp_path / "kite.png")
    replayed = replay(painted.path)
    assert replayed.identical
    assert replayed.kind == "paint"


@pytest.mark.parametrize("way", ["mood", "like"])
def test_a_restyled_picture_comes_out_the_same_beside_its_inputs(
    makers: Makers, piece: Piece, tmp_path: Path, way: str
) -> None:
    source, like, out = (tmp_path / f"{name}.png" for name in ("source", "like", "out"))
    write_png(source, read_picture(piece.painting))
    write_png(like, read_picture(piece.styled))
    restyle_file(
        makers,
        source,
        mood="fear" if way == "mood" else None,
        likes=[str(like)] if way == "like" else [],
        strength=0.8,
        seed=4,
        out=out,
    )
    assert replay(out).identical
    source.unlink()
    missing = replay(out)
    assert not missing.identical
    assert missing.changed[0].startswith("input source.png: is missing")
    write_png(source, read_picture(piece.styled)[:40])
    changed = replay(out)
    assert "its pixels are not those the recipe names" in changed.changed[0]


def test_a_mix_with_a_region_comes_out_the_same_beside_its_inputs(
    makers: Makers, piece: Piece, tmp_path: Path
) -> None:
    picture = read_picture(piece.painting)
    mask = np.zeros_like(picture)
    mask[:, : picture.shape[1] // 2] = 255
    for name, pixels in (("source", picture), ("a", picture[:, ::-1]), ("mask", mask)):
        write_png(tmp_path / f"{name}.png", np.ascontiguousarray(pixels))
    artwork = makers.stylist.styles()[0].id
    out = tmp_path / "out.png"
    styled = restyle_file(
        makers,
        tmp_path / "source.png",
        likes=[f"{tmp_path / 'a.png'}:3", f"{artwork}:1"],
        regions=[f"{tmp_path / 'mask.png'}={artwork}"],
        strength=0.8,
        seed=4,
        out=out,
    )
    assert styled.style is not None
    assert styled.style.title.startswith("75%")
    assert [style.id for style in styled.regions] == [artwork]
    assert replay(out).identical
    (tmp_path / "mask.png").unlink()
    assert replay(out).changed[0].startswith("input mask.png: is missing")


def test_a_mounted_sheet_comes_out_the_same(makers: Makers, piece: Piece, tmp_path: Path) -> None:
    source, poem, out = tmp_path / "source.png", tmp_path / "poem.txt", tmp_path / "out.png"
    write_png(source, read_picture(piece.painting))
    poem.write_text("old pond\na frog jumps in\nthe sound of water\n")
    mount_files(makers.artist, source, poem, seed=4, out=out)
    poem.unlink()
    assert replay(out).identical


DAMAGE: list[tuple[str, Callable[[dict[str, Any]], None]]] = [
    ("no kind", lambda r: r.pop("kind")),
    ("unknown kind", lambda r: r.update(kind="opera")),
    ("seed is text", lambda r: r.update(seed="seven")),
    ("negative seed", lambda r: r.update(seed=-1)),
    ("seed too large", lambda r: r.update(seed=2**70)),
    ("no outputs", lambda r: r.pop("outputs")),
    ("file of no output", lambda r: r.update(file="frame")),
    ("steps are text", lambda r: r.update(steps="all of them")),
    ("artist is a list", lambda r: r.update(artist=[])),
]


@pytest.mark.parametrize(("what", "change"), DAMAGE, ids=[what for what, _ in DAMAGE])
def test_a_damaged_recipe_is_refused(
    piece: Piece, what: str, change: Callable[[dict[str, Any]], None]
) -> None:
    with pytest.raises(UserError, match="its haiga recipe is damaged"):
        replay(rewritten(piece.sheet, change))


LOST: list[tuple[str, Callable[[dict[str, Any]], None]]] = [
    ("no artist", lambda r: r.update(artist={})),
    ("about is a number", lambda r: r["request"].update(about=3)),
    ("avoided is text", lambda r: r["request"].update(avoided="all")),
    ("unknown mood", lambda r: r["request"].update(mood="grue")),
    ("a text to paint that is none", lambda r: r.update(kind="paint", file="painting")),
    ("a sheet of a painting", lambda r: r.update(kind="paint", request={"text": "snow"})),
    ("no picture named", lambda r: r.update(kind="mount", request={})),
    ("a picture without a name", lambda r: r.update(kind="style", request={"picture": 3})),
]


@pytest.mark.parametrize(("what", "change"), LOST, ids=[what for what, _ in LOST])
def test_a_recipe_that_cannot_be_followed_says_why(
    piece: Piece, what: str, change: Callable[[dict[str, Any]], None]
) -> None:
    replayed = replay(rewritten(piece.sheet, change))
    assert not replayed.identical
    assert replayed.changed
